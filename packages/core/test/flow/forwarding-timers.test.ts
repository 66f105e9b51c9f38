import { describe, expect, it } from 'vitest';
import { forwarding, type CallOptions, type Effect, type ForwardingState, type Outcome } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import type { Move } from './arbitraries.js';
import { after, at, BOTH, both, connected, falling, joining, TWO, two, waiting } from './scenes.js';

const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
const FAILED = { kind: 'failed', reason: 'time-out' } as const;
const DONE = { kind: 'done', status: 'in-progress' } as const;
const ROOM = sids.conference() as never;
const OTHER = sids.conference(1) as never;

const timersOf = (state: ForwardingState) => (state.kind === 'call' ? state.timers : {});
const fetched = (outcome: Outcome, seconds: number, leg = 0) =>
  events.outcomeOf('call.fetch', outcome, { leg, at: at(seconds) });
/** Two callees ring; the second has taken the call and talks. */
const secondTakes = [...both, events.answered({ leg: 2, at: at(8) })];
const secondTalks = [...secondTakes, events.conference({ event: 'join', leg: 2, at: at(9) })];

describe('a timer', () => {
  it.each(['heartbeat', 'deadline', 'leg1'])(
    'a timer that is not wanted for this time is late or repeated: %s',
    (timer) => {
      given(forwarding, waiting)
        .when(events.timer(timer, at(3)))
        .thenNothingHappened();
    },
  );

  it.each(['caller', 'step', 'leg9', 'nothing'])('a timer that the state does not want is ignored: %s', (timer) => {
    given(forwarding, waiting)
      .when(events.timer(timer, at(3)))
      .thenNothingHappened();
  });

  it('a timer is measured with how late it fired', () => {
    const before = given(forwarding, waiting).state;
    const measured = (at: number) =>
      forwarding.measure({ before, event: events.timer('heartbeat', dueAt, at), after: before });
    const dueAt = timersOf(before)['heartbeat'] ?? 0;
    expect(dueAt).toBe(at(30));
    expect(measured(at(32))).toEqual([{ type: 'timer.fired', flow: 'forwarding', seconds: 2 }]);
    expect(forwarding.measure({ before, event: events.timer('heartbeat', at(60)), after: before })).toEqual([]);
  });
});

describe('the heartbeat', () => {
  it('the heartbeat fetches the caller and the leg that talks to them, and no other leg', () => {
    given(forwarding, secondTalks)
      .when(events.due('heartbeat'))
      .then({
        asks: [
          { type: 'call.fetch', leg: 0 },
          { type: 'call.fetch', leg: 2 },
        ],
        state: { timers: { heartbeat: at(60) } },
      });
    given(forwarding, secondTakes)
      .when(events.due('heartbeat'))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }] });
  });

  it.each<[string, Outcome]>([
    ['says that the caller still rings', { kind: 'fetched', status: 'ringing', answeredBy: null }],
    ['fails', FAILED],
  ])('a fetch that %s does not tell where the caller is', (_, outcome) => {
    given(forwarding, [...two, events.due('heartbeat')])
      .when(fetched(outcome, 31))
      .then({
        state: {
          caller: { phase: 'arriving', held: false, inRoom: false, seenAlive: false, inFlight: { fetch: null } },
        },
        effects: [],
      });
  });

  it('a heartbeat that finds the caller in progress requests nothing while callees ring', () => {
    given(forwarding, [...two, events.due('heartbeat')])
      .when(fetched(ALIVE, 30))
      .then({ state: { caller: { phase: 'held', held: true, seenAlive: true } }, asks: [] });
    given(forwarding, [...waiting, events.due('heartbeat')])
      .when(fetched(ALIVE, 30))
      .then({ state: { caller: { phase: 'held' } }, asks: [] });
  });

  it('the heartbeat counts a caller as in the room from the time when they must have come back to it', () => {
    // They come back to the room, which takes 10 s at most after a retry of their request, and that may come within 15 s.
    const back = [...waiting, events.callerEnded({ at: at(25) }), events.due('heartbeat')];
    given(forwarding, back)
      .when(fetched(ALIVE, 49.999))
      .then({ state: { caller: { inRoom: false } } });
    given(forwarding, back)
      .when(fetched(ALIVE, 50))
      .then({ state: { caller: { inRoom: true } } });
  });

  it('the heartbeat leaves a redirect that waits for its turn to its own timer', () => {
    const refused = { kind: 'refused', code: 21220, reason: 'Call is not in-progress. Cannot redirect.' } as const;
    const late = [
      ...waiting,
      events.status({ status: 'busy', at: at(29.5) }),
      events.outcomeOf('call.redirect', refused, { at: at(29.8) }),
      events.due('heartbeat'),
    ];
    given(forwarding, late)
      .when(fetched(ALIVE, 30.2))
      .then({ asks: [], state: { timers: { caller: at(30.8) } } });
  });
});

