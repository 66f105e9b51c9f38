import { describe, expect, it } from 'vitest';
import { taskrouter, type TaskRouterEvent } from '@amd/core';
import { events, given, sids, taskEvents, taskSids, WORKSPACE } from '@amd/core/testing';
import { at, offered, ringing, scene, second, talking, type Step } from './scenes.js';

const { reservation: news, outcomeOf: outcome } = taskEvents;

const asked = ringing({ confirm: 'always' });
/** The first worker is asked for a key. */
const confirming: readonly Step[] = [...asked, events.answered({ at: at(9) })];
const hungUp = taskEvents.legEnded({ bridged: true, at: at(40) });
const rests = { type: 'reservation.coolDown', worker: taskSids.worker(1), activity: taskSids.unavailable } as const;
const moved = outcome('reservation.coolDown', { kind: 'done' }, { at: at(41) });
const busy = events.status({ status: 'busy', at: at(5) });
const rejecting: readonly Step[] = [...ringing(), busy];

const OF_FIRST = {
  workspace: taskSids.workspace,
  task: taskSids.task(),
  reservation: taskSids.reservation(1),
} as const;
const rejection = { ...OF_FIRST, type: 'reservation.update', status: 'rejected' } as const;
const parked = {
  type: 'flow.send',
  id: `parked:${taskSids.reservation(1)}`,
  flow: 'worker',
  key: taskSids.worker(1),
  event: {
    type: 'worker.parked',
    workspace: taskSids.workspace,
    worker: taskSids.worker(1),
    reservation: taskSids.reservation(1),
    activity: taskSids.unavailable,
    activities: { available: taskSids.available, unavailable: taskSids.unavailable },
  },
} as const;
const NOT_TAKEN = { kind: 'reservation', status: 'pending' } as const;

