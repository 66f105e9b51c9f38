import { describe, expect, it } from 'vitest';
import { forwarding, POLICIES, type CallOptions } from '@amd/core';
import { events, given, NUMBERS, playCall, sids } from '@amd/core/testing';
import { at } from './scenes.js';

const ASYNC = { amd: { mode: 'async' } } as const;
const call = (options: Partial<CallOptions> = {}) =>
  events.inbound({ options: { forwardTo: [NUMBERS.ann], ...ASYNC, ...options } });
const held = (options?: Partial<CallOptions>) => [
  call(options),
  events.conference({ event: 'join', at: at(1) }),
  events.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' }),
];
/** The call was answered and the callee greeted; detection has not decided yet. */
const greeted = (options?: Partial<CallOptions>) => [
  ...held(options),
  events.status({ status: 'in-progress', at: at(8) }),
  events.answered({ answeredBy: null, at: at(8) }),
];
const verdict = (answeredBy: Parameters<typeof events.verdict>[0] = {}) =>
  events.verdict({ at: at(11), ...answeredBy });
const MOVE = { type: 'call.redirect', id: 'move:1', once: true, document: { purpose: 'leg.document' } } as const;

describe('asynchronous detection', () => {
  it('asynchronous detection is requested with the call and reports its verdict on a path of its own', () => {
    given(forwarding, [])
      .when(call())
      .then({
        asks: [{ type: 'call.create', detection: { mode: 'Enable' }, verdict: { purpose: 'leg.verdict', leg: 1 } }],
      });
  });

  it('an answered callee is greeted at once, by name', () => {
    given(forwarding, held({ forwardTo: [{ to: NUMBERS.ann, name: 'Ann' }] }))
      .when(events.answered({ answeredBy: null, at: at(8) }))
      .then({
        state: { legs: [{ phase: 'confirming', answeredBy: null, timestamps: { greetedAt: at(8) } }] },
        reply: {
          verbs: [
            {
              verb: 'gather',
              prompt: [{ text: 'A call for Ann, from 1 2 1 2 5 5 5 0 1 2 3. Press any key to take it.' }],
            },
            { verb: 'redirect' },
          ],
        },
      });
  });

  it('verdict first: the redirect brings the leg to the caller, once', () => {
    given(forwarding, greeted())
      .when(verdict())
      .then({
        state: { winner: 1, legs: [{ phase: 'joining', inFlight: { redirect: 'move:1' }, human: true }] },
        asks: [MOVE],
      });
    given(forwarding, [...greeted(), verdict()])
      .when(verdict())
      .thenNothingHappened();
  });

  it.each([
    ['a key', events.key({ at: at(12) })],
    ['an ended round', events.poll({ at: at(12) })],
  ])('verdict first: %s meanwhile waits a second and asks again', (_, event) => {
    given(forwarding, [...greeted(), verdict()])
      .when(event)
      .then({ asks: [], verbs: ['pause', 'redirect'] });
  });

  it('verdict first: the request for the document proves the redirect and drops what would repeat it', () => {
    const step = given(forwarding, [...greeted(), verdict()]).when(events.legDocument({ at: at(12) }));
    step.then({ state: { legs: [{ inFlight: { redirect: null }, joinTwimlSent: true }] }, verbs: ['dial.conference'] });
    expect(step.result.effects).toContainEqual({ type: 'effect.drop', id: 'move:1' });
  });

  it.each([
    { kind: 'failed', reason: 'time-out' },
    { kind: 'refused', code: 21220, reason: 'not in progress' },
  ] as const)('after a redirect that $as, the next request brings the leg to the caller', (outcome) => {
    given(forwarding, [...greeted(), verdict(), events.outcomeOf('call.redirect', outcome, { at: at(12) })])
      .when(events.poll({ at: at(13) }))
      .then({ verbs: ['dial.conference'] });
  });

  it('after a completed redirect the flow waits for its document, and releases the caller if it is never requested', () => {
    const done = [...greeted(), verdict(), events.outcomeOf('call.redirect', { kind: 'done', status: 'in-progress' })];
    given(forwarding, done)
      .when(events.poll({ at: at(13) }))
      .then({ verbs: ['pause', 'redirect'] });
    given(forwarding, done)
      .when(events.due('caller'))
      .then({
        state: {
          winner: null,
          legs: [{ phase: 'farewell', farewell: 'lost', inFlight: { redirect: 'redirect:1:1' } }],
        },
      });
  });

  it('two live calls do not count as together while one was never given the room', () => {
    const alive = (leg: number) =>
      events.outcomeOf('call.fetch', { kind: 'fetched', status: 'in-progress', answeredBy: null }, { leg, at: at(80) });
    const waiting = [...greeted(), verdict(), events.outcomeOf('call.redirect', { kind: 'failed', reason: 'x' })];
    given(forwarding, [...waiting, events.due('caller'), alive(0)])
      .when(alive(1))
      .then({ state: { caller: { phase: 'joining' } } });
  });

  it('key first: the reply brings the leg to the caller, and the verdict does nothing', () => {
    const key = given(forwarding, greeted()).when(events.key({ at: at(10) }));
    key.then({
      state: { winner: 1, legs: [{ inFlight: { redirect: null }, human: true }] },
      asks: [],
      verbs: ['dial.conference'],
    });
    for (const answeredBy of ['human', 'machine_start', 'unknown'] as const) {
      given(forwarding, [...greeted(), events.key({ at: at(10) })])
        .when(verdict({ answeredBy }))
        .then({ state: { winner: 1, legs: [{ phase: 'joining', answeredBy }] }, effects: [] });
    }
  });

  it('a verdict that overtakes the first request wins the caller all the same', () => {
    given(forwarding, [...held(), verdict({ at: at(8) })])
      .when(events.answered({ answeredBy: null, at: at(9) }))
      .then({ state: { winner: 1 }, verbs: ['pause', 'redirect'] });
  });

  it.each(['machine_start', 'fax'] as const)('a leg that is %s is ended, and the hunt goes on', (answeredBy) => {
    given(forwarding, greeted({ forwardTo: [NUMBERS.ann, NUMBERS.ben] }))
      .when(verdict({ answeredBy }))
      .then({
        state: { legs: [{ phase: 'ending' }, { id: 2 }] },
        asks: [{ type: 'call.end' }, { type: 'call.create', leg: 2 }],
      });
  });

  it('an unknown callee is asked for a key for the confirmation time from then on', () => {
    const unknown = [...greeted(), verdict({ answeredBy: 'unknown' })];
    given(forwarding, unknown)
      .when(events.poll({ at: at(22) }))
      .then({ verbs: ['gather', 'redirect'] });
    given(forwarding, unknown)
      .when(events.poll({ at: at(23) }))
      .then({ state: { legs: [{ phase: 'ending' }] }, verbs: ['hangup'] });
  });

  it('without a verdict the callee is asked until detection and confirmation are over', () => {
    given(forwarding, greeted())
      .when(events.poll({ at: at(49) }))
      .then({ verbs: ['gather', 'redirect'] });
    given(forwarding, greeted())
      .when(events.poll({ at: at(50) }))
      .then({ verbs: ['hangup'] });
  });

  it('a callee who is being asked is told that the caller is gone or taken', () => {
    given(forwarding, [...greeted(), events.callerStatus({ at: at(9) })])
      .when(events.poll({ at: at(12) }))
      .then({ reply: { verbs: [{ text: 'The caller has hung up. Goodbye.' }, {}] } });
  });

  it('a request from before the redirect does not count as having heard the farewell', () => {
    const moved = [...greeted(), verdict(), events.legDocument({ at: at(12) }), events.callerStatus({ at: at(12) })];
    given(forwarding, moved)
      .when(events.poll({ at: at(13) }))
      .then({
        state: { legs: [{ phase: 'farewell', farewellDelivered: false, inFlight: { redirect: 'redirect:1:1' } }] },
      });
  });
});