describe('the bridge check', () => {
  it('the bridge check fetches the caller and the winner, not the other legs', () => {
    given(forwarding, secondTakes)
      .when(events.due('caller'))
      .then({
        asks: [
          { type: 'call.fetch', leg: 0 },
          { type: 'call.fetch', leg: 2 },
        ],
        state: { timers: { caller: at(28) } },
      });
  });

  it('the bridge check does not count an earlier fetch of the caller', () => {
    const seen = [
      ...waiting,
      events.status({ status: 'in-progress', at: at(5) }),
      events.due('heartbeat'),
      fetched(ALIVE, 30),
      events.answered({ at: at(31) }),
      events.due('caller'),
    ];
    given(forwarding, seen)
      .when(fetched(ALIVE, 56, 1))
      .then({ state: { caller: { phase: 'joining', seenAlive: false } } });
    given(forwarding, [...seen, fetched(ALIVE, 56, 1)])
      .when(fetched(ALIVE, 57))
      .then({ state: { caller: { phase: 'connected' } } });
  });

  it('the bridge check begins when the caller is held', () => {
    const early = given(forwarding, [events.inbound(), events.answered({ at: at(3) })]);
    expect(timersOf(early.state)).not.toHaveProperty('caller');
    given(forwarding, [events.inbound(), events.answered({ at: at(3) })])
      .when(events.callerDocument({ at: at(5) }))
      .then({ state: { timers: { caller: at(15) } } });
  });

  it.each<[string, readonly Move[]]>([
    ['both are together', connected],
    ['who took the call has hung up', [...joining, events.status({ status: 'completed', at: at(9) })]],
    ['the caller has hung up', [...joining, events.callerStatus({ at: at(9) })]],
  ])('the bridge check ends when %s', (_, scene) => {
    expect(timersOf(given(forwarding, joining).state)).toHaveProperty('caller', at(18));
    expect(timersOf(given(forwarding, scene).state)).not.toHaveProperty('caller');
  });
});

describe('a caller who is left alone in the room', () => {
  const alone = [
    ...connected,
    events.conference({ event: 'leave', leg: 1, reason: 'participant_hung_up', at: at(60) }),
  ];

  it('a caller left alone in the room is ended, and watched until they are', () => {
    given(forwarding, alone)
      .when(events.due('caller'))
      .then({
        asks: [{ type: 'call.end', id: 'end:0:1', leg: 0 }],
        state: { caller: { inFlight: { end: 'end:0:1' } }, timers: { caller: at(80) } },
      });
    given(forwarding, [...alone, events.due('caller')])
      .when(events.due('caller'))
      .then({ asks: [], state: { timers: { caller: at(90) } } });
  });

  it.each<[string, Outcome, object]>([
    ['done', { kind: 'done', status: 'completed' }, { result: 'connected' }],
    ['no longer possible', { kind: 'gone' }, { result: 'connected' }],
    ['not known to have happened', FAILED, { result: null, caller: { phase: 'connected', inFlight: { end: null } } }],
  ])('the end of a lone caller that is %s is handled', (_, outcome, state) => {
    given(forwarding, [...alone, events.due('caller')])
      .when(events.outcomeOf('call.end', outcome, { leg: 0, at: at(71) }))
      .then({ state });
  });

  it('a failed end of a lone caller is tried again', () => {
    given(forwarding, [...alone, events.due('caller'), events.outcomeOf('call.end', FAILED, { leg: 0, at: at(71) })])
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.end', id: 'end:0:2', leg: 0 }] });
  });
});

