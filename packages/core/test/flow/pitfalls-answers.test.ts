import { describe, expect, it } from 'vitest';
import { callSettings, e164, forwarding, type CallOptions, type Verb } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import type { ConferenceSid } from '../../src/kernel/ids.js';
import { createParams } from '../../src/twilio/create-params.js';
import { after, at, waiting } from './scenes.js';

const ASYNC = { amd: { mode: 'async' } } as const;
/** Ann, or Ann and Ben, have answered and hear who is calling. */
const greeted = (options: Partial<CallOptions> = {}, legs: readonly number[] = [1]) => [
  events.inbound({
    options: { forwardTo: [{ targets: [NUMBERS.ann, NUMBERS.ben].slice(0, legs.length) }], ...ASYNC, ...options },
  }),
  events.conference({ event: 'join', at: at(1) }),
  ...legs.flatMap((leg) => [
    events.status({ leg, status: 'in-progress', at: at(7) }),
    events.answered({ leg, answeredBy: null, at: at(7) }),
  ]),
];
const exhausted = (options: Partial<CallOptions>) => [
  events.inbound({ options: { forwardTo: [], ...options } }),
  events.conference({ event: 'join', at: at(1) }),
];
const verbsOf = (result: { readonly reply: { readonly kind: string } }): readonly Verb[] =>
  'verbs' in result.reply ? (result.reply.verbs as readonly Verb[]) : [];