describe('a worker whose phone does not take the caller', () => {
  it('a worker who does not take the caller is rejected at once, and cools down', () => {
    scene(...ringing())
      .when(busy)
      .then({
        asks: [{ ...rejection, id: `reject:${taskSids.reservation(1)}:1`, activity: taskSids.unavailable }],
        state: {
          reservations: [{ phase: 'rejecting', rejectTo: 'unavailable', inFlight: true, result: null }],
          timers: { reservation1: at(15) },
        },
      });
  });

  it.each<[string, Parameters<typeof events.status>[0], 'offline' | 'unavailable']>([
    ['a call that failed with 604 is the number’s fault', { status: 'failed', sipCode: 604 }, 'offline'],
    ['a call that failed with 503 is not', { status: 'failed', sipCode: 503 }, 'unavailable'],
    ['nor is one that failed without a word', { status: 'failed' }, 'unavailable'],
    ['who is busy with 604 is busy', { status: 'busy', sipCode: 604 }, 'unavailable'],
    ['who does not answer with 404 has not answered', { status: 'no-answer', sipCode: 404 }, 'unavailable'],
    ['who picks up and hangs up is there', { status: 'completed', sipCode: 404 }, 'unavailable'],
  ])('after the call a worker %s', (_, status, to) => {
    scene(...ringing())
      .when(events.status({ ...status, at: at(5) }))
      .then({ asks: [{ type: 'reservation.update', activity: taskSids[to] }] });
  });

  it('a worker without a number is rejected by the answer to the assignment, and goes Offline', () => {
    const none: readonly Step[] = [taskEvents.inbound(), taskEvents.assignment(1, { phone: null, at: at(1) })];
    expect(scene(...none).state).toMatchObject({ reservations: [{ leg: null, phase: 'rejecting', inFlight: false }] });
    scene(...none)
      .when(news('rejected', 1, { at: at(2) }))
      .then({ asks: [], state: { reservations: [{ phase: 'over', result: 'rejected', workerNotified: false }] } });
    scene(...none)
      .when(news('canceled', 1, { at: at(2) }))
      .then({ asks: [], state: { reservations: [{ phase: 'over', result: 'canceled' }] } });
  });

  it.each([
    ['its answer', outcome('reservation.update', { kind: 'done' }, { at: at(6) })],
    ['its event', news('rejected', 1, { at: at(6) })],
  ])(
    'a rejected worker cools down until their own flow brings them back, once %s has confirmed the rejection',
    (_, taken) => {
      scene(...rejecting)
        .when(taken)
        .then({
          asks: [parked],
          state: {
            reservations: [{ phase: 'over', result: 'rejected', workerNotified: true, timestamps: { endedAt: at(6) } }],
            timers: { reservation1: undefined },
          },
        });
      scene(...rejecting, taken)
        .when(news('rejected', 1, { at: at(7) }))
        .thenNothingHappened();
    },
  );

  it.each(['canceled', 'rescinded', 'accepted'] as const)(
    'a worker whose reservation was %s meanwhile does not cool down',
    (what) => {
      const over: readonly Step[] = [...rejecting, news(what, 1, { at: at(6) })];
      expect(scene(...over).state).toMatchObject({
        reservations: [{ phase: 'over', result: what, workerNotified: false }],
      });
      scene(...over)
        .when(outcome('reservation.update', { kind: 'done' }, { at: at(7) }))
        .then({ asks: [], state: { reservations: [{ result: what, timestamps: { endedAt: at(6) } }] } });
    },
  );

  it('a worker who was rejected elsewhere stays where that put them', () => {
    scene(...ringing())
      .when(news('rejected', 1, { at: at(6) }))
      .then({
        asks: [{ type: 'call.end', leg: 1 }],
        state: { reservations: [{ phase: 'over', result: 'rejected', workerNotified: false }] },
      });
  });

  it('a worker whom a timeout has moved is brought back by their own flow', () => {
    scene(...rejecting)
      .when(news('timeout', 1, { at: at(121) }))
      .then({
        asks: [
          {
            type: 'flow.send',
            id: `timedOut:${taskSids.reservation(1)}`,
            flow: 'worker',
            key: taskSids.worker(1),
            event: {
              type: 'worker.timedOut',
              workspace: taskSids.workspace,
              worker: taskSids.worker(1),
              reservation: taskSids.reservation(1),
              noticedAt: at(121),
              activities: { ...parked.event.activities, timeout: WORKSPACE.timeoutActivity },
            },
          },
        ],
        state: { reservations: [{ phase: 'over', result: 'timeout' }] },
      });
  });

  it('a worker is not rejected when the caller has left: Twilio takes them back by itself', () => {
    const left: readonly Step[] = [...ringing(), events.callerStatus({ at: at(5) })];
    scene(...left)
      .when(outcome('call.end', { kind: 'done', status: 'completed' }, { at: at(6), leg: 1 }))
      .then({ asks: [], state: { legs: [{ phase: 'ended' }], reservations: [{ phase: 'pending', rejectTo: null }] } });
  });

  it('a worker is rejected while the caller is on their way to the fallback, and not once they have it', () => {
    const falling: readonly Step[] = [
      ...ringing({ fallback: { kind: 'voicemail' }, offerMessage: true }),
      { type: 'caller.key', at: at(4), status: 'in-progress', digits: '*' },
    ];
    scene(...falling)
      .when(busy)
      .then({ asks: [rejection], state: { caller: { phase: 'fallingBack', fallbackServed: false } } });
    scene(...falling, taskEvents.callerEnded('leave', { at: at(4) }), events.callerDocument({ at: at(4) }))
      .when(busy)
      .then({ asks: [], state: { caller: { fallbackServed: true }, reservations: [{ phase: 'pending' }] } });
  });
});

