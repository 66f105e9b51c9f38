import { describe, expect, it } from 'vitest';
import { callSettings, forwarding, type CallOptions, type Effect, type ForwardingState, type Outcome } from '@amd/core';
import { events, given, NUMBERS, sids, START, type InboundOptions } from '@amd/core/testing';
import type { Move } from './arbitraries.js';
import { at, both, connected, joining, legOf, two, waiting } from './scenes.js';

const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
const FAILED = { kind: 'failed', reason: 'time-out' } as const;
const REFUSED = { kind: 'refused', code: 20003, reason: 'Authenticate' } as const;
const GONE = { kind: 'gone' } as const;
const ASYNC = { amd: { mode: 'async' } } as const;

const DETECTING = [...waiting, events.status({ status: 'in-progress', at: at(5) })];
/** The caller left while the only callee's phone rang. */
const ENDING = [...waiting, events.callerStatus({ at: at(7) })];
/** The caller left while the only callee was on the way to them. */
const TOLD = [...joining, events.callerStatus({ at: at(9) })];
/** Heard as a human during the greeting. */
const MOVING = [
  events.inbound({ options: { forwardTo: [NUMBERS.ann], ...ASYNC } }),
  events.conference({ event: 'join', at: at(1) }),
  events.answered({ answeredBy: null, at: at(8) }),
  events.verdict({ at: at(11) }),
];

const timersOf = (state: ForwardingState) => (state.kind === 'call' ? state.timers : {});
/** The effects of a step, except timers. */
const asked = (scene: readonly Move[], event: Move): readonly Effect[] =>
  given(forwarding, scene)
    .when(event)
    .result.effects.filter(({ type }) => !type.startsWith('timer.'));

describe('a new leg', () => {
  const created = (o: InboundOptions) => given(forwarding, []).when(events.inbound(o)).result;
  const ref = (purpose: string) => ({ flow: 'forwarding', key: sids.call(0), visit: 1, leg: 1, purpose });
  const options = (more: Partial<CallOptions> = {}) => ({ options: { forwardTo: [NUMBERS.ann], ...more } });
  const call = {
    type: 'call.create',
    id: 'create:1:caller',
    leg: 1,
    to: NUMBERS.ann,
    from: NUMBERS.caller,
    answered: ref('leg.answered'),
    status: ref('leg.status'),
    ringSeconds: 20,
    timeLimitSeconds: 14_400,
    detection: callSettings({ forwardTo: [] }).detection,
    by: START + 20_000,
  };

  it('a new leg starts with no call SID and no answer', () => {
    expect(legOf(created({}).state, 1)).toEqual({
      id: 1,
      target: { to: NUMBERS.ann },
      phase: 'requested',
      callerId: 'caller',
      creating: 'create:1:caller',
      sid: null,
      answeredBy: null,
      human: false,
      farewell: null,
      farewellDelivered: false,
      farewellTries: 0,
      confirmUntil: null,
      joined: false,
      seenAlive: false,
      overdue: false,
      inFlight: { fetch: null, end: null, redirect: null },
      joinTwimlSent: false,
      wasRedirected: false,
      screened: null,
      result: null,
      timestamps: { requestedAt: START },
    });
  });

  it.each<[string, InboundOptions, object]>([
    ['with detection before anything else', options(), {}],
    ['with detection meanwhile', options(ASYNC), { verdict: ref('leg.verdict') }],
    ['without detection', options({ amd: { mode: 'off' } }), { detection: null }],
    ["with the caller's token", { ...options(), token: 'secret' }, { callToken: 'secret' }],
    [
      'with our number, and no token',
      { ...options(), from: 'anonymous', token: 'secret' },
      { id: 'create:1:own', from: NUMBERS.ours },
    ],
  ])('a leg is called %s', (_, inbound, more) => {
    expect(created(inbound).effects[0]).toEqual({ ...call, ...more });
  });

  it('a leg records which number it shows', () => {
    expect(legOf(created({ from: 'anonymous' }).state, 1)?.callerId).toBe('own');
    expect(legOf(created({ from: NUMBERS.caller }).state, 1)?.callerId).toBe('caller');
  });
});

