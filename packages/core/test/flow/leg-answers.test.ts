import { describe, expect, it } from 'vitest';
import { forwarding, type CallOptions } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import { at, BOTH, both, legOf, TWO, waiting } from './scenes.js';

type Options = Partial<CallOptions>;

const ASYNC = { amd: { mode: 'async' } } as const;
const OFF = { amd: { mode: 'off' } } as const;
const SCREENS = { ...ASYNC, screening: { waitSeconds: 20, listenSeconds: 8 } } as const;
const MESSAGE = {
  policy: { machine_end_beep: 'leave a message' },
  detection: { mode: 'DetectMessageEnd' },
} as const;

const call = (options: Options = {}) => [
  events.inbound({ options: { forwardTo: [NUMBERS.ann], ...options } }),
  events.conference({ event: 'join', at: at(1) }),
];
/** The call was answered and the callee greeted; detection has not decided yet. */
const greeted = (options: Options = {}) => [...call(options), events.answered({ answeredBy: null, at: at(8) })];
/** Two callees were asked for a key; the second has taken the call. */
const taken = (options: Options = {}) => [
  ...call({ ...BOTH, ...options }),
  events.answered({ leg: 1, answeredBy: null, at: at(8) }),
  events.answered({ leg: 2, answeredBy: null, at: at(8) }),
  events.key({ leg: 2, at: at(9) }),
];

describe('callees who are asked for a key', () => {
  it.each([
    ['human', 'when-unsure', 'balanced', 'joining'],
    ['human', 'always', 'balanced', 'confirming'],
    ['human', 'never', 'balanced', 'joining'],
    ['unknown', 'when-unsure', 'balanced', 'confirming'],
    ['unknown', 'always', 'balanced', 'confirming'],
    ['unknown', 'never', 'balanced', 'ending'],
    ['unknown', 'when-unsure', 'lenient', 'joining'],
    ['unknown', 'always', 'lenient', 'confirming'],
    ['unknown', 'never', 'lenient', 'joining'],
    ['machine_start', 'when-unsure', 'lenient', 'confirming'],
    ['machine_start', 'always', 'lenient', 'confirming'],
    ['machine_start', 'never', 'lenient', 'ending'],
    ['machine_start', 'when-unsure', 'balanced', 'ending'],
    ['machine_start', 'always', 'balanced', 'ending'],
    ['unknown', 'always', 'strict', 'ending'],
  ] as const)('%s, with confirm %s and a policy that is %s: %s', (answeredBy, confirm, policy, phase) => {
    given(forwarding, call({ confirm, policy }))
      .when(events.answered({ answeredBy, at: at(8) }))
      .then({ state: { legs: [{ phase, answeredBy }] } });
    given(forwarding, call({ forwardTo: [{ to: NUMBERS.ann, confirm }], policy }))
      .when(events.answered({ answeredBy, at: at(8) }))
      .then({ state: { legs: [{ phase, answeredBy }] } });
  });

  it('one callee may be asked for a key although the others are not, and the other way round', () => {
    const person = (confirm: 'always' | 'never') => ({ forwardTo: [{ to: NUMBERS.ann, confirm }] });
    given(forwarding, call({ ...person('always'), confirm: 'never' }))
      .when(events.answered({ at: at(8) }))
      .then({ verbs: ['gather', 'redirect'] });
    given(forwarding, call({ ...person('never'), confirm: 'always' }))
      .when(events.answered({ at: at(8) }))
      .then({ verbs: ['dial.conference'] });
  });
});

describe('the time for a key', () => {
  it.each<[string, Options, number]>([
    ['without detection: the confirmation time', OFF, 12],
    ['while detection listens: until it must have said something, and the confirmation time', ASYNC, 30 + 12],
    ['asked for none: until detection must have said something', { ...ASYNC, confirm: 'never' }, 30],
    [
      'whose phone is listened to in its own way: by that',
      { ...ASYNC, forwardTo: [{ to: NUMBERS.ann, detection: { timeoutSeconds: 10 } }] },
      10 + 12,
    ],
  ])('%s', (_, options, seconds) => {
    given(forwarding, call(options))
      .when(events.answered({ answeredBy: null, at: at(8) }))
      .then({
        state: {
          legs: [{ phase: 'confirming', confirmUntil: at(8 + seconds) }],
          timers: { leg1: at(8 + seconds + 10) },
        },
        asks: [],
      });
  });

  it('a verdict that says nothing restarts the time for a key', () => {
    given(forwarding, greeted(ASYNC))
      .when(events.verdict({ answeredBy: 'unknown', at: at(11) }))
      .then({ state: { legs: [{ phase: 'confirming', confirmUntil: at(23) }], timers: { leg1: at(33) } }, asks: [] });
  });

  it('a fetch from before the question does not end a callee who is being asked', () => {
    const asked = [
      ...call(),
      events.status({ status: 'in-progress', at: at(5) }),
      events.due('leg1'),
      events.answered({ answeredBy: 'unknown', at: at(45) }),
    ];
    given(forwarding, asked)
      .when(
        events.outcomeOf('call.fetch', { kind: 'fetched', status: 'in-progress', answeredBy: null }, { at: at(46) }),
      )
      .then({ state: { legs: [{ phase: 'confirming', overdue: false, confirmUntil: at(57) }] }, asks: [] });
  });
});