describe('a reservation whose worker was offered the caller', () => {
  it("an offered reservation is fetched when the worker's Dial is over, once at a time", () => {
    const alone = taskEvents.legEnded({ at: at(12) });
    scene(...offered)
      .when(alone)
      .then({
        asks: [{ ...OF_FIRST, type: 'reservation.fetch', id: `reservation:${taskSids.reservation(1)}:1` }],
        state: { winner: null, reservations: [{ inFlight: true, offered: true }], timers: { reservation1: at(22) } },
      });
    scene(...offered, alone)
      .when(taskEvents.due('reservation1'))
      .then({ asks: [], state: { timers: { reservation1: at(32) } } });
  });

  it('an offered reservation stays theirs while the join may still happen', () => {
    scene(...offered, taskEvents.due('leg1'))
      .when(outcome('reservation.fetch', NOT_TAKEN, { at: at(20) }))
      .then({ asks: [], state: { winner: 1, reservations: [{ phase: 'pending', offered: true, inFlight: false }] } });
  });

  it('an offered reservation is rejected if there was no join', () => {
    scene(...offered, taskEvents.legEnded({ at: at(12) }))
      .when(outcome('reservation.fetch', NOT_TAKEN, { at: at(13) }))
      .then({
        asks: [{ ...rejection, activity: taskSids.unavailable }],
        state: { reservations: [{ phase: 'rejecting', offered: false }] },
      });
  });

  it('a rejection that has left no trace is repeated', () => {
    scene(
      ...rejecting,
      taskEvents.due('reservation1'),
      outcome('reservation.update', { kind: 'failed', reason: 'away' }, { at: at(16) }),
      taskEvents.due('reservation1'),
    )
      .when(outcome('reservation.fetch', NOT_TAKEN, { at: at(26) }))
      .then({
        asks: [{ ...rejection, activity: taskSids.unavailable }],
        state: { reservations: [{ inFlight: true }] },
      });
  });

  it.each([
    ['canceled', 'callerGone'],
    ['rescinded', 'taken'],
    ['timeout', 'lost'],
    ['rejected', 'lost'],
    ['accepted', 'taken'],
  ] as const)('a worker whose reservation is %s while they decide is told why', (what, farewell) => {
    scene(...confirming)
      .when(news(what, 1, { at: at(10) }))
      .then({ state: { legs: [{ phase: 'farewell', farewell }], reservations: [{ phase: 'over', result: what }] } });
  });

  it.each(['ringing', 'in-progress'] as const)(
    'a worker whose phone is %s when the reservation is cancelled is hung up on',
    (status) => {
      scene(...ringing(), events.status({ status, at: at(5) }))
        .when(news('canceled', 1, { at: at(6) }))
        .then({
          asks: [{ type: 'call.end', leg: 1, sid: sids.call(1) }],
          state: { reservations: [{ phase: 'over' }] },
        });
    },
  );

  it('a cancelled reservation frees the caller for others, and later events change nothing', () => {
    const canceled = news('canceled', 1, { at: at(10) });
    scene(...offered)
      .when(canceled)
      .then({ asks: [], state: { winner: null, reservations: [{ phase: 'over', result: 'canceled' }] } });
    for (const late of [news('accepted', 1, { at: at(11) }), news('completed', 1, { at: at(11) }), canceled]) {
      scene(...offered, canceled)
        .when(late)
        .thenNothingHappened();
    }
  });

  it('a worker keeps the caller when another’s reservation is cancelled', () => {
    scene(...offered.slice(0, 3), ...second, events.answered({ at: at(9) }))
      .when(news('canceled', 2, { at: at(10) }))
      .then({
        asks: [{ type: 'call.end', leg: 2 }],
        state: { winner: 1, reservations: [{ offered: true }, { phase: 'over' }] },
      });
  });
});