describe('a late outcome of a create', () => {
  const refused: Outcome = { kind: 'refused', code: 21210, reason: 'not verified' };
  const first =
    (outcome: Outcome): Move =>
    ({ effects }) => {
      const effect = effects.find((one) => one.type === 'call.create');
      if (effect?.type !== 'call.create') throw new Error('nobody was rung');
      return events.outcome(effect, outcome, at(9));
    };

  it('a late outcome of a create that was since made with another number changes nothing', () => {
    given(forwarding, [...two, first(refused)])
      .when(first(refused))
      .thenNothingHappened();
    given(forwarding, [...two, first(refused)])
      .when(first({ kind: 'refused', code: 21211, reason: 'no number' }))
      .thenNothingHappened();
  });

  it.each([21210, 21211])('a late refusal (%i) of a create whose call rings all the same changes nothing', (code) => {
    given(forwarding, [...two, events.status({ status: 'ringing', at: at(2) })])
      .when(first({ kind: 'refused', code, reason: '' }))
      .thenNothingHappened();
  });

  it('a late outcome of a create whose call is over leaves it over', () => {
    given(forwarding, [...two, events.status({ status: 'busy', at: at(2) })])
      .when(first({ kind: 'created', sid: sids.call(1), status: 'queued' }))
      .thenNothingHappened();
  });

  it('a late success of a create that counted as lost ends the call once', () => {
    expect(
      asked([...two, events.timer('leg1', at(30))], first({ kind: 'created', sid: sids.call(1), status: 'queued' })),
    ).toEqual([{ type: 'call.end', id: 'end:1:1', leg: 1, sid: sids.call(1) }]);
  });

  it('an outcome for an unknown leg is ignored', () => {
    const stranger = { type: 'call.end', id: 'end:9:1', leg: 9, sid: sids.call(9) } as const;
    given(forwarding, two)
      .when(events.outcome(stranger, { kind: 'done', status: 'completed' }, at(3)))
      .thenNothingHappened();
  });
});