describe('pitfalls of answers, fallbacks and holds', () => {
  it('P-85 a verdict and a key at once: one mover, and the other finds it done', () => {
    const verdict = events.verdict({ at: at(9) });
    const key = events.key({ at: at(9) });
    given(forwarding, greeted())
      .when(verdict)
      .then({ asks: [{ type: 'call.redirect', leg: 1, once: true }] });
    const waits = given(forwarding, [...greeted(), verdict]).when(key).result;
    expect(verbsOf(waits)).toMatchObject([{ verb: 'pause' }, { verb: 'redirect' }]);
    const taken = given(forwarding, greeted()).when(key).result;
    expect(verbsOf(taken)).toMatchObject([{ verb: 'dial.conference' }]);
    given(forwarding, [...greeted(), key])
      .when(verdict)
      .then({ asks: [] });
  });

  it("P-86 a redirect whose answer was lost is not repeated: the leg's next request takes its place", () => {
    const lost = events.outcomeOf('call.redirect', { kind: 'failed', reason: 'reset' }, { at: at(11) });
    const { result } = given(forwarding, [...greeted(), events.verdict({ at: at(9) }), lost]).when(
      events.poll({ at: at(12) }),
    );
    expect(verbsOf(result)).toMatchObject([{ verb: 'dial.conference' }]);
    expect(result.effects.filter(({ type }) => type === 'call.redirect')).toEqual([]);
  });

  it('P-87 a human who comes second hears so at once, and not after the question', () => {
    const first = [...greeted({}, [1, 2]), events.verdict({ leg: 1, at: at(9) })];
    given(forwarding, first)
      .when(events.verdict({ leg: 2, at: at(9) }))
      .then({
        asks: [{ type: 'call.redirect', leg: 2, document: { purpose: 'leg.document' } }],
        state: { legs: [{ phase: 'joining' }, { phase: 'farewell', farewell: 'taken' }] },
      });
  });

  it('P-88 a message is left after the greeting, and only where detection waits for its end', () => {
    const policy = { machine_end_beep: 'leave a message' } as const;
    expect(() => callSettings({ forwardTo: [], policy })).toThrow('DetectMessageEnd');
    expect(() => callSettings({ forwardTo: [], policy: { machine_start: 'leave a message' } })).toThrow(
      'only "machine_end_…" says that a greeting is over',
    );
    const options = { policy, detection: { mode: 'DetectMessageEnd' } } as const;
    const spoken = given(forwarding, greeted(options)).when(
      events.verdict({ answeredBy: 'machine_end_beep', at: at(30) }),
    ).result;
    expect(spoken.effects.filter((effect) => effect.type === 'call.redirect' && effect.leg === 1)).toHaveLength(1);
  });

  it('P-89 a recording is never cut off: the fallback is given once', () => {
    const recording = [...exhausted({ fallback: { kind: 'voicemail' } }), events.callerDocument({ at: at(5) })];
    for (const name of ['heartbeat', 'caller']) {
      const state = given(forwarding, recording).when(events.callerStatus({ status: 'in-progress', at: at(6) })).result
        .state;
      const dueAt = state.kind === 'call' ? (state.timers[name] ?? at(60)) : at(60);
      const { effects } = given(forwarding, recording).when(events.timer(name, dueAt)).result;
      expect(effects.filter(({ type }) => type === 'call.redirect' || type === 'call.end')).toEqual([]);
    }
  });

  it('P-90 asynchronous detection needs the string "true", and an address', () => {
    const [effect] = given(forwarding, []).when(events.inbound({ options: { forwardTo: [NUMBERS.ann], ...ASYNC } }))
      .result.effects;
    if (effect?.type !== 'call.create') throw new Error('nobody is rung');
    const params = createParams(effect, ({ purpose }) => `https://example.com/${purpose}`, undefined);
    expect(params).toMatchObject({
      machineDetection: 'Enable',
      asyncAmd: 'true',
      asyncAmdStatusCallback: 'https://example.com/leg.verdict',
    });
  });

  it('P-91 a wait document contains no Hangup, whatever the state of the call', () => {
    const over = [...greeted({ ringback: 'us' }), events.callerStatus({ at: at(8) })];
    for (const before of [[], greeted({ ringback: 'us' }), over]) {
      for (const event of [events.callerWait({ at: at(9) }), events.callerWhisper({ at: at(9) })]) {
        const verbs = verbsOf(given(forwarding, before).when(event).result).map(({ verb }) => verb);
        expect(verbs.filter((verb) => !['say', 'play', 'pause', 'redirect'].includes(verb))).toEqual([]);
      }
    }
  });

  it('P-92 a robot that screens calls hears who is calling, and its words do not take the call', () => {
    const screened = events.key({ speech: 'Please say your name and reason for calling', at: at(9) });
    const before = greeted({ screening: {} });
    given(forwarding, [...before, screened])
      .when(events.verdict({ answeredBy: 'machine_start', at: at(10) }))
      .then({ asks: [], state: { legs: [{ phase: 'confirming' }], winner: null } });
    given(forwarding, [...before, screened])
      .when(events.key({ at: at(20) }))
      .then({ state: { winner: 1, legs: [{ sid: sids.call(1), phase: 'joining' }] } });
  });

  it('P-119 a phone that screens its calls is connected by a key only, even when detection says human afterwards', () => {
    const screened = events.key({ speech: 'Please say your name and reason for calling', at: at(9) });
    const before = [...greeted({ screening: {} }), screened];
    for (const answeredBy of ['human', 'unknown', 'machine_end_beep', 'fax'] as const) {
      const heard = [...before, events.verdict({ answeredBy, at: at(10) })];
      given(forwarding, heard.slice(0, -1))
        .when(events.verdict({ answeredBy, at: at(10) }))
        .then({ asks: [], state: { winner: null, legs: [{ phase: 'confirming', answeredBy, human: false }] } });
      given(forwarding, heard)
        .when(events.key({ at: at(20) }))
        .then({ verbs: ['dial.conference'], state: { winner: 1, legs: [{ phase: 'joining' }] } });
    }
  });

  it('P-132 the words of a call-screening robot stop a phone that detection took for a human on its way to the caller', () => {
    const options = { forwardTo: [NUMBERS.ann], amd: { mode: 'async' }, screening: {} } as const;
    const claimed = [
      events.inbound({ options }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ answeredBy: null, at: at(5) }),
      events.verdict({ answeredBy: 'human', at: at(7) }),
    ];
    const words = events.key({ speech: 'Please say your name and reason for calling', at: at(8) });
    given(forwarding, claimed)
      .when(words)
      .then({
        verbs: ['gather', 'redirect'],
        state: {
          winner: null,
          caller: { phase: 'held' },
          legs: [{ phase: 'confirming', human: false, inFlight: { redirect: null } }],
        },
      });
    given(forwarding, [...claimed, words])
      .when(events.legDocument({ at: at(8) }))
      .then({ verbs: ['gather', 'redirect'], state: { winner: null } });
    given(forwarding, [...claimed, words])
      .when(events.key({ at: at(20) }))
      .then({ verbs: ['dial.conference'], state: { winner: 1 } });
    // On its way already: it is redirected back.
    const invited = [...claimed, events.legDocument({ at: at(8) })];
    given(forwarding, invited)
      .when(words)
      .then({
        asks: [{ type: 'call.redirect', id: 'back:1:1', leg: 1, document: { purpose: 'leg.document' } }],
        state: {
          winner: null,
          caller: { phase: 'held' },
          legs: [{ phase: 'confirming', inFlight: { redirect: 'back:1:1' } }],
        },
      });
    given(forwarding, [...invited, words])
      .when(events.legDocument({ at: at(9) }))
      .then({
        verbs: ['gather', 'redirect'],
        state: { legs: [{ phase: 'confirming', inFlight: { redirect: null } }] },
      });
    // With the caller, or on the way by a key: what is said is a conversation.
    const byKey = [...claimed.slice(0, -1), events.key({ at: at(7) })];
    for (const scene of [[...invited, events.conference({ event: 'join', leg: 1, at: at(8) })], byKey]) {
      given(forwarding, scene)
        .when(words)
        .then({ state: { winner: 1, legs: [{ screened: null }] } });
    }
  });

  it('P-133 a phone is rung again only when our earlier call to it is over', () => {
    const voicemail = [
      events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ann] } }),
      events.answered({ answeredBy: 'machine_start', at: at(5) }),
    ];
    after(voicemail).then({ asks: [], state: { caller: { phase: 'arriving' }, legs: [{ phase: 'ending' }] } });
    given(forwarding, voicemail)
      .when(events.status({ status: 'completed', answeredBy: 'machine_start', at: at(6) }))
      .then({ asks: [{ type: 'call.create', to: e164(NUMBERS.ann, 'ann'), leg: 2 }] });
  });

  it('P-136 a late copy of a first request begins no new visit when Twilio has said that the call is over', () => {
    const fallback = { kind: 'redirect', url: 'https://example.com/menu' } as const;
    const handedOff = [...exhausted({ fallback }), events.callerDocument({ at: at(6) })];
    const copy = events.inbound({ options: { forwardTo: [NUMBERS.ann], fallback }, status: 'in-progress', at: at(60) });
    given(forwarding, handedOff)
      .when(copy)
      .then({ state: { visit: 2 } });
    for (const end of [events.callerStatus({ at: at(30) }), events.callerEnded({ status: 'completed', at: at(30) })]) {
      given(forwarding, [...handedOff, end])
        .when(copy)
        .then({ verbs: ['hangup'] })
        .thenNothingHappened();
    }
    // A number that took them is the end of their call: nothing leads back to us.
    const number = { kind: 'number', to: NUMBERS.cleo } as const;
    const answered = events.callerFallback({ answered: true, at: at(20) });
    const byNumber = [...exhausted({ fallback: number }), events.callerDocument({ at: at(6) }), answered];
    after(byNumber).then({ state: { result: 'handedOff' } });
    given(forwarding, byNumber)
      .when(copy)
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
  });

  it('P-134 two people who seemed to be together wait for each other again when one of them requests the way to the room', () => {
    const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
    const together = [
      ...greeted({ confirm: 'always' }),
      events.key({ at: at(9) }),
      events.due('caller'),
      events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(40) }),
      events.outcomeOf('call.fetch', ALIVE, { leg: 1, at: at(41) }),
    ];
    after(together).then({ state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged' }] } });
    const asksAgain = events.legDocument({ at: at(42) });
    given(forwarding, together)
      .when(asksAgain)
      .then({
        verbs: ['dial.conference'],
        state: {
          winner: 1,
          caller: { phase: 'joining' },
          legs: [{ phase: 'joining', result: null, seenAlive: false }],
        },
      });
    given(forwarding, [...together, asksAgain])
      .when(events.conference({ event: 'join', leg: 1, at: at(43) }))
      .then({ state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged', result: { kind: 'bridged' } }] } });
  });

  it('P-138 a caller whom the room has lost does not count as back in it while their request may be retried', () => {
    const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
    const look = (seconds: number) => [
      events.due('caller'),
      events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(seconds) }),
    ];
    const onTheWay = [
      ...greeted(),
      events.callerEnded({ at: at(8) }),
      events.verdict({ at: at(9) }),
      events.legDocument({ at: at(10) }),
      events.conference({ event: 'join', leg: 1, at: at(10) }),
      ...look(19),
    ];
    after(onTheWay).then({ state: { caller: { phase: 'joining', inRoom: false, seenAlive: true } } });
    const retry = events.callerEnded({ at: at(22) });
    given(forwarding, onTheWay)
      .when(retry)
      .then({ verbs: ['pause', 'dial.conference'], state: { winner: 1, caller: { phase: 'joining' } } });
    // They are there once an event says so, or once no answer can be in transit any longer.
    given(forwarding, [...onTheWay, retry])
      .when(events.conference({ event: 'join', at: at(24) }))
      .then({ state: { caller: { phase: 'connected' } } });
    after([...onTheWay, ...look(33)]).then({ state: { caller: { phase: 'connected' } } });
    after([...onTheWay, retry, ...look(46)]).then({ state: { caller: { phase: 'joining' } } });
    // Nor is a caller there whom no event has reported before.
    const unseen = [events.inbound(), events.callerEnded({ at: at(40) }), events.due('heartbeat')] as const;
    given(forwarding, unseen)
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(64) }))
      .then({ state: { caller: { phase: 'held', inRoom: false } } });
    given(forwarding, unseen)
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(65) }))
      .then({ state: { caller: { phase: 'held', inRoom: true } } });
  });

  it('P-143 the answer to a fetch of a leg that is being ended changes nothing when it is reported once more', () => {
    const alive = events.outcomeOf(
      'call.fetch',
      { kind: 'fetched', status: 'in-progress', answeredBy: null },
      { leg: 1 },
    );
    const overdue = [events.inbound(), events.status({ status: 'in-progress' }), events.due('leg1')];
    given(forwarding, overdue)
      .when(alive)
      .then({ state: { legs: [{ phase: 'ending', seenAlive: false }] } });
    given(forwarding, [...overdue, alive])
      .when(alive)
      .thenNothingHappened();
  });

  it('P-142 a callee does not count as in the room while their request for the way may be retried', () => {
    const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
    const look = (seconds: number) => [
      events.due('caller'),
      events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(seconds) }),
      events.outcomeOf('call.fetch', ALIVE, { leg: 1, at: at(seconds) }),
    ];
    const onTheWay = [...waiting, events.answered({ at: at(8) }), ...look(18), ...look(28)];
    after(onTheWay).then({
      state: { caller: { phase: 'joining', seenAlive: true }, legs: [{ phase: 'joining', seenAlive: false }] },
    });
    // They have never met: the caller is not released, and another callee is rung.
    given(forwarding, onTheWay)
      .when(events.callerEnded({ at: at(29) }))
      .then({ verbs: ['pause', 'dial.conference'], state: { winner: 1, caller: { phase: 'joining' } } });
    given(forwarding, onTheWay)
      .when(events.status({ status: 'completed', at: at(29) }))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { winner: null, caller: { phase: 'fallingBack' } } });
    // They are there once an event says so, or once no answer can be in transit any longer.
    given(forwarding, onTheWay)
      .when(events.conference({ event: 'join', leg: 1, at: at(29) }))
      .then({ state: { caller: { phase: 'connected' } } });
    after([...onTheWay, ...look(38)]).then({ state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged' }] } });
    const early = onTheWay.slice(0, -3);
    const retry = events.answered({ at: at(22.9) });
    after([...early, retry, ...look(28)]).then({ state: { caller: { phase: 'joining' } } });
    after([...early, retry, ...look(38)]).then({ state: { caller: { phase: 'connected' } } });
    // The first request can no longer be retried, but this one can.
    const anew = events.answered({ at: at(23.1) });
    after([...early, anew, ...look(38)]).then({ state: { caller: { phase: 'joining' } } });
    after([...early, anew, ...look(38), ...look(49)]).then({ state: { caller: { phase: 'connected' } } });
    // What they are told before joining takes its time as well.
    const recorded = [
      events.inbound({ options: { forwardTo: [NUMBERS.ann], record: true } }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ at: at(8) }),
      ...look(18),
      ...look(28),
      ...look(35.6),
    ];
    after(recorded).then({ state: { caller: { phase: 'joining' } } });
    after([...recorded, ...look(45)]).then({ state: { caller: { phase: 'connected' } } });
  });

  it('P-120 a number that forwarded the call to us, or that makes it, is not rung', () => {
    const options = { forwardTo: [NUMBERS.ann, NUMBERS.ben] };
    const inbound = events.inbound({ options });
    for (const call of [{ forwardedFrom: NUMBERS.ann }, { calledVia: NUMBERS.ann }, { from: NUMBERS.ann }]) {
      const { effects } = given(forwarding, []).when({ ...inbound, call: { ...inbound.call, ...call } }).result;
      expect(effects.flatMap((effect) => (effect.type === 'call.create' ? [effect.to] : []))).toEqual([NUMBERS.ben]);
    }
  });

  it('P-121 a caller whom the room has lost is not in it: a callee who joins meanwhile does not count as connected', () => {
    const options = { forwardTo: [NUMBERS.ann] };
    const sentAway = [
      events.inbound({ options }),
      events.conference({ event: 'join', at: at(1) }),
      events.conference({ event: 'leave', reason: 'conference_ended_via_api', status: 'in-progress', at: at(7) }),
      events.answered({ at: at(8) }),
    ];
    given(forwarding, sentAway)
      .when(events.conference({ event: 'join', leg: 1, at: at(9) }))
      .then({ state: { caller: { phase: 'joining', inRoom: false } } });
    given(forwarding, [...sentAway, events.conference({ event: 'join', leg: 1, at: at(9) })])
      .when(events.callerEnded({ at: at(9) }))
      .then({ verbs: ['pause', 'dial.conference'] });
    // Later events of that conference are late; that they are back is reported for another one.
    const [old, now] = [`CF${'1'.repeat(32)}`, `CF${'2'.repeat(32)}`] as [ConferenceSid, ConferenceSid];
    const join = (conference: ConferenceSid) => events.conference({ event: 'join', conference, at: at(10) });
    const leave = {
      event: 'leave',
      reason: 'conference_ended_via_api',
      status: 'in-progress',
      conference: old,
    } as const;
    const hasLeft = [...greeted(), join(old), events.conference({ ...leave, at: at(10) })];
    const isOver = [...greeted(), join(old), events.conference({ event: 'end', conference: old, at: at(10) })];
    for (const lost of [hasLeft, isOver]) {
      given(forwarding, lost).when(join(old)).thenNothingHappened();
      given(forwarding, lost)
        .when(events.conference({ event: 'start', conference: old, at: at(11) }))
        .thenNothingHappened();
      const back = [...lost, join(now)];
      after(back).then({ state: { conference: now, caller: { inRoom: true } } });
      given(forwarding, back)
        .when(events.conference({ ...leave, at: at(12) }))
        .then({ state: { caller: { inRoom: true } } });
      given(forwarding, back)
        .when(events.conference({ ...leave, conference: now, at: at(12) }))
        .then({ state: { caller: { inRoom: false } } });
      given(forwarding, back)
        .when(events.conference({ ...leave, reason: 'participant_hung_up', at: at(12) }))
        .then({ state: { result: 'callerLeft' } });
    }
  });

  it('P-122 a key that is pressed while we hang up is answered with the reason', () => {
    const ending = [...greeted({}), events.verdict({ answeredBy: 'machine_start', at: at(10) })];
    given(forwarding, ending)
      .when(events.key({ at: at(11) }))
      .then({ verbs: ['say', 'hangup'] });
  });

  it('P-94 a caller who waits alone without a record is served again, and no earlier leg is taken for a new one', () => {
    const asks = { ...events.callerDocument({ at: at(3) }), sid: sids.call(0), visit: 1 } as const;
    const { result } = given(forwarding, []).when(asks);
    expect(result.effects).toEqual([]);
    const to = { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 0, purpose: 'caller.again' };
    expect(verbsOf(result)).toEqual([{ verb: 'redirect', to }]);
    const again = { ...events.inbound({ status: 'in-progress', at: at(4) }), lostVisit: 1 };
    const revived = given(forwarding, []).when(again);
    revived.then({ state: { visit: 2, caller: { phase: 'held' }, legs: [{ id: 1001 }] } });
    // The leg of the lost visit, whose id is 1, no longer belongs to a record.
    const lost = given(forwarding, [again]).when(events.answered({ leg: 1, sid: sids.call(7), at: at(5) }));
    expect(verbsOf(lost.result)).toEqual([{ verb: 'hangup' }]);
  });

  it('P-144 a callee who presses the key that declines is spared, and the next person is rung', () => {
    const keys = { accept: '1', decline: '2' };
    given(forwarding, [
      ...greeted({ forwardTo: [NUMBERS.ann, NUMBERS.ben], keys }),
      events.verdict({ answeredBy: 'unknown', at: at(9) }),
    ])
      .when(events.key({ digits: '2', at: at(10) }))
      .then({ verbs: ['say', 'hangup'], asks: [{ type: 'call.create', leg: 2 }], state: { winner: null } });
  });

  it('an unknown caller who is not on the line is not served anew', () => {
    for (const status of ['completed', 'ringing'] as const) {
      const asks = { ...events.callerDocument({ at: at(3) }), sid: sids.call(0), visit: 1, status };
      expect(verbsOf(given(forwarding, []).when(asks).result)).toEqual([{ verb: 'hangup' }]);
    }
  });
});
