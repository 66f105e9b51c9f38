import { describe, expect, it } from 'vitest';
import { type TaskOptions } from '@amd/core';
import { events, sids, taskEvents, taskSids } from '@amd/core/testing';
import { at, scene, second, talked, type Step } from './scenes.js';

const { outcomeOf, reservation: news } = taskEvents;
const is = (status: 'pending' | 'reserved' | 'assigned' | 'wrapping' | 'completed' | 'canceled') =>
  ({ kind: 'task', sid: taskSids.task(), status }) as const;
const FAILED = { kind: 'failed', reason: 'away' } as const;

/** The caller waits and the first worker's phone rings. */
const ringing = (options: TaskOptions = {}): readonly Step[] => [
  taskEvents.inbound({ options, status: 'in-progress' }),
  taskEvents.assignment(1, { at: at(1) }),
  events.status({ status: 'ringing', at: at(2) }),
];
/** The first worker was offered the caller, and the second one's phone rings. */
const offered: readonly Step[] = [...ringing(), ...second, events.answered({ at: at(9) })];
const talking: readonly Step[] = [...offered, news('accepted', 1, { at: at(10) })];
/** No more workers are rung, and the caller is on the way to the fallback. */
const falling: readonly Step[] = [
  taskEvents.inbound({ options: { deadlineSeconds: 10 }, status: 'in-progress' }),
  taskEvents.task('created', { at: at(1) }),
  taskEvents.due('deadline'),
];
const told: readonly Step[] = [...falling, events.callerDocument({ at: at(11) })];

const THE_TASK = { workspace: taskSids.workspace, task: taskSids.task() } as const;
const canceled = {
  ...THE_TASK,
  type: 'task.update',
  status: 'canceled',
  reason: 'the caller is no longer in the queue',
} as const;
const completed = { ...THE_TASK, type: 'task.update', status: 'completed', reason: 'the call is over' } as const;

describe('the task of a talk', () => {
  it('the task is completed when the talk is over, once', () => {
    const end = talked;
    const ends = taskEvents.legEnded({ bridged: true, at: at(40) });
    scene(...talking, taskEvents.task('wrapup', { at: at(40) }))
      .when(ends)
      .then({ asks: [{ type: 'reservation.coolDown' }], state: { task: { inFlight: false } } });
    scene(...talking, ends)
      .when(outcomeOf('reservation.coolDown', { kind: 'elsewhere' }, { at: at(41) }))
      .then({ asks: [{ ...completed, id: 'task:completed:3' }], state: { task: { inFlight: true } } });
    scene(...end)
      .when(taskEvents.task('wrapup', { at: at(41) }))
      .then({ asks: [] });
    scene(...end, outcomeOf('task.update', FAILED, { at: at(41) }))
      .when(taskEvents.task('wrapup', { at: at(42) }))
      .then({ asks: [completed] });
    scene(...end, outcomeOf('task.update', { kind: 'done' }, { at: at(41) }))
      .when(taskEvents.task('wrapup', { at: at(42) }))
      .then({ asks: [] });
  });

  it('the task is not completed while no talk is known', () => {
    scene(...ringing())
      .when(taskEvents.task('wrapup', { at: at(8) }))
      .then({ asks: [], state: { task: { over: false, inFlight: false } } });
  });

  it('the task is not completed before it was reported', () => {
    // The talk was for an earlier task.
    const again: readonly Step[] = [
      ...ringing({ fallback: { kind: 'redirect', url: 'https://example.com/home' } }),
      events.answered({ at: at(9) }),
      taskEvents.callerEnded('system-error', { at: at(10) }),
      events.callerDocument({ at: at(10) }),
      taskEvents.inbound({ status: 'in-progress', at: at(60) }),
      news('accepted', 1, { at: at(61) }),
    ];
    expect(scene(...again).state).toMatchObject({ visit: 2, task: { sid: null }, servedReservation: 1 });
    scene(...again)
      .when(taskEvents.legEnded({ bridged: true, at: at(70) }))
      .then({ asks: [{ type: 'reservation.coolDown' }] });
  });
});

describe('the task of a caller who has the fallback', () => {
  it('the task of a caller at the fallback is cancelled, so that no worker is reserved for it, once', () => {
    scene(...falling)
      .when(events.callerDocument({ at: at(11) }))
      .then({ asks: [{ ...canceled, id: 'task:canceled:2' }], state: { task: { inFlight: true, over: false } } });
    scene(...told)
      .when(events.callerDocument({ at: at(12) }))
      .then({ asks: [] });
    scene(...told, outcomeOf('task.update', { kind: 'done' }, { at: at(12) }))
      .when(events.callerDocument({ at: at(13) }))
      .then({ asks: [], state: { task: { over: true }, taskCanceled: false } });
  });

  it('the task of a caller at the fallback is not cancelled before it was reported', () => {
    const unknown: readonly Step[] = [
      falling[0] as Step,
      taskEvents.due('deadline'),
      events.callerDocument({ at: at(11) }),
    ];
    expect(scene(...unknown).effects.map(({ type }) => type)).not.toContain('task.update');
    expect(scene(...unknown).state).toMatchObject({
      caller: { fallbackServed: true },
      task: { sid: null, inFlight: false },
    });
  });

  it('the task of a caller at the fallback is not cancelled if they have talked after all', () => {
    const leaves: readonly Step[] = [
      ...ringing(),
      events.answered({ at: at(9) }),
      taskEvents.callerEnded('leave', { at: at(10) }),
      events.callerDocument({ at: at(10) }),
      outcomeOf('task.update', FAILED, { at: at(11) }),
    ];
    scene(...leaves)
      .when(events.callerDocument({ at: at(13) }))
      .then({ asks: [canceled], state: { servedReservation: null } });
    scene(...leaves, news('accepted', 1, { at: at(12) }))
      .when(events.callerDocument({ at: at(13) }))
      .then({ asks: [], state: { servedReservation: 1 } });
  });
});