describe('a call that counted as lost', () => {
  const lost = [...two, events.timer('leg1', at(30))];

  it('a request of a call that counted as lost gets a hang-up and changes nothing', () => {
    given(forwarding, lost)
      .when(events.answered({ leg: 1, at: at(31) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    given(forwarding, lost)
      .when(events.verdict({ leg: 1, at: at(31) }))
      .thenNothingHappened();
  });

  it.each(['no-answer', 'completed'] as const)('a lost call that reports %s is over', (status) => {
    given(forwarding, lost)
      .when(events.status({ leg: 1, status, at: at(31) }))
      .then({ state: { legs: [{ phase: 'ended', sid: sids.call(1), result: { kind: 'lost' } }, {}] }, effects: [] });
  });

  it('a repeated report of a lost call, or one in the name of another call, changes nothing', () => {
    const over = [...lost, events.status({ leg: 1, status: 'no-answer', at: at(31) })];
    for (const status of ['no-answer', 'ringing'] as const) {
      given(forwarding, over)
        .when(events.status({ leg: 1, sid: sids.call(77), status, at: at(32) }))
        .thenNothingHappened();
    }
  });
});

describe('call statuses', () => {
  const story = (...list: readonly Move[]) => legOf(given(forwarding, [...two, ...list]).state, 1)?.timestamps;

  it('an initiated call does not ring yet', () => {
    expect(story(events.status({ status: 'initiated', at: at(1) }))).toEqual({
      requestedAt: START,
      placedAt: at(1),
      initiatedAt: at(1),
    });
  });

  it('a status after the answer does not report ringing', () => {
    given(forwarding, [...two, events.status({ status: 'in-progress', at: at(2) })])
      .when(events.status({ status: 'ringing', at: at(3) }))
      .thenNothingHappened();
  });

  it.each([
    [null, { kind: 'hungUp' }],
    ['unknown', { kind: 'hungUp' }],
    ['fax', { kind: 'answered', by: 'fax' }],
  ] as const)('a completed status with verdict %s ends the leg as %j', (answeredBy, result) => {
    given(forwarding, waiting)
      .when(events.status({ status: 'completed', ...(answeredBy === null ? {} : { answeredBy }), at: at(9) }))
      .then({ state: { legs: [{ result }] } });
  });

  it('statuses of a call that is over are not recorded again', () => {
    const over = [...connected, events.status({ status: 'completed', at: at(60) })];
    given(forwarding, connected)
      .when(events.status({ status: 'completed', at: at(60) }))
      .then({ state: { timers: { caller: at(70) } } });
    given(forwarding, over)
      .when(events.status({ status: 'completed', at: at(65) }))
      .thenNothingHappened();
    given(forwarding, [...waiting, events.status({ status: 'busy', at: at(5) })])
      .when(events.status({ status: 'completed', sid: sids.call(77), at: at(6) }))
      .thenNothingHappened();
  });
});

describe('ending a leg', () => {
  it('a leg ended before it was created is not created; ended before the answer it counts as stopped', () => {
    expect(asked([events.inbound()], events.callerStatus({ at: at(1) }))).toMatchObject([
      { type: 'effect.drop', id: 'create:1:caller' },
    ]);
    expect(asked(waiting, events.callerStatus({ at: at(7) }))).toMatchObject([
      { type: 'call.end', id: 'end:1:1', leg: 1, sid: sids.call(1) },
    ]);
    expect(legOf(given(forwarding, ENDING).state, 1)?.result).toEqual({ kind: 'stopped' });
  });

  it.each([
    ['detecting', DETECTING, { kind: 'stopped' }],
    [
      'confirming',
      [...DETECTING, events.answered({ answeredBy: 'unknown', at: at(8) })],
      { kind: 'answered', by: 'unknown' },
    ],
  ] as const)('a leg that was %s for too long ends with what is known of it', (_, before, result) => {
    given(forwarding, [...before, events.due('leg1')])
      .when(events.outcomeOf('call.fetch', ALIVE, { at: at(60) }))
      .then({ state: { legs: [{ phase: 'ending', result, inFlight: { end: 'end:1:2' } }] } });
  });

  it('a leg is asked to end once at a time, and its watchdog goes on', () => {
    given(forwarding, ENDING)
      .when(events.due('leg1'))
      .then({
        asks: [],
        state: { legs: [{ phase: 'ending', inFlight: { end: 'end:1:1' } }], timers: { leg1: at(27) } },
      });
    given(forwarding, [...ENDING, events.outcomeOf('call.end', FAILED, { at: at(8) })])
      .when(events.due('leg1'))
      .then({ asks: [{ type: 'call.end', id: 'end:1:2' }] });
  });

  it('a leg whose end failed is fetched only if Twilio refused', () => {
    given(forwarding, ENDING)
      .when(events.outcomeOf('call.end', FAILED, { at: at(8) }))
      .then({ asks: [], state: { legs: [{ phase: 'ending', inFlight: { end: null, fetch: null } }] } });
    given(forwarding, ENDING)
      .when(events.outcomeOf('call.end', REFUSED, { at: at(8) }))
      .then({ asks: [{ type: 'call.fetch', id: 'fetch:1:2', leg: 1, sid: sids.call(1) }] });
  });
});

describe('fetching a leg', () => {
  const looked = [...waiting, events.due('leg1')];

  it('a leg is fetched once at a time', () => {
    given(forwarding, waiting)
      .when(events.due('leg1'))
      .then({
        asks: [{ type: 'call.fetch', id: 'fetch:1:1' }],
        state: { legs: [{ inFlight: { fetch: 'fetch:1:1' } }] },
      });
    given(forwarding, connected)
      .when(events.due('heartbeat'))
      .then({
        asks: [
          { type: 'call.fetch', id: 'fetch:0:1', leg: 0 },
          { type: 'call.fetch', id: 'fetch:1:2', leg: 1 },
        ],
      });
    given(forwarding, [...connected, events.due('heartbeat')])
      .when(events.due('heartbeat'))
      .then({ asks: [] });
  });

  it('a fetch that finds no call ends the leg', () => {
    given(forwarding, looked)
      .when(events.outcomeOf('call.fetch', GONE, { at: at(33) }))
      .then({ state: { legs: [{ phase: 'ended', result: { kind: 'stopped' }, timestamps: { endedAt: at(33) } }] } });
  });

  it.each([
    ['fails', FAILED],
    ['comes from before it was picked up', { kind: 'fetched', status: 'ringing', answeredBy: null }],
  ] as const)('a fetch that %s starts no watchdog for a leg that talks', (_, outcome) => {
    const step = given(forwarding, [...connected, events.due('heartbeat')]).when(
      events.outcomeOf('call.fetch', outcome, { leg: 1, at: at(31) }),
    );
    step.then({ state: { legs: [{ phase: 'bridged', inFlight: { fetch: null } }] }, effects: [] });
    expect(timersOf(step.result.state)).not.toHaveProperty('leg1');
  });

  it('a fetch that finds the leg ringing gives it its ring time anew', () => {
    given(forwarding, looked)
      .when(events.outcomeOf('call.fetch', { kind: 'fetched', status: 'ringing', answeredBy: null }, { at: at(33) }))
      .then({ state: { timers: { leg1: at(63) } }, asks: [] });
  });
});

describe('a redirect to the caller', () => {
  it('a redirect to the caller of a callee who has hung up releases the caller', () => {
    given(forwarding, MOVING)
      .when(events.outcomeOf('call.redirect', GONE, { leg: 1, at: at(12) }))
      .then({
        state: { winner: null, legs: [{ phase: 'ended', inFlight: { redirect: null }, result: { kind: 'stopped' } }] },
        asks: [{ type: 'call.redirect', leg: 0 }],
      });
  });

  it("a refused redirect makes us fetch the call; a failed one is replaced by the leg's next request", () => {
    given(forwarding, MOVING)
      .when(events.outcomeOf('call.redirect', REFUSED, { leg: 1, at: at(12) }))
      .then({
        state: { legs: [{ phase: 'joining', inFlight: { redirect: null } }] },
        asks: [{ type: 'call.fetch', leg: 1 }],
      });
    given(forwarding, MOVING)
      .when(events.outcomeOf('call.redirect', FAILED, { leg: 1, at: at(12) }))
      .then({ state: { legs: [{ phase: 'joining', inFlight: { redirect: null } }] }, asks: [] });
    given(forwarding, MOVING)
      .when(events.outcomeOf('call.redirect', { kind: 'done', status: 'in-progress' }, { leg: 1, at: at(12) }))
      .thenNothingHappened();
  });
});

describe('a redirect to the farewell', () => {
  it('a redirect to the farewell is requested once at a time', () => {
    given(forwarding, TOLD)
      .when(events.due('leg1'))
      .then({
        asks: [],
        state: {
          legs: [{ phase: 'farewell', inFlight: { redirect: 'redirect:1:1' }, farewellTries: 1 }],
          timers: { leg1: at(29) },
        },
      });
  });

  it.each([
    ['refused', REFUSED, [{ type: 'call.fetch', leg: 1 }]],
    ['failed', FAILED, []],
    ['done', { kind: 'done', status: 'in-progress' }, []],
  ] as const)('a redirect to the farewell that was %s is requested again', (_, outcome, asks) => {
    const redirected = events.outcomeOf('call.redirect', outcome, { leg: 1, at: at(10) });
    given(forwarding, TOLD)
      .when(redirected)
      .then({ state: { legs: [{ phase: 'farewell', inFlight: { redirect: null } }] }, asks });
    given(forwarding, [...TOLD, redirected])
      .when(events.due('leg1'))
      .then({ asks: [{ type: 'call.redirect', id: 'redirect:1:2', leg: 1 }] });
  });

  it('a redirect to the farewell stays in flight when the outcome of the redirect it replaced arrives', () => {
    const replaced = [...MOVING, events.callerStatus({ at: at(12) })];
    const move = given(forwarding, MOVING.slice(0, -1)).when(events.verdict({ at: at(11) })).result;
    for (const outcome of [FAILED, REFUSED, { kind: 'done', status: 'in-progress' } as const]) {
      given(forwarding, replaced)
        .when(events.outcomeOf('call.redirect', outcome, { leg: 1, at: at(13) })(move))
        .then({ state: { legs: [{ phase: 'farewell', inFlight: { redirect: 'redirect:1:1' } }] } });
    }
  });

  it('a redirect to the farewell of a callee who has hung up ends their leg', () => {
    given(forwarding, TOLD)
      .when(events.outcomeOf('call.redirect', GONE, { leg: 1, at: at(10) }))
      .then({
        state: { legs: [{ phase: 'ended', result: { kind: 'answered', by: 'human' } }], timers: {} },
        keepForMs: 86_400_000,
      });
  });

  it('a callee alone in the room is redirected to their farewell as well: their caller has hung up', () => {
    given(forwarding, [...connected, events.callerStatus({ at: at(60) })])
      .when(events.due('leg1'))
      .then({
        state: { legs: [{ phase: 'farewell', farewell: 'callerGone', result: { kind: 'bridged' } }] },
        asks: [{ type: 'call.redirect', id: 'redirect:1:1', leg: 1, sid: sids.call(1) }],
      });
  });
});

describe('winning', () => {
  it('winning the caller ends each other leg with one request', () => {
    expect(asked(both, events.answered({ leg: 1, at: at(8) }))).toEqual([
      { type: 'call.end', id: 'end:2:1', leg: 2, sid: sids.call(2) },
    ]);
  });
});