describe('screening', () => {
  const screens = { screening: { waitSeconds: 20, listenSeconds: 8 } };

  it('a screening robot is listened to, answered, and its owner waited for', () => {
    given(forwarding, held(screens))
      .when(events.answered({ answeredBy: null, at: at(8) }))
      .then({ reply: { verbs: [{ speech: true }, {}] } });
    const heard = [
      ...greeted(screens),
      events.key({ speech: 'Hi! If you record your NAME, and reason for calling, I will see…', at: at(10) }),
    ];
    // Punctuation and capitals depend on Twilio.
    expect(given(forwarding, heard).state).toMatchObject({ legs: [{ screened: 'answered' }] });
    const robot = [
      ...greeted(screens),
      events.key({ speech: "Hi. If you record your Name and reason for calling, I'll see.", at: at(10) }),
    ];
    expect(given(forwarding, robot).state).toMatchObject({ legs: [{ screened: 'answered', phase: 'confirming' }] });
    given(forwarding, robot)
      .when(verdict({ answeredBy: 'machine_start' }))
      .then({ state: { legs: [{ phase: 'confirming' }] }, asks: [] });
    given(forwarding, robot)
      .when(events.key({ at: at(25) }))
      .then({ verbs: ['dial.conference'] });
    given(forwarding, robot)
      .when(events.poll({ at: at(31) }))
      .then({ verbs: ['hangup'] });
  });

  it('with screening, a machine is listened to a little longer', () => {
    const machine = [...greeted(screens), verdict({ answeredBy: 'machine_start' })];
    given(forwarding, machine)
      .when(events.poll({ at: at(18) }))
      .then({ verbs: ['gather', 'redirect'] });
    given(forwarding, machine)
      .when(events.poll({ at: at(19) }))
      .then({ verbs: ['hangup'] });
    given(forwarding, greeted(screens))
      .when(verdict({ answeredBy: 'fax' }))
      .then({ asks: [{ type: 'call.end' }, { type: 'call.redirect', leg: 0 }] });
  });

  it('words alone never take a call', () => {
    given(forwarding, greeted(screens))
      .when(events.key({ speech: 'yes hello I am human', at: at(10) }))
      .then({ state: { winner: null }, verbs: ['gather', 'redirect'] });
  });
});