describe('the task at a heartbeat', () => {
  it('the heartbeat fetches the task, once at a time, until it is over', () => {
    scene(...ringing())
      .when(taskEvents.due('heartbeat'))
      .then({
        asks: [
          { type: 'call.fetch', leg: 0 },
          { ...THE_TASK, type: 'task.fetch', id: 'task:fetch:2' },
        ],
        state: { task: { inFlight: true } },
      });
    scene(...ringing(), taskEvents.due('heartbeat'))
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [], state: { task: { inFlight: true } } });
    scene(...ringing(), taskEvents.task('canceled', { at: at(5) }))
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [], state: { task: { over: true, inFlight: false } } });
  });
});

describe('a fetched task', () => {
  const asked = (...before: readonly Step[]) => ({
    says: (status: Parameters<typeof is>[0]) =>
      scene(...before, taskEvents.due('heartbeat')).when(outcomeOf('task.fetch', is(status), { at: at(31) })),
  });
  /** They hung up while a worker was reserved, and the worker's phone is quiet. */
  const gone: readonly Step[] = [
    ...ringing(),
    events.callerStatus({ at: at(5) }),
    events.status({ status: 'completed', at: at(6) }),
  ];

  it.each(['pending', 'reserved'] as const)(
    'a task that is %s waits with the caller, and is cancelled without them',
    (status) => {
      asked(...ringing())
        .says(status)
        .then({ asks: [], state: { task: { over: false, inFlight: false } } });
      asked(...falling)
        .says(status)
        .then({ asks: [], state: { caller: { phase: 'fallingBack' } } });
      asked(...gone)
        .says(status)
        .then({ asks: [canceled], state: { task: { inFlight: true } } });
      asked(...told, outcomeOf('task.update', FAILED, { at: at(12) }))
        .says(status)
        .then({ asks: [canceled] });
    },
  );

  it.each(['assigned', 'wrapping'] as const)(
    'a task that is %s to a worker we offered the caller: their reservation tells',
    (status) => {
      asked(...offered)
        .says(status)
        .then({
          asks: [{ type: 'reservation.fetch', reservation: taskSids.reservation(1) }],
          state: { task: { over: false }, reservations: [{ inFlight: true }, { inFlight: false }] },
        });
      // It was taken back: theirs is over, and nothing needs to be fetched.
      asked(...offered, news('canceled', 1, { at: at(10) }))
        .says(status)
        .then({ asks: [], state: { reservations: [{ phase: 'over', inFlight: false }, {}] } });
      asked(...talking)
        .says(status)
        .then({ asks: [], state: { task: { over: false }, reservations: [{ inFlight: false }, {}] } });
    },
  );

  it.each(['assigned', 'wrapping'] as const)(
    'a task that is %s to another worker no longer concerns us once the caller has left',
    (status) => {
      asked(...ringing())
        .says(status)
        .then({ asks: [], state: { task: { over: false } } });
      asked(...gone)
        .says(status)
        .then({ asks: [], state: { task: { over: true }, reservations: [{ phase: 'over', result: 'canceled' }] } });
      asked(...ringing(), events.answered({ at: at(9) }), events.callerStatus({ at: at(10) }))
        .says(status)
        .then({ state: { task: { over: false }, reservations: [{ phase: 'pending', offered: true }] } });
      asked(...ringing(), news('accepted', 1, { at: at(5) }), events.callerStatus({ at: at(6) }))
        .says(status)
        .then({ asks: [], state: { task: { over: true } } });
    },
  );

  it.each(['assigned', 'wrapping'] as const)(
    'a task that is %s to the worker who talked with the caller is not over when the caller hangs up',
    (status) => {
      asked(...talking, events.callerStatus({ at: at(20) }))
        .says(status)
        .then({ asks: [], state: { task: { over: false }, reservations: [{ phase: 'accepted' }, {}] } });
    },
  );

  it.each(['completed', 'canceled'] as const)(
    'a task that is %s while the caller waits rings no worker, and the caller is fetched',
    (status) => {
      scene(...ringing())
        .when(taskEvents.task(status, { at: at(5) }))
        .then({
          asks: [
            { type: 'call.end', leg: 1 },
            { type: 'call.fetch', leg: 0, sid: sids.call(0) },
          ],
          state: {
            task: { over: true },
            taskCanceled: true,
            caller: { phase: 'waiting', inFlight: { fetch: 'fetch:0:2' } },
            reservations: [{ phase: 'over', result: 'canceled' }],
          },
        });
      asked(...ringing())
        .says(status)
        .then({ asks: [{ type: 'call.end', leg: 1 }], state: { taskCanceled: true, task: { over: true } } });
    },
  );

  it.each(['completed', 'canceled', 'deleted'] as const)(
    'a task that is %s takes no caller out of a talk, or out of the fallback',
    (word) => {
      scene(...talking)
        .when(taskEvents.task(word, { at: at(20) }))
        .then({
          asks: [],
          state: {
            task: { over: true },
            taskCanceled: false,
            caller: { phase: 'connected' },
            legs: [{ phase: 'bridged' }, {}],
          },
        });
      for (const before of [falling, told]) {
        scene(...before)
          .when(taskEvents.task(word, { at: at(20) }))
          .then({ asks: [], state: { task: { over: true }, taskCanceled: false, caller: { phase: 'fallingBack' } } });
      }
    },
  );
});