describe('the redirect to the fallback', () => {
  it('a redirect that was waited for is sent as soon as the caller is there, and not again', () => {
    const exhausted = [events.inbound(), events.status({ status: 'failed', at: at(1) })];
    after(exhausted).then({ state: { timers: { caller: at(2) } } });
    const step = given(forwarding, exhausted).when(events.conference({ event: 'join', at: at(1.5) }));
    step.then({ asks: [{ type: 'call.redirect', id: 'redirect:0:1', leg: 0 }] });
    expect(timersOf(step.result.state)).not.toHaveProperty('caller');
  });

  it('a redirect that succeeds after the caller has hung up has no effect', () => {
    given(forwarding, [...falling, events.callerStatus({ at: at(6) })])
      .when(events.outcomeOf('call.redirect', DONE, { leg: 0, at: at(7) }))
      .thenNothingHappened();
  });

  it('the fallback is not requested while a callee has the caller, whichever other leg ends', () => {
    const ended = events.status({ leg: 2, status: 'canceled', at: at(10) });
    const taken = [...both, events.answered({ leg: 1, at: at(8) })];
    given(forwarding, taken)
      .when(ended)
      .then({ asks: [], state: { winner: 1, caller: { phase: 'joining' } } });
    given(forwarding, [...taken, events.conference({ event: 'join', leg: 1, at: at(9) })])
      .when(ended)
      .then({ asks: [], state: { winner: 1, caller: { phase: 'connected' } } });
  });

  it('the fallback follows a call that could not be made, if the policy says so', () => {
    const refused = events.outcomeOf(
      'call.create',
      { kind: 'refused', code: 21211, reason: 'no number' },
      { at: at(2) },
    );
    const call = (policy: CallOptions['policy']) => [
      events.inbound({ options: { ...TWO, policy } }),
      events.conference({ event: 'join', at: at(1) }),
    ];
    given(forwarding, call({ failed: 'fall back' }))
      .when(refused)
      .then({ state: { caller: { phase: 'fallingBack' }, nextStep: 2 }, asks: [{ type: 'call.redirect', leg: 0 }] });
    given(forwarding, call({ busy: 'fall back', noAnswer: 'fall back', hungUp: 'fall back' }))
      .when(refused)
      .then({ asks: [{ type: 'call.create', leg: 2 }] });
  });
});

describe('new callees', () => {
  it('no new callee is rung while it is not known whether the caller is still there', () => {
    const claimed = [
      events.inbound({ options: TWO }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ at: at(8) }),
    ];
    const doubted = [...claimed, events.legEnded({ at: at(9) })];
    after(doubted).then({
      state: { winner: null, caller: { isUnverified: true } },
      asks: [{ type: 'call.fetch', leg: 0 }],
    });
    given(forwarding, doubted)
      .when(events.status({ status: 'completed', at: at(10) }))
      .then({ asks: [] });
    given(forwarding, doubted)
      .when(fetched(FAILED, 10))
      .then({ state: { caller: { isUnverified: false } }, asks: [{ type: 'call.create', leg: 2 }] });
  });
});

describe('conference events', () => {
  const connectedText = { texts: { connected: 'Here is {name}.' } };
  const claimed = (room: { readonly conference?: typeof ROOM }) => [
    events.inbound({ options: { forwardTo: [NUMBERS.ann], ...connectedText } }),
    events.conference({ event: 'join', at: at(1), ...room }),
    events.answered({ at: at(8) }),
  ];
  const joins = (leg: number, seconds: number) => events.conference({ event: 'join', leg, at: at(seconds) });
  const announced = (effects: readonly Effect[]) => effects.filter(({ type }) => type === 'call.announce');

  it('conference events name the room: nothing is announced in a room without a name', () => {
    expect(announced(given(forwarding, claimed({ conference: ROOM })).when(joins(1, 9)).result.effects)).toMatchObject([
      { id: 'announce:1', conference: ROOM },
    ]);
    given(forwarding, claimed({}))
      .when(joins(1, 9))
      .then({ state: { caller: { phase: 'connected' } }, asks: [] });
  });

  it('the end of another room says nothing about this one', () => {
    given(forwarding, claimed({ conference: ROOM }))
      .when(events.conference({ event: 'end', conference: OTHER, at: at(9) }))
      .thenNothingHappened();
  });

  it('the caller hears once who took the call, even if events are repeated', () => {
    const talking = [...claimed({ conference: ROOM }), joins(1, 9)];
    for (const event of [joins(0, 10), joins(1, 10)]) {
      given(forwarding, talking).when(event).thenNothingHappened();
    }
    given(forwarding, [...talking, events.due('heartbeat')])
      .when(fetched(ALIVE, 31, 1))
      .then({ asks: [] });
  });

  it.each(['start', 'join'] as const)(
    'a conference event of a caller whose call is over changes nothing: %s',
    (event) => {
      for (const scene of [waiting, [events.inbound()]]) {
        given(forwarding, [...scene, events.callerStatus({ at: at(7) })])
          .when(events.conference({ event, at: at(8) }))
          .thenNothingHappened();
      }
    },
  );

  it('a conference event of a callee who hears a farewell changes nothing', () => {
    const told = [...joining, events.callerStatus({ at: at(9) })];
    for (const reason of ['participant_hung_up', 'moderator_ended_conference']) {
      given(forwarding, told)
        .when(events.conference({ event: 'leave', leg: 1, reason, at: at(10) }))
        .thenNothingHappened();
    }
  });

  it.each([
    ['human', joining, 'human'],
    [
      'unknown',
      [
        events.inbound({ options: { forwardTo: [NUMBERS.ann], amd: { mode: 'off' } } }),
        events.conference({ event: 'join', at: at(1) }),
        events.answered({ answeredBy: null, at: at(6) }),
        events.key({ at: at(8) }),
      ],
      'unknown',
    ],
  ] as const)('a callee who hangs up before they are together counts as answered by %s', (_, scene, by) => {
    given(forwarding, scene)
      .when(events.conference({ event: 'leave', leg: 1, reason: 'participant_hung_up', at: at(9) }))
      .then({
        state: {
          winner: null,
          caller: { phase: 'fallingBack' },
          legs: [{ phase: 'ending', result: { kind: 'answered', by } }],
          timers: { leg1: at(19) },
        },
      });
  });
});