describe('a reservation that is accepted', () => {
  it.each(['accepted', 'wrapup', 'completed'] as const)('the status "%s" means that they talk', (word) => {
    scene(...ringing({ deadlineSeconds: 60 }), events.answered({ at: at(9) }))
      .when(news(word, 1, { at: at(10) }))
      .then({
        asks: [],
        state: {
          winner: 1,
          servedReservation: 1,
          caller: { phase: 'connected' },
          legs: [{ phase: 'bridged', result: { kind: 'bridged' }, timestamps: { joinedAt: at(10) } }],
          reservations: [{ phase: word === 'completed' ? 'over' : 'accepted', result: 'accepted' }],
          timers: { deadline: undefined, leg1: undefined, reservation1: undefined, heartbeat: at(30) },
          timestamps: { connectedAt: at(10) },
        },
      });
  });

  it('a reservation is accepted once, whatever repeats it', () => {
    for (const again of ['accepted', 'wrapup'] as const) {
      scene(...talking)
        .when(news(again, 1, { at: at(11) }))
        .thenNothingHappened();
    }
  });

  it('an accepted reservation is over when its task is', () => {
    scene(...talking)
      .when(taskEvents.task('canceled', { at: at(20) }))
      .then({
        asks: [],
        state: { winner: 1, reservations: [{ phase: 'over', result: 'accepted', timestamps: { endedAt: at(20) } }] },
      });
  });

  it('a reservation stays accepted if the outcome of an older fetch says otherwise', () => {
    const late: readonly Step[] = [...offered, taskEvents.due('leg1'), news('accepted', 1, { at: at(20) })];
    scene(...late)
      .when(outcome('reservation.fetch', NOT_TAKEN, { at: at(21) }))
      .then({ asks: [], state: { servedReservation: 1, reservations: [{ phase: 'accepted', offered: true }] } });
  });

  it('bug: a late cancellation does not take the worker’s task from them while they talk', () => {
    const late: readonly Step[] = [...talking, news('canceled', 1, { at: at(20) })];
    scene(...talking)
      .when(news('canceled', 1, { at: at(20) }))
      .thenNothingHappened();
    scene(...late)
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }, { type: 'call.fetch', leg: 1 }, { type: 'task.fetch' }] });
    scene(...talking, news('completed', 1, { at: at(20) }))
      .when(news('canceled', 1, { at: at(21) }))
      .thenNothingHappened();
  });

  it('a reservation accepted without an offer of ours is another application’s, and our call to the worker ends', () => {
    scene(...ringing())
      .when(news('accepted', 1, { at: at(6) }))
      .then({
        asks: [{ type: 'call.end', leg: 1 }],
        state: {
          servedReservation: null,
          winner: null,
          caller: { phase: 'waiting' },
          reservations: [{ phase: 'over', result: 'accepted' }],
        },
      });
  });

  it('an acceptance ends every other ringing phone, and tells those who are deciding', () => {
    const rival: readonly Step[] = [
      ...asked,
      ...second,
      events.answered({ at: at(9) }),
      events.key({ at: at(10) }),
      taskEvents.legEnded({ at: at(12) }),
      events.answered({ leg: 2, at: at(13) }),
    ];
    scene(...rival)
      .when(outcome('reservation.fetch', { kind: 'reservation', status: 'accepted' }, { at: at(14) }))
      .then({
        state: {
          servedReservation: 1,
          winner: 1,
          legs: [{ phase: 'farewell' }, { phase: 'farewell', farewell: 'taken' }],
          reservations: [{ phase: 'accepted' }, { phase: 'over', result: 'rescinded' }],
        },
      });
  });

  it('an acceptance after the caller has hung up leaves their call over', () => {
    scene(...offered, events.callerStatus({ at: at(10) }))
      .when(news('accepted', 1, { at: at(11) }))
      .then({
        asks: [],
        state: {
          caller: { phase: 'ended' },
          result: 'callerLeft',
          servedReservation: 1,
          timestamps: { connectedAt: undefined },
        },
      });
  });
});

describe('a talk that is over', () => {
  const done = { type: 'task.update', status: 'completed' } as const;

  it('a talk that ends frees the worker, who cools down, and the caller’s own call is watched', () => {
    scene(...talking)
      .when(hungUp)
      .then({ asks: [rests], state: { timers: { caller: at(50) }, reservations: [{ workerNotified: false }] } });
    scene(...talking, hungUp)
      .when(moved)
      .then({ asks: [parked, done], state: { reservations: [{ workerNotified: true }] } });
    scene(...ringing({ afterCall: 'available' }), ...talking.slice(3))
      .when(hungUp)
      .then({ asks: [done], state: { reservations: [{ workerNotified: false }] } });
  });

  it('the end of a talk counts once', () => {
    scene(...talking, hungUp)
      .when(events.status({ status: 'completed', at: at(41) }))
      .then({ asks: [], state: { legs: [{ phase: 'ended' }] } });
  });

  it('a talk may be over before its acceptance is reported', () => {
    const over: readonly Step[] = [...offered, events.status({ status: 'completed', at: at(12) })];
    const wraps = outcome('reservation.fetch', { kind: 'reservation', status: 'wrapping' }, { at: at(13) });
    scene(...over)
      .when(wraps)
      .then({
        asks: [],
        state: { servedReservation: 1, winner: 1, legs: [{ phase: 'ended', result: { kind: 'bridged' } }] },
      });
    // The worker's Dial tells that it was theirs, or the end of the caller's stay in the queue.
    scene(...over, wraps)
      .when(taskEvents.legEnded({ bridged: true, status: 'completed', at: at(14) }))
      .then({ asks: [rests], state: { timers: { caller: at(24) } } });
    scene(...over, wraps)
      .when(taskEvents.callerEnded('bridged', { at: at(14) }))
      .then({ asks: [rests], state: { result: 'connected', timers: { caller: undefined } } });
  });

  it('the end of a talk leaves a caller alone who is no longer there', () => {
    scene(...talking, events.callerStatus({ at: at(39) }))
      .when(hungUp)
      .then({ asks: [rests], state: { caller: { phase: 'ended' }, timers: { caller: undefined } } });
  });
});