describe('a first request', () => {
  it('a first request without a verdict counts as unknown, where detection comes first', () => {
    given(forwarding, call())
      .when(events.answered({ answeredBy: null, at: at(8) }))
      .then({
        state: {
          legs: [
            { phase: 'confirming', answeredBy: 'unknown', confirmUntil: at(20), timestamps: { verdictAt: at(8) } },
          ],
        },
      });
  });

  it.each([ASYNC, OFF])('a first request with a verdict counts, whenever detection listens: %j', (options) => {
    given(forwarding, call(options))
      .when(events.answered({ answeredBy: 'human', at: at(8) }))
      .then({
        state: { winner: 1, legs: [{ phase: 'joining', inFlight: { redirect: null } }] },
        asks: [],
        verbs: ['dial.conference'],
      });
    given(forwarding, call({ ...options, ...TWO }))
      .when(events.answered({ answeredBy: 'machine_start', at: at(8) }))
      .then({ state: { legs: [{ phase: 'ending' }, { id: 2 }] }, verbs: ['hangup'] });
  });

  it('a first request with a machine verdict ends the call, even where robots are listened to', () => {
    given(forwarding, call(SCREENS))
      .when(events.answered({ answeredBy: 'machine_start', at: at(8) }))
      .then({ state: { legs: [{ phase: 'ending' }] }, verbs: ['hangup'] });
  });
});

describe('a key', () => {
  it('a key is recorded with its time', () => {
    given(forwarding, greeted(OFF))
      .when(events.key({ at: at(10) }))
      .then({ state: { winner: 1, legs: [{ human: true, answeredBy: null, timestamps: { keyAt: at(10) } }] } });
  });

  it('a key has no effect for a callee who was not asked for one', () => {
    given(forwarding, greeted({ ...ASYNC, confirm: 'never' }))
      .when(events.key({ at: at(10) }))
      .then({ verbs: ['say', 'pause', 'redirect'] })
      .thenNothingHappened();
  });

  it('a key that never comes ends the call with what is known of who answered', () => {
    given(forwarding, greeted(OFF))
      .when(events.poll({ at: at(20) }))
      .then({ state: { legs: [{ phase: 'ending', result: { kind: 'answered', by: 'unknown' } }] }, verbs: ['hangup'] });
    given(forwarding, [...call({ policy: 'lenient' }), events.answered({ answeredBy: 'machine_start', at: at(8) })])
      .when(events.poll({ at: at(20) }))
      .then({ state: { legs: [{ result: { kind: 'answered', by: 'machine_start' } }] }, verbs: ['hangup'] });
  });
});

describe('a callee who answers too late', () => {
  it.each(['busy', 'completed'] as const)(
    'an answer after the call was %s gets a hang-up, whoever answered',
    (status) => {
      const over = [...waiting, events.status({ status, at: at(5) })];
      for (const answeredBy of ['human', 'unknown', 'fax'] as const) {
        given(forwarding, over)
          .when(events.answered({ answeredBy, at: at(6) }))
          .then({ verbs: ['hangup'] })
          .thenNothingHappened();
      }
      given(forwarding, over)
        .when(events.verdict({ durationMs: 3200, at: at(6) }))
        .thenNothingHappened();
    },
  );

  it.each(['unknown', 'fax', 'machine_start'] as const)(
    'an answer on a leg that is being ended is asked nothing: %s',
    (answeredBy) => {
      given(forwarding, [...waiting, events.due('deadline')])
        .when(events.answered({ answeredBy, at: at(121) }))
        .then({
          state: { legs: [{ phase: 'ending', human: false, farewell: null, answeredBy }], timers: { leg1: at(130) } },
          effects: [],
          verbs: ['hangup'],
        });
    },
  );

  it('a callee who answers too late is told why by the reply to their own request, without a redirect', () => {
    const detected = [
      ...both,
      events.status({ leg: 2, status: 'in-progress', at: at(6) }),
      events.answered({ leg: 1, at: at(8) }),
    ];
    const told = given(forwarding, detected).when(events.answered({ leg: 2, at: at(9) }));
    told.then({
      state: {
        legs: [
          {},
          {
            phase: 'farewell',
            farewell: 'taken',
            farewellDelivered: true,
            inFlight: { redirect: null },
            farewellTries: 0,
            result: { kind: 'answered', by: 'human' },
            timestamps: { greetedAt: at(9) },
          },
        ],
        timers: { leg2: at(39) },
      },
      reply: { verbs: [{ text: 'Somebody else has taken the call. Goodbye.' }, { verb: 'hangup' }] },
    });
    expect(told.result.effects.map(({ type }) => type)).toEqual(['timer.stop', 'timer.start']);
  });
});