describe('the end of a Dial', () => {
  it('the end of a Dial of a leg outside the room says nothing about the caller', () => {
    const asked = [...waiting, events.answered({ answeredBy: 'unknown', at: at(8) })];
    given(forwarding, asked)
      .when(events.legEnded({ at: at(9) }))
      .then({ verbs: ['gather', 'redirect'] })
      .thenNothingHappened();
    const told = [
      ...joining,
      events.conference({ event: 'leave', leg: 1, reason: 'moderator_ended_conference', at: at(9) }),
    ];
    given(forwarding, [...told, fetched(ALIVE, 10)])
      .when(events.legEnded({ at: at(10) }))
      .then({ asks: [], state: { caller: { isUnverified: false } }, verbs: ['say', 'hangup'] });
  });

  it('the end of a Dial after a talk ends the leg', () => {
    given(forwarding, connected)
      .when(events.legEnded({ at: at(60) }))
      .then({
        state: {
          winner: 1,
          caller: { phase: 'connected' },
          legs: [{ phase: 'ending', result: { kind: 'bridged' } }],
          timers: { leg1: at(70), caller: at(70) },
        },
        verbs: ['hangup'],
      });
  });
});

describe('when the caller hangs up', () => {
  it('a callee who lost the caller to another still hears that after the caller hangs up', () => {
    const taken = [
      ...both,
      events.answered({ leg: 2, answeredBy: 'unknown', at: at(7) }),
      events.answered({ leg: 1, at: at(8) }),
      events.callerStatus({ at: at(9) }),
    ];
    given(forwarding, taken)
      .when(events.poll({ leg: 2, at: at(10) }))
      .then({ reply: { verbs: [{ text: 'Somebody else has taken the call. Goodbye.' }, {}] } });
  });

  it('a callee who could not be connected hears that the caller is gone, unless it was too late before', () => {
    const late = [
      events.inbound({ options: { ...BOTH, amd: { mode: 'async' } } }),
      events.conference({ event: 'join', at: at(1) }),
      ...[1, 2].map((leg) => events.status({ leg, status: 'ringing', at: at(2) })),
      events.due('deadline'),
      events.verdict({ leg: 1, at: at(121) }),
    ];
    after(late).then({
      state: { legs: [{ phase: 'ending', human: true, farewell: 'lost', farewellDelivered: false }, {}] },
    });
    given(forwarding, late)
      .when(events.callerStatus({ at: at(122) }))
      .then({ state: { legs: [{ phase: 'ending', farewell: 'lost' }, {}] } });
  });

  it('no watchdog remains once the callee of the talk has left as well', () => {
    const gone = [
      ...connected,
      events.callerStatus({ at: at(60) }),
      events.status({ status: 'completed', at: at(61) }),
    ];
    after(gone).then({ keepForMs: 86_400_000 });
    expect(timersOf(given(forwarding, gone).state)).toEqual({});
  });
});