describe('what an earlier wait left behind', () => {
  const HOME = { kind: 'redirect', url: 'https://example.com/home' } as const;
  const options = { fallback: HOME, deadlineSeconds: 10 };
  const leaves = outcome('call.end', { kind: 'done', status: 'completed' }, { at: at(13), leg: 1 });
  const back = taskEvents.inbound({ options, status: 'in-progress', at: at(60) });
  const handedOff = (before: readonly Step[]): readonly Step[] => [
    ...before,
    taskEvents.callerEnded('system-error', { at: at(12) }),
    events.callerDocument({ at: at(12) }),
  ];

  it('a worker who is still reserved is rejected when the caller waits again', () => {
    const gone: readonly Step[] = [...handedOff(ringing(options)), leaves];
    expect(scene(...gone).state).toMatchObject({ result: 'handedOff', reservations: [{ phase: 'pending' }] });
    scene(...gone)
      .when(back)
      .then({
        asks: [{ ...rejection, activity: taskSids.unavailable }],
        state: { visit: 2, legs: [], reservations: [{ id: 1, phase: 'rejecting' }] },
      });
  });

  it('a worker who had been offered the caller is still checked', () => {
    const gone: readonly Step[] = [
      ...handedOff([...ringing(options), events.answered({ at: at(9) }), taskEvents.legEnded({ at: at(11) })]),
      events.status({ status: 'completed', at: at(13) }),
      back,
    ];
    expect(scene(...gone).state).toMatchObject({ legs: [], reservations: [{ phase: 'pending', offered: true }] });
    scene(...gone)
      .when(outcome('reservation.fetch', { kind: 'reservation', status: 'accepted' }, { at: at(61) }))
      .then({ asks: [], state: { servedReservation: null, reservations: [{ phase: 'over', result: 'accepted' }] } });
  });
});

describe('workers of another task', () => {
  it('workers of another task are rejected at once, and do not count as ours', () => {
    const both: readonly Step[] = [...ringing(), taskEvents.assignment(2, { task: 1, at: at(3) })];
    scene(...both)
      .when(taskEvents.task('canceled', { at: at(4) }))
      .then({
        state: {
          reservations: [
            { phase: 'over', result: 'canceled' },
            { phase: 'rejecting', result: null },
          ],
        },
      });
  });
});

describe('a long wait', () => {
  const few = (remember: number, ...list: readonly Step[]) => {
    const { state } = given(taskrouter, list, { rememberReservations: remember });
    if (state.kind !== 'call') throw new Error('there is a call');
    return { reservations: state.reservations.map(({ id }) => id), legs: state.legs.map(({ id }) => id) };
  };
  const tried = (n: number): readonly Step[] => [
    taskEvents.assignment(n, { at: at(n) }),
    events.status({ leg: n, status: 'busy', at: at(n) }),
    news('rejected', n, { at: at(n) }),
  ];
  const three: readonly Step[] = [taskEvents.inbound(), ...tried(1), ...tried(2), ...tried(3)];

  it.each([
    [4, [1, 2, 3]],
    [3, [1, 2, 3]],
    [2, [2, 3]],
    [1, [3]],
  ])('of three workers a limit of %i is kept, and the oldest are forgotten first', (remember, kept) => {
    expect(few(remember, ...three)).toEqual({ reservations: kept, legs: kept });
  });

  it('a long wait forgets workers without a phone as well', () => {
    const none = [1, 2].flatMap((n) => [taskEvents.assignment(n, { phone: null }), news('rejected', n)]);
    expect(few(1, taskEvents.inbound(), ...none)).toEqual({ reservations: [2], legs: [] });
  });

  it('a long wait forgets no worker who is reserved, or whose phone is still in use', () => {
    const held = taskEvents.assignment(4, { at: at(4) });
    expect(few(0, taskEvents.inbound(), taskEvents.assignment(1, { phone: null }))).toEqual({
      reservations: [1],
      legs: [],
    });
    expect(few(1, ...three, held)).toEqual({ reservations: [4], legs: [4] });
    expect(few(1, taskEvents.inbound(), taskEvents.assignment(1), ...tried(2))).toEqual({
      reservations: [1],
      legs: [1],
    });
    const ending: readonly Step[] = [...ringing(), news('canceled', 1, { at: at(3) })];
    expect(few(0, ...ending)).toEqual({ reservations: [1], legs: [1] });
    expect(few(0, ...ending, events.status({ status: 'completed', at: at(4) }))).toEqual({
      reservations: [],
      legs: [],
    });
  });

  it('a long wait never forgets the worker who talked with the caller', () => {
    const talked: readonly Step[] = [
      ...talking,
      news('completed', 1, { at: at(40) }),
      hungUp,
      events.status({ status: 'completed', at: at(41) }),
    ];
    expect(few(1, ...talked, taskEvents.assignment(2, { at: at(42) }))).toEqual({ reservations: [1], legs: [1] });
  });
});