describe('a callee who is being asked when another takes the call', () => {
  it('a callee who was being asked counts as answered by unknown when another takes the call', () => {
    given(forwarding, taken(OFF).slice(0, -1))
      .when(events.key({ leg: 2, at: at(9) }))
      .then({
        state: {
          winner: 2,
          legs: [
            {
              phase: 'farewell',
              farewell: 'taken',
              farewellDelivered: false,
              result: { kind: 'answered', by: 'unknown' },
            },
            {},
          ],
          timers: { leg1: at(39) },
        },
        asks: [],
      });
  });

  it('a machine that was being asked counts as the machine it sounded like when another takes the call', () => {
    const machine = [
      ...call({ ...BOTH, policy: 'lenient' }),
      events.answered({ leg: 1, answeredBy: 'machine_start', at: at(8) }),
    ];
    given(forwarding, machine)
      .when(events.answered({ leg: 2, at: at(9) }))
      .then({ state: { legs: [{ phase: 'farewell', result: { kind: 'answered', by: 'machine_start' } }, {}] } });
  });

  it('a callee heard as human after another took the call is redirected at once, without waiting for the question to end', () => {
    given(forwarding, taken(ASYNC))
      .when(events.verdict({ leg: 1, at: at(10) }))
      .then({
        state: {
          winner: 2,
          legs: [{ phase: 'farewell', human: true, inFlight: { redirect: 'redirect:1:1' }, farewellTries: 1 }, {}],
        },
        asks: [
          {
            type: 'call.redirect',
            id: 'redirect:1:1',
            leg: 1,
            sid: sids.call(1),
            document: { purpose: 'leg.document' },
          },
        ],
      });
  });

  it.each(['fax', 'machine_start', 'unknown'] as const)(
    'a callee who lost the call and is then heard as %s hears the farewell all the same',
    (answeredBy) => {
      given(forwarding, taken(ASYNC))
        .when(events.verdict({ leg: 1, answeredBy, at: at(10) }))
        .then({
          state: { legs: [{ phase: 'farewell', farewell: 'taken', human: false, answeredBy }, {}] },
          effects: [],
        });
    },
  );

  it('a callee who has heard the farewell does not hear it again', () => {
    const told = [...taken(ASYNC), events.poll({ leg: 1, at: at(10) })];
    given(forwarding, told)
      .when(events.verdict({ leg: 1, at: at(11) }))
      .then({
        state: { legs: [{ phase: 'farewell', human: true, farewellDelivered: true }, {}], timers: { leg1: at(40) } },
        effects: [],
      });
  });

  it('a callee keeps their farewell even if the caller is free again', () => {
    const free = [...taken(ASYNC), events.status({ leg: 2, status: 'completed', at: at(10) })];
    given(forwarding, free)
      .when(events.verdict({ leg: 1, at: at(11) }))
      .then({ state: { winner: null, legs: [{ phase: 'farewell', human: true, farewell: 'taken' }, {}] } });
  });
});