describe('played calls', () => {
  it('playCall tests asynchronous detection as well', () => {
    const played = playCall({ forwardTo: [{ targets: [NUMBERS.ann, NUMBERS.ben] }], ...ASYNC });
    played.leg(1).picksUp();
    played.leg(2).answers('machine_start');
    expect(played.talking).toEqual([]);
    played.leg(1).isHeardAs('human');
    expect(played.talking).toEqual([1]);
  });

  it('playCall tests screening as well', () => {
    const played = playCall({ forwardTo: [NUMBERS.ann], ...ASYNC, screening: {} });
    played.leg(1).picksUp();
    played.leg(1).says('please say your name and reason for calling');
    played.leg(1).isHeardAs('machine_start');
    played.leg(1).presses('1');
    expect(played.talking).toEqual([1]);
  });
});

describe('the fallback', () => {
  const exhausted = (options: Partial<CallOptions>) => [
    ...held({ amd: { mode: 'sync' }, ...options }),
    events.status({ status: 'busy', at: at(5) }),
  ];
  const recording = { sid: `RE${'1'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 9 };
  const voicemail = exhausted({ fallback: { kind: 'voicemail', maxSeconds: 60 } });

  it('voicemail records, says thanks and runs the hook once, whichever request reports the recording', () => {
    given(forwarding, voicemail)
      .when(events.callerDocument({ at: at(6) }))
      .then({
        reply: {
          verbs: [{ verb: 'say' }, { verb: 'record', maxSeconds: 60, action: { purpose: 'caller.fallback' } }, {}],
        },
      });
    const given6 = [...voicemail, events.callerDocument({ at: at(6) })];
    const hook = { hook: 'voicemail', data: { recording } } as const;
    given(forwarding, given6)
      .when(events.callerFallback({ recording, at: at(20) }))
      .then({
        asks: [],
        tells: [hook],
        reply: { verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 2 } }] },
      });
    given(forwarding, [...given6, events.callerFallback({ recording, at: at(20) })])
      .when(events.callerDocument({ part: 2, at: at(20) }))
      .then({ verbs: ['say', 'hangup'] });
    given(forwarding, [...given6, events.callerFallback({ recording, at: at(20) })])
      .when(events.recording({ recording, at: at(21) }))
      .thenNothingHappened();
    given(forwarding, [...given6, events.callerStatus({ at: at(20) })])
      .when(events.recording({ recording, at: at(21) }))
      .then({ state: { result: 'unanswered', caller: { recording } }, asks: [], tells: [hook] });
  });

  it('the fallback is never given by a second redirect, so no recording is cut off', () => {
    given(forwarding, [...voicemail, events.callerDocument({ at: at(6) })])
      .when(events.due('heartbeat'))
      .then({ asks: [{ type: 'call.fetch' }] });
    const fetched = events.outcomeOf(
      'call.fetch',
      { kind: 'fetched', status: 'in-progress', answeredBy: null },
      { at: at(31) },
    );
    given(forwarding, [...voicemail, events.callerDocument({ at: at(6) }), events.due('heartbeat')])
      .when(fetched)
      .then({ asks: [] });
  });

  it.each([
    ['that the caller has called', {}, NUMBERS.ours],
    ['that the caller calls from', {}, NUMBERS.caller],
    ['that a carrier has written without its plus', { from: NUMBERS.cleo.slice(1) }, NUMBERS.cleo],
    ['that has forwarded the call to us', { forwardedFrom: NUMBERS.cleo }, NUMBERS.cleo],
    ['that has forwarded the call to us, as SIP says', { calledVia: NUMBERS.cleo }, NUMBERS.cleo],
  ])('a fallback number %s is not rung: it would lead back here', (_, call, to) => {
    const fallback = { kind: 'number', to, ifUnanswered: { kind: 'voicemail' } } as const;
    const inbound = events.inbound({ options: { forwardTo: [], fallback } });
    given(forwarding, [{ ...inbound, call: { ...inbound.call, ...call } }])
      .when(events.callerDocument({ part: 2, at: at(6) }))
      .then({ reply: { verbs: [{ verb: 'say' }, { verb: 'record' }, { verb: 'hangup' }] } });
  });

  it('bug: a fallback number that took the caller was rung once more when the end of its call was reported twice', () => {
    const number = exhausted({ fallback: { kind: 'number', to: NUMBERS.cleo } });
    const over = [
      ...number,
      events.callerDocument({ at: at(6) }),
      events.callerFallback({ answered: true, at: at(90) }),
    ];
    given(forwarding, over)
      .when(events.callerFallback({ answered: true, at: at(91) }))
      .then({ verbs: ['hangup'], asks: [] });
  });

  it('bug: the end of a fallback number, reported twice, was taken for the end of the voicemail that follows it', () => {
    const number = exhausted({ fallback: { kind: 'number', to: NUMBERS.cleo, ifUnanswered: { kind: 'voicemail' } } });
    const unanswered = [...number, events.callerDocument({ at: at(6) }), events.callerFallback({ at: at(30) })];
    given(forwarding, unanswered)
      .when(events.callerFallback({ at: at(31) }))
      .then({ reply: { verbs: [{ verb: 'redirect', to: { part: 2 } }] }, state: { caller: { recorded: false } } })
      .thenNothingHappened();
  });

  it('a fallback number that does not answer is followed by what comes next, and never rung again', () => {
    const number = exhausted({ fallback: { kind: 'number', to: NUMBERS.cleo, ifUnanswered: { kind: 'voicemail' } } });
    given(forwarding, number)
      .when(events.callerDocument({ at: at(6) }))
      .then({ reply: { verbs: [{ verb: 'dial.number', timeoutSeconds: 30 }] } });
    const unanswered = [...number, events.callerDocument({ at: at(6) }), events.callerFallback({ at: at(30) })];
    given(forwarding, unanswered)
      .when(events.callerDocument({ part: 2, at: at(31) }))
      .then({ verbs: ['say', 'record', 'hangup'] });
    // A late repeat of the request for what came before.
    given(forwarding, unanswered)
      .when(events.callerDocument({ part: 1, at: at(32) }))
      .then({ reply: { verbs: [{ verb: 'redirect', to: { part: 2 } }] } })
      .thenNothingHappened();
    expect(given(forwarding, unanswered).state).toMatchObject({ caller: { useIfUnanswered: true } });
    given(forwarding, number)
      .when(events.callerFallback({ answered: true, at: at(30) }))
      .then({ state: { result: 'handedOff' }, verbs: ['hangup'] });
  });

  it.each([
    ['was answered', true, { result: 'handedOff' }],
    ['was not answered', false, { result: null, caller: { useIfUnanswered: true } }],
  ] as const)(
    'a report that the fallback number %s counts once, even if the caller should still be waiting',
    (_, answered, state) => {
      const fallback = { kind: 'number', to: NUMBERS.cleo } as const;
      const waiting = [events.inbound({ options: { forwardTo: [NUMBERS.ann], fallback } })];
      const ended = events.callerFallback({ answered, at: at(6) });
      given(forwarding, waiting).when(ended).then({ state });
      given(forwarding, [...waiting, ended])
        .when(ended)
        .thenNothingHappened();
    },
  );
});

describe('ends of calls', () => {
  it('a policy stops ringing new callees when a callee is busy', () => {
    const two = { forwardTo: [NUMBERS.ann, NUMBERS.ben], amd: { mode: 'sync' } } as const;
    for (const [end, status] of [
      ['busy', 'busy'],
      ['noAnswer', 'no-answer'],
      ['failed', 'failed'],
      ['hungUp', 'completed'],
    ] as const) {
      given(forwarding, held({ ...two, policy: { [end]: 'fall back' } }))
        .when(events.status({ status, at: at(5) }))
        .then({ state: { caller: { phase: 'fallingBack' } }, asks: [{ type: 'call.redirect', leg: 0 }] });
      given(forwarding, held(two))
        .when(events.status({ status, at: at(5) }))
        .then({ asks: [{ type: 'call.create', leg: 2 }] });
    }
  });

  it('presets differ in how they treat doubt, never in how they treat a fax', () => {
    expect(Object.values(POLICIES).map(({ unknown }) => unknown)).toEqual(['hang up', 'confirm', 'bridge']);
    expect(Object.values(POLICIES).map(({ fax }) => fax)).toEqual(['hang up', 'hang up', 'hang up']);
  });
});
