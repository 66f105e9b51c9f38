import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, forwarding, roomOf, type Verb } from '@amd/core';
import { events, given, NUMBERS, playCall, sids, START } from '@amd/core/testing';
import { after, at, BOTH, both, connected, falling, joining, legOf, two, waiting } from './scenes.js';

const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
const REFUSED = { kind: 'refused', code: 21220, reason: 'Call is not in-progress. Cannot redirect.' } as const;

function roomIn(verbs: readonly Verb[]): Extract<Verb, { verb: 'dial.conference' }> | undefined {
  return verbs.find((verb) => verb.verb === 'dial.conference');
}

// docs/pitfalls.md tells the story of each; test/flow/pitfalls-list.test.ts keeps the two lists equal.
describe('pitfalls of the calls themselves', () => {
  it('P-01 the caller hangs up while detection runs: the leg is ended, and a human who answers hears why', () => {
    const detecting = [...waiting, events.status({ status: 'in-progress', at: at(5) })];
    given(forwarding, detecting)
      .when(events.callerEnded({ status: 'completed', at: at(6) }))
      .then({ asks: [{ type: 'call.end', leg: 1 }] });
    given(forwarding, [...detecting, events.callerEnded({ status: 'completed', at: at(6) })])
      .when(events.answered({ at: at(7) }))
      .then({ verbs: ['say', 'hangup'] });
  });

  it('P-02 the caller hangs up before the room: the status callback of the number says so, else the heartbeat finds out', () => {
    given(forwarding, two)
      .when(events.callerStatus({ at: at(1) }))
      .then({ state: { result: 'callerLeft', legs: [{ phase: 'ending' }] } });
    given(forwarding, [...two, events.due('heartbeat')])
      .when(
        events.outcomeOf(
          'call.fetch',
          { kind: 'fetched', status: 'completed', answeredBy: null },
          { leg: 0, at: at(30) },
        ),
      )
      .then({ state: { result: 'callerLeft' } });
  });

  it('P-03 an outcome before the caller is on hold is remembered, and a refused redirect is tried again', () => {
    const early = [events.inbound(), events.status({ status: 'failed', at: at(0.2) })];
    after(early).then({ asks: [], state: { caller: { phase: 'fallingBack' } } });
    given(forwarding, early)
      .when(events.conference({ event: 'join', at: at(1) }))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
    const refused = [...early, events.due('caller'), events.outcomeOf('call.redirect', REFUSED, { at: at(1.2) })];
    given(forwarding, refused)
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
    given(forwarding, early)
      .when(events.inbound({ at: at(1) }))
      .then({ reply: { verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 1 } }] } });
  });

  it('P-04 the callee hangs up during detection: `completed` alone lets the next person ring', () => {
    given(forwarding, [...two, events.status({ status: 'in-progress' })])
      .when(events.status({ status: 'completed' }))
      .then({ asks: [{ type: 'call.create', leg: 2 }], state: { legs: [{ result: { kind: 'hungUp' } }, {}] } });
  });

  it('P-05 a callee answers while their call is being ended: the end still works, and they hear why', () => {
    const ending = [...both, events.answered({ leg: 1, at: at(8) })];
    given(forwarding, ending)
      .when(events.status({ leg: 2, status: 'in-progress', at: at(8) }))
      .thenNothingHappened();
    given(forwarding, ending)
      .when(events.answered({ leg: 2, at: at(9) }))
      .then({ verbs: ['say', 'hangup'], state: { winner: 1 } });
    given(forwarding, ending)
      .when(events.due('leg2'))
      .then({ state: { legs: [{}, { phase: 'ending' }] } });
  });

  it('P-06 a call cancelled while queued reports nothing: the answer to our request is its end', () => {
    given(forwarding, [...both, events.callerStatus({ at: at(6) })])
      .when(events.outcomeOf('call.end', { kind: 'done', status: 'canceled' }, { leg: 2, at: at(6) }))
      .then({ state: { legs: [{}, { phase: 'ended' }] } });
  });

  it('P-07 callbacks before the answer to the creation find their leg by its reference', () => {
    given(forwarding, two)
      .when(events.status({ leg: 1, status: 'busy' }))
      .then({ asks: [{ type: 'call.create', leg: 2 }] });
    given(forwarding, [...two, events.status({ leg: 1, status: 'ringing' })])
      .when(events.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' }))
      .thenNothingHappened();
  });

  it('P-08 a room is designed for meetings: ours ends with either party, holds two, and is silent for the callee', () => {
    const { reply } = after(joining).result;
    expect(roomIn(reply.kind === 'twiml' ? reply.verbs : [])).toMatchObject({
      endOnExit: true,
      maxParticipants: 2,
      wait: 'silence',
      startOnEnter: true,
    });
  });

  it('P-09 the first to enter decides the settings of the room: both documents have the same', () => {
    const [first, second] = [after([events.inbound()]), after(joining)].map(({ result: { reply } }) =>
      roomIn(reply.kind === 'twiml' ? reply.verbs : []),
    );
    for (const setting of ['room', 'statusCallback', 'statusCallbackEvents', 'endOnExit', 'maxParticipants'] as const) {
      expect(first?.[setting]).toEqual(second?.[setting]);
    }
  });

  it('P-10 room names are shared by the whole account: ours are named after the inbound call', () => {
    expect(roomOf(sids.call(1))).toBe(`amd-${sids.call(1)}`);
    const rooms = [1, 2].map((n) => after([events.inbound({ sid: sids.call(n) })]).result.reply);
    expect(new Set(rooms.map((reply) => roomIn(reply.kind === 'twiml' ? reply.verbs : [])?.room)).size).toBe(2);
  });

  it('P-11 one address for two purposes: requests for TwiML and notifications have separate paths', () => {
    after(two).then({ asks: [{ answered: { purpose: 'leg.answered' }, status: { purpose: 'leg.status' } }] });
  });

  it('P-12 `in-progress` does not say that a human answered: only the verdict does', () => {
    given(forwarding, waiting)
      .when(events.status({ status: 'in-progress', at: at(5) }))
      .then({ state: { winner: null, legs: [{ phase: 'detecting' }] } });
  });

  it('P-13 a declined call may show as busy, as no answer or as a voicemail: each lets the next person ring', () => {
    for (const event of [
      events.status({ status: 'busy' }),
      events.status({ status: 'no-answer' }),
      events.answered({ answeredBy: 'machine_start' }),
    ]) {
      given(forwarding, two)
        .when(event)
        .then({ asks: [{ type: 'call.create', leg: 2 }] });
    }
  });

  it("P-14 the caller's number may not be shown: once more with ours, then the next person", () => {
    for (const code of [21210, 21212]) {
      const refused = events.outcomeOf('call.create', { kind: 'refused', code, reason: '' });
      given(forwarding, two)
        .when(refused)
        .then({ asks: [{ leg: 1, from: NUMBERS.ours as never }] });
      given(forwarding, [...two, refused])
        .when(refused)
        .then({ asks: [{ leg: 2 }] });
    }
  });

  it('P-15 a redirect pulls a party out of the room and ends it: that leave does not count as a hang-up', () => {
    given(forwarding, falling)
      .when(
        events.conference({ event: 'leave', reason: 'participant_updated_via_api', status: 'in-progress', at: at(6) }),
      )
      .thenNothingHappened();
    for (const scene of [joining, connected]) {
      expect(given(forwarding, scene).effects.filter(({ type }) => type === 'call.redirect')).toEqual([]);
    }
  });

  it('P-16 the Dial action overtakes our redirect: it leads to the same document, which is given once', () => {
    const { reply } = given(forwarding, falling).when(events.callerEnded({ at: at(6) })).result;
    expect(reply).toMatchObject({ verbs: [{}, { verb: 'redirect', to: { purpose: 'caller.document', part: 1 } }] });
    const once = [
      ...falling,
      events.callerEnded({ at: at(6) }),
      events.callerDocument({ at: at(6) }),
      events.outcomeOf('call.redirect', { kind: 'done', status: null }, { at: at(6) }),
    ];
    given(forwarding, [...once, events.due('heartbeat')])
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(30) }))
      .then({ asks: [] });
  });

  it('P-107 a copy of a request does not prove that its answer was heard: only the request for the fallback itself does', () => {
    // The room has ended under both. The first answer is the room again, and then nobody is left; a repeat arrives.
    const ended = events.callerEnded({ at: at(20) });
    const back = [...joining, events.legEnded({ at: at(19) }), ended];
    const { reply } = given(forwarding, back).when(events.callerEnded({ at: at(21) })).result;
    expect(reply).toMatchObject({ verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 1 } }] });
    // Whichever answer was acted on, they are redirected if they do not come.
    given(forwarding, [...back, events.callerEnded({ at: at(21) })])
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0, document: { part: 1 } }] });
    given(forwarding, [...back, events.callerEnded({ at: at(21) }), events.callerDocument({ at: at(22) })])
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(23) }))
      .then({ asks: [], state: { caller: { fallbackServed: true } } });
    // A late repeat of the very first request, while they wait to be redirected.
    given(forwarding, falling)
      .when(events.inbound({ at: at(30) }))
      .then({ verbs: ['pause', 'redirect'] })
      .thenNothingHappened();
  });

  it('P-17 a silent human is `unknown` and is asked for a key; a fax is not bridged', () => {
    expect([DEFAULT_POLICY.unknown, DEFAULT_POLICY.fax]).toEqual(['confirm', 'hang up']);
    given(forwarding, waiting)
      .when(events.answered({ answeredBy: 'unknown', at: at(8) }))
      .then({ verbs: ['gather', 'redirect'], state: { winner: null } });
    given(forwarding, waiting)
      .when(events.answered({ answeredBy: 'fax', at: at(8) }))
      .then({ verbs: ['hangup'], state: { winner: null } });
  });

  it('P-18 every end of a greeting is a machine: `machine_end_…` is hung up on', () => {
    for (const answeredBy of ['machine_end_beep', 'machine_end_silence', 'machine_end_other'] as const) {
      given(forwarding, two)
        .when(events.answered({ answeredBy }))
        .then({ verbs: ['hangup'], asks: [{ leg: 2 }] });
    }
  });

  it('P-19 detection makes mistakes: a policy can ask every human for a key', () => {
    const call = playCall({ forwardTo: [NUMBERS.ann], policy: { human: 'confirm' } });
    call.leg(1).answers('human');
    expect(call.talking).toEqual([]);
    call.leg(1).presses('1');
    expect(call.talking).toEqual([1]);
  });

  it('P-20 detection means silence for the callee: its thresholds can be set for each call', () => {
    const detection = { speechThresholdMs: 1800, speechEndThresholdMs: 1400, silenceTimeoutMs: 2500 };
    given(forwarding, [])
      .when(events.inbound({ options: { forwardTo: [NUMBERS.ann], detection } }))
      .then({ asks: [{ detection: { mode: 'Enable', timeoutSeconds: 30, ...detection } }] });
  });

  it('P-21 a trial account rings verified numbers only: a refusal lets the next person ring', () => {
    given(forwarding, two)
      .when(events.outcomeOf('call.create', { kind: 'refused', code: 21219, reason: 'unverified' }))
      .then({ asks: [{ type: 'call.create', leg: 2 }] });
  });

  it('P-22 calls wait in a queue of one a second: the ring time runs from `initiated`, and a queued call is not given up', () => {
    const created = [...two, events.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' })];
    given(forwarding, [...created, events.due('leg1')])
      .when(
        events.outcomeOf('call.fetch', { kind: 'fetched', status: 'queued', answeredBy: null }, { leg: 1, at: at(30) }),
      )
      .then({ asks: [], state: { legs: [{ phase: 'placed' }], timers: { leg1: at(60) } } });
    given(forwarding, created)
      .when(events.status({ status: 'initiated', at: at(25) }))
      .then({ state: { timers: { leg1: at(55) } } });
  });

  it('P-23 a callback of any kind must not make us forget the call: a caller who leaves late still frees the callee', () => {
    const onTheWay = [...waiting, events.status({ status: 'in-progress', at: at(5) }), events.answered({ at: at(8) })];
    given(forwarding, onTheWay)
      .when(events.callerStatus({ at: at(8) }))
      .then({ asks: [{ type: 'call.redirect', leg: 1 }] });
    given(forwarding, waiting)
      .when(events.callerStatus({ at: at(3) }))
      .then({ asks: [{ type: 'call.end', leg: 1 }] });
  });

  it('P-24 a call that cannot be made does not fail the webhook: the next person is rung, or the caller gets the fallback', () => {
    const refused = events.outcomeOf('call.create', { kind: 'refused', code: 21211, reason: '' });
    given(forwarding, two)
      .when(refused)
      .then({ asks: [{ type: 'call.create', leg: 2 }] });
    given(forwarding, waiting.slice(0, 2))
      .when(refused)
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it('P-25 everything may come twice: one call is made, and one redirect', () => {
    given(forwarding, two)
      .when(events.inbound({ at: at(1) }))
      .thenNothingHappened();
    given(forwarding, falling)
      .when(events.status({ leg: 1, status: 'busy', at: at(6) }))
      .thenNothingHappened();
    given(forwarding, joining)
      .when(events.answered({ at: at(9) }))
      .then({ verbs: ['dial.conference'] })
      .thenNothingHappened();
  });

  it('P-26 a late `busy` after a human does not pull a talking caller out of the room', () => {
    const talking = [
      ...both,
      events.answered({ leg: 1, at: at(8) }),
      events.conference({ event: 'join', leg: 1, at: at(9) }),
    ];
    given(forwarding, talking)
      .when(events.status({ leg: 2, status: 'busy', at: at(30) }))
      .then({ asks: [], state: { caller: { phase: 'connected' } } });
  });

  it('P-27 a redirect that failed is not only logged: the heartbeat tries again while the caller is on the line', () => {
    const failed = [
      ...falling,
      events.outcomeOf('call.redirect', { kind: 'failed', reason: 'reset' }, { at: at(6) }),
      events.due('heartbeat'),
    ];
    given(forwarding, failed)
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(30) }))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it('P-28 withheld numbers come in many spellings, and cannot be shown: our number is', () => {
    for (const from of ['anonymous', 'unknown', 'restricted', 'unavailable', '', 'client:x', 'sip:x@example.com']) {
      given(forwarding, [])
        .when(events.inbound({ from }))
        .then({ asks: [{ from: NUMBERS.ours as never }] });
    }
    const asked = [events.inbound({ from: 'anonymous' }), events.answered({ answeredBy: 'unknown' })];
    after(asked).then({
      reply: {
        verbs: [{ prompt: [{ text: 'A call for you, from a withheld number. Press any key to take it.' }] }, {}],
      },
    });
  });

  it('P-29 nobody may sit alone in a room: both calls are fetched 10 s later, and a lone callee hears why', () => {
    given(forwarding, joining)
      .when(events.due('caller'))
      .then({
        asks: [
          { type: 'call.fetch', leg: 0 },
          { type: 'call.fetch', leg: 1 },
        ],
      });
    given(forwarding, [...joining, events.due('caller')])
      .when(events.outcomeOf('call.fetch', { kind: 'gone' }, { leg: 0, at: at(18) }))
      .then({ asks: [{ type: 'call.redirect', leg: 1, document: { purpose: 'leg.document' } }] });
    given(forwarding, [])
      .when(events.inbound({ options: { forwardTo: [NUMBERS.ann], timeLimitSeconds: 600 } }))
      .then({ asks: [{ timeLimitSeconds: 600 }] });
  });

  it('P-30 callbacks come in any order: a late `ringing` or `initiated` reverts nothing', () => {
    for (const scene of [waiting, joining, connected]) {
      const answered = [...scene, events.status({ status: 'in-progress', at: at(10) })];
      for (const status of ['initiated', 'ringing', 'queued'] as const) {
        given(forwarding, answered)
          .when(events.status({ status, at: at(11) }))
          .thenNothingHappened();
      }
    }
  });

  it('P-31 ringing longer reaches the voicemail: the default is 20 s, not the 60 s of the API', () => {
    after(two).then({ asks: [{ ringSeconds: 20 }] });
  });

  it('P-32 a finished call is forgotten after a day: nothing leaks', () => {
    given(forwarding, [...waiting, events.callerStatus({ at: at(3) })])
      .when(events.status({ status: 'canceled', at: at(4) }))
      .then({ keepForMs: 86_400_000, state: { timers: {}, call: { token: null } } });
  });

  it('P-33 the `#` key counts: no key ends the input', () => {
    given(forwarding, waiting)
      .when(events.answered({ answeredBy: 'unknown', at: at(8) }))
      .then({ reply: { verbs: [{ verb: 'gather', finishOnKey: '', numDigits: 1 }, {}] } });
  });

  it('P-34 a call that was given up and rings after all is ended at its first callback', () => {
    const lost = [
      ...two,
      events.outcomeOf('call.create', { kind: 'unknown', reason: 'reset' }),
      events.timer('leg1', START + 30_000),
    ];
    given(forwarding, lost)
      .when(events.status({ leg: 1, status: 'ringing', at: at(31) }))
      .then({ asks: [{ type: 'call.end', leg: 1 }] });
    given(forwarding, lost)
      .when(events.answered({ leg: 1, at: at(31) }))
      .then({ verbs: ['hangup'] });
    expect(legOf(given(forwarding, lost).state, 2)?.phase).toBe('requested');
  });

  it('P-35 two humans answer in the same moment: one is bridged, the other hears that the call was taken', () => {
    const call = playCall(BOTH);
    call.leg(1).answers('human');
    expect(() => {
      call.leg(2).answers('human');
    }).toThrow('is over');
    const same = [
      ...both,
      events.status({ leg: 2, status: 'in-progress', at: at(6) }),
      events.answered({ leg: 2, at: at(8) }),
    ];
    given(forwarding, same)
      .when(events.answered({ leg: 1, at: at(8) }))
      .then({ verbs: ['say', 'hangup'], state: { winner: 2 } });
  });
});