describe('a message for a machine', () => {
  const beep = { answeredBy: 'machine_end_beep' } as const;

  it("with sync detection a message is the answer to the machine's request, and the next callee is rung", () => {
    given(forwarding, call({ ...MESSAGE, ...TWO }))
      .when(events.answered({ ...beep, at: at(8) }))
      .then({
        state: {
          legs: [
            { phase: 'farewell', farewell: 'message', farewellDelivered: true, inFlight: { redirect: null } },
            { id: 2 },
          ],
        },
        asks: [{ type: 'call.create', leg: 2 }],
        reply: {
          verbs: [{ text: 'You have missed a call from 1 2 1 2 5 5 5 0 1 2 3. Goodbye.' }, { verb: 'hangup' }],
        },
      });
  });

  it('with async detection the machine is redirected to the message, which is said once', () => {
    const told = [...greeted({ ...MESSAGE, ...ASYNC }), events.verdict({ ...beep, at: at(11) })];
    given(forwarding, told.slice(0, -1))
      .when(events.verdict({ ...beep, at: at(11) }))
      .then({
        state: { legs: [{ phase: 'farewell', farewell: 'message', inFlight: { redirect: 'redirect:1:1' } }] },
        asks: [
          { type: 'call.redirect', id: 'redirect:1:1', leg: 1 },
          { type: 'call.redirect', leg: 0 },
        ],
      });
    given(forwarding, told)
      .when(events.poll({ at: at(12) }))
      .then({ verbs: ['pause', 'redirect'] })
      .thenNothingHappened();
    given(forwarding, told)
      .when(events.legDocument({ part: 1, at: at(12) }))
      .then({
        verbs: ['say', 'hangup'],
        state: { legs: [{ farewellDelivered: true, inFlight: { redirect: null }, wasRedirected: true }] },
      });
  });

  it('a message is only for a machine that could have had the caller: another one is hung up on', () => {
    const detected = [
      ...call({ ...MESSAGE, ...BOTH }),
      events.status({ leg: 2, status: 'in-progress', at: at(6) }),
      events.answered({ leg: 1, at: at(8) }),
    ];
    given(forwarding, detected)
      .when(events.answered({ leg: 2, ...beep, at: at(9) }))
      .then({ state: { legs: [{}, { phase: 'ending', farewell: null }] }, asks: [], verbs: ['hangup'] });
    given(forwarding, [...call(MESSAGE), events.due('deadline')])
      .when(events.answered({ ...beep, at: at(121) }))
      .then({ state: { legs: [{ phase: 'ending', farewell: null }] }, verbs: ['hangup'] });
  });
});

describe('a screening robot', () => {
  const words = 'Please say your name and reason for calling.';
  const heard = [...greeted(SCREENS), events.key({ speech: words, at: at(10) })];

  it('a screening robot hears once who calls, and its owner gets the time they need', () => {
    given(forwarding, greeted(SCREENS))
      .when(events.key({ speech: words, at: at(10) }))
      .then({
        state: { legs: [{ screened: 'answered', confirmUntil: at(30) }], timers: { leg1: at(40) } },
        reply: {
          verbs: [
            {
              verb: 'gather',
              prompt: [
                {
                  text: 'This is a call for you, from 1 2 1 2 5 5 5 0 1 2 3, who is on the line and waiting to speak to them.',
                },
              ],
            },
            {},
          ],
        },
      });
    given(forwarding, heard)
      .when(events.key({ speech: words, at: at(15) }))
      .then({
        reply: {
          verbs: [{ prompt: [{ text: 'A call for you, from 1 2 1 2 5 5 5 0 1 2 3. Press any key to take it.' }] }, {}],
        },
      })
      .thenNothingHappened();
  });

  it.each(['machine_start', 'fax'] as const)(
    'a screening robot is not hung up on for sounding like %s, nor given less time',
    (answeredBy) => {
      given(forwarding, heard)
        .when(events.verdict({ answeredBy, at: at(11) }))
        .then({ state: { legs: [{ phase: 'confirming', answeredBy, confirmUntil: at(30) }] }, effects: [] });
    },
  );

  it('a screening robot is a machine like any other where screening is off', () => {
    given(forwarding, greeted(ASYNC))
      .when(events.key({ speech: words, at: at(10) }))
      .then({ verbs: ['gather', 'redirect'] })
      .thenNothingHappened();
  });

  it('a screening robot that has said nothing is asked again', () => {
    given(forwarding, greeted(SCREENS))
      .when(events.key({ digits: '', at: at(10) }))
      .then({ verbs: ['gather', 'redirect'] })
      .thenNothingHappened();
  });
});

describe('the detection time', () => {
  const story = (...list: readonly ReturnType<typeof events.verdict>[]) =>
    legOf(given(forwarding, [...greeted(ASYNC), ...list]).state, 1)?.timestamps;

  it('the detection time is what Twilio reports with the verdict', () => {
    expect(story(events.verdict({ answeredBy: 'unknown', durationMs: 3200, at: at(11) }))).toMatchObject({
      detectionMs: 3200,
      verdictAt: at(11),
    });
  });

  it('the detection time is unknown if Twilio does not report it, or reports it with a second verdict', () => {
    const silent = events.verdict({ answeredBy: 'unknown', at: at(11) });
    expect(story(silent)).not.toHaveProperty('detectionMs');
    expect(story(silent, events.verdict({ durationMs: 5000, at: at(12) }))).not.toHaveProperty('detectionMs');
  });
});