describe('measurements of a queue', () => {
  const { measure } = taskrouter;
  const counted = (before: readonly Step[], event: TaskRouterEvent) => {
    const { state } = scene(...before);
    return measure({ before: state, event, after: scene(...before).when(event).result.state });
  };
  const NOTHING = { kind: 'nothing' } as const;

  it.each<[string, readonly Step[], TaskRouterEvent, string, number]>([
    ['taken back', ringing(), news('rescinded', 1, { at: at(31) }), 'rescinded', 30],
    ['given back', rejecting, news('rejected', 1, { at: at(6) }), 'rejected', 5],
    ['reserved in vain', talking, taskEvents.assignment(2, { at: at(12) }), 'rescinded', 0],
  ])('a worker who is %s is counted once', (_, before, event, result, seconds) => {
    expect(counted(before, event)).toContainEqual({ type: 'reservation.ended', result, seconds });
    expect(counted([...before, event], { ...event, at: at(50) })).toEqual([]);
  });

  it('a worker who is still reserved is not counted', () => {
    expect(counted(rejecting, events.callerStatus({ at: at(8) }))).toEqual([
      { type: 'call.ended', flow: 'taskrouter', result: 'callerLeft', seconds: 8 },
    ]);
  });

  it('a timer that the call wants is counted by its delay', () => {
    const heartbeat = { ...events.timer('heartbeat', at(30)), at: at(32) };
    expect(counted(ringing(), heartbeat)).toEqual([{ type: 'timer.fired', flow: 'taskrouter', seconds: 2 }]);
    expect(counted(ringing(), events.timer('heartbeat', at(29)))).toEqual([]);
  });

  it('a state that is not a call counts nothing', () => {
    for (const event of [events.timer('heartbeat', at(30)), events.status({ status: 'ringing' })]) {
      expect(measure({ before: NOTHING, event, after: NOTHING })).toEqual([]);
    }
  });
});

describe('a worker who is being rejected when the task ends', () => {
  const done = outcome('reservation.update', { kind: 'done' }, { at: at(7) });

  it('P-125 whatever ends the task first, a worker whom we have rejected comes back', () => {
    const canceled: readonly Step[] = [...rejecting, taskEvents.task('canceled', { at: at(6) })];
    expect(scene(...canceled).state).toMatchObject({ task: { over: true }, reservations: [{ phase: 'rejecting' }] });
    scene(...canceled)
      .when(done)
      .then({ asks: [parked], state: { reservations: [{ phase: 'over', result: 'rejected' }] } });
    const accepted: readonly Step[] = [
      ...ringing(),
      ...second,
      busy,
      events.answered({ leg: 2, at: at(9) }),
      news('accepted', 2, { at: at(10) }),
    ];
    expect(scene(...accepted).state).toMatchObject({
      servedReservation: 2,
      reservations: [{ phase: 'rejecting' }, {}],
    });
    scene(...accepted)
      .when(done)
      .then({ asks: [parked] });
  });

  it('a rejected worker is fetched if Twilio has not answered when the task ends', () => {
    scene(
      ...rejecting,
      taskEvents.task('canceled', { at: at(6) }),
      outcome('reservation.update', { kind: 'failed', reason: 'no answer' }, { at: at(14) }),
    )
      .when(taskEvents.due('reservation1'))
      .then({ asks: [{ type: 'reservation.fetch' }] });
  });

  it('P-126 a worker whom a time-out has moved comes back, even when the end of the task arrives first', () => {
    scene(...ringing(), taskEvents.task('canceled', { at: at(119) }))
      .when(news('timeout', 1, { at: at(120) }))
      .then({
        asks: [{ type: 'flow.send', event: { type: 'worker.timedOut' } }],
        state: { reservations: [{ phase: 'over', result: 'canceled', workerNotified: true }] },
      });
  });
});

describe('a caller whom another application takes', () => {
  it('is theirs as well if the report of the task comes after that of the reservation', () => {
    const inbound = taskEvents.inbound({ options: { deadlineSeconds: 30 }, status: 'in-progress' });
    const theirs = [inbound, taskEvents.reservation('accepted', 1, { at: at(6) })];
    scene(...theirs)
      .when(taskEvents.due('deadline'))
      .then({ asks: [], state: { caller: { takenElsewhere: true } } });
    scene(...theirs, taskEvents.due('deadline'))
      .when(taskEvents.task('created', { at: at(31) }))
      .thenNothingHappened();
  });

  it('is ours if the report is about a task of an earlier visit', () => {
    const fallback = { kind: 'redirect', url: 'https://example.com/menu' } as const;
    scene(
      taskEvents.inbound({ options: { deadlineSeconds: 30, fallback }, status: 'in-progress' }),
      taskEvents.due('deadline'),
      { type: 'caller.document', at: at(31), part: 1, status: 'in-progress' },
      taskEvents.inbound({ status: 'in-progress', at: at(60) }),
    )
      .when(taskEvents.reservation('accepted', 1, { visit: 1, at: at(61) }))
      .then({ state: { visit: 2, caller: { takenElsewhere: false }, task: { sid: null } } });
  });

  const looks = { type: 'call.fetch', leg: 0 } as const;
  const alive = outcome('call.fetch', { kind: 'fetched', status: 'in-progress', answeredBy: null }, { at: at(13) });
  const late = taskEvents.legEnded({ bridged: false, at: at(12) });

  it.each<[string, readonly Step[], Step]>([
    ['before', [...talking], late],
    [
      'after',
      [...offered, late],
      outcome('reservation.fetch', { kind: 'reservation', status: 'accepted' }, { at: at(12) }),
    ],
  ])(
    'a caller stays with the other application when our own Dial came too late, and the callee is told: the acceptance is heard %s',
    (_, before, last) => {
      scene(...before)
        .when(last)
        .then({ asks: [looks], state: { servedReservation: 1, timers: { caller: undefined } } });
      const theirs: readonly Step[] = [...before, last, alive];
      scene(...before, last)
        .when(alive)
        .then({ asks: [], state: { caller: { takenElsewhere: true }, reservations: [{ coolDown: 'no' }] } });
      for (const event of [
        events.status({ status: 'completed', at: at(20) }),
        taskEvents.task('wrapup', { at: at(20) }),
      ]) {
        scene(...theirs)
          .when(event)
          .then({ asks: [] });
      }
      scene(...theirs)
        .when(taskEvents.due('heartbeat'))
        .then({ asks: [looks, { type: 'task.fetch' }] });
    },
  );

  it('nothing of ours stays open, whether the caller was known to be elsewhere before or not', () => {
    const known: readonly Step[] = [
      ...offered,
      taskEvents.callerEnded('redirected', { at: at(10) }),
      news('accepted', 1, { at: at(11) }),
      late,
    ];
    for (const before of [known, [...talking, late, alive]]) {
      const over = [...before, events.status({ status: 'completed', at: at(20) }), events.callerStatus({ at: at(30) })];
      scene(...over)
        .when(taskEvents.task('completed', { at: at(31) }))
        .then({ asks: [], state: { result: 'connected', timers: {} }, keepForMs: 86_400_000 });
    }
  });

  it('a talk was ours if the caller hung up before they were connected: their task is completed', () => {
    scene(...talking, late)
      .when(outcome('call.fetch', { kind: 'gone' }, { at: at(13) }))
      .then({ asks: [rests], state: { result: 'connected' } });
  });

  it('a caller belongs to the other application even if we never had an assignment for that reservation', () => {
    scene(taskEvents.inbound(), taskEvents.task('created', { at: at(1) }))
      .when(news('accepted', 1, { at: at(5) }))
      .then({ asks: [], state: { caller: { phase: 'waiting', takenElsewhere: true } } });
    scene(taskEvents.inbound(), taskEvents.task('created', { at: at(1) }))
      .when(news('accepted', 1, { task: 1, at: at(5) }))
      .thenNothingHappened();
  });

  it('P-135 a reservation that is accepted before our own worker was sent to the caller belongs to another application', () => {
    const claimed: readonly Step[] = [
      ...ringing({ amd: { mode: 'async' } }),
      events.answered({ answeredBy: null, at: at(9) }),
      events.verdict({ at: at(10) }),
    ];
    scene(...claimed)
      .when(news('accepted', 1, { at: at(11) }))
      .then({
        asks: [{ type: 'call.redirect', leg: 1 }],
        state: {
          servedReservation: null,
          winner: null,
          caller: { takenElsewhere: true },
          legs: [{ phase: 'farewell', farewell: 'taken' }],
          reservations: [{ phase: 'over', result: 'accepted' }],
        },
      });
    scene(...claimed, events.legDocument({ at: at(11) }))
      .when(news('accepted', 1, { at: at(12) }))
      .then({ asks: [], state: { servedReservation: 1, winner: 1, legs: [{ phase: 'bridged' }] } });
  });

  it('P-141 a worker who hangs up before their Dial begins has not taken a caller whom another application has accepted', () => {
    const gone = events.status({ status: 'completed', at: at(10) });
    const isAccepted = outcome('reservation.fetch', { kind: 'reservation', status: 'accepted' }, { at: at(11) });
    for (const before of [
      [...offered, gone, isAccepted],
      [...offered, news('accepted', 1, { at: at(9.5) }), gone],
    ]) {
      expect(scene(...before).state).toMatchObject({
        servedReservation: 1,
        caller: { phase: 'connected', takenElsewhere: false },
      });
      scene(...before)
        .when(taskEvents.task('wrapup', { at: at(12) }))
        .then({ asks: [] });
      scene(...before)
        .when(taskEvents.due('heartbeat'))
        .then({ asks: [looks] });
      // No retry that would report their talk can still come.
      const left = scene(...before).when(taskEvents.due('caller'));
      left.then({ asks: [looks], state: { reservations: [{ missed: true }] } });
      const theirs: readonly Step[] = [
        ...before,
        taskEvents.due('caller'),
        outcome('call.fetch', { kind: 'fetched', status: 'in-progress', answeredBy: null }, { at: at(37) }),
      ];
      expect(scene(...theirs).state).toMatchObject({
        caller: { takenElsewhere: true },
        reservations: [{ coolDown: 'no' }],
      });
      expect(scene(...theirs).state).not.toHaveProperty('timers.caller');
      scene(...theirs)
        .when(taskEvents.task('wrapup', { at: at(60) }))
        .then({ asks: [] });
      // Another application has taken them out of the queue: that shows it at once.
      scene(...before)
        .when(taskEvents.callerEnded('redirected', { at: at(12) }))
        .then({ verbs: [], asks: [], state: { caller: { takenElsewhere: true }, reservations: [{ coolDown: 'no' }] } });
      // Gone by then: no caller is taken from anyone.
      scene(...before)
        .when(events.callerStatus({ at: at(20) }))
        .then({ asks: [rests], state: { result: 'connected' } });
    }
    scene(...talking, hungUp)
      .when(taskEvents.callerEnded('redirected', { at: at(41) }))
      .then({ state: { caller: { takenElsewhere: false } } });
  });

  it('P-127 a caller is not taken back by a fallback that was in flight when another application accepted them', () => {
    const redirected: readonly Step[] = [...ringing({ deadlineSeconds: 10 }), taskEvents.due('deadline')];
    scene(...redirected)
      .when(news('accepted', 1, { at: at(10) }))
      .then({
        effects: [{ type: 'effect.drop', id: 'redirect:0:3' }, { type: 'timer.stop' }],
        state: {
          caller: { phase: 'fallingBack', takenElsewhere: true, inFlight: { redirect: null } },
          timers: { caller: undefined },
        },
      });
    scene(...redirected, news('accepted', 1, { at: at(10) }), taskEvents.callerEnded('redirected', { at: at(11) }))
      .when(taskEvents.due('caller'))
      .then({ asks: [] });
  });

  it('a worker of ours who answers then is told that the call was taken', () => {
    scene(...ringing(), taskEvents.callerEnded('redirected', { at: at(5) }))
      .when(events.answered({ at: at(9) }))
      .then({ verbs: ['say', 'hangup'], state: { winner: null, legs: [{ farewell: 'taken' }] } });
  });
});
