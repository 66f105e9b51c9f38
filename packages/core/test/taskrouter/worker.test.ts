import { describe, expect, it } from 'vitest';
import {
  DEFAULT_WORKER_CONFIG,
  currentCoolDown,
  worker,
  type Effect,
  type LiveWorker,
  type TaskRouterEffect,
  type TaskRouterOutcome,
  type WorkerEvent,
  type WorkerState,
} from '@amd/core';
import { given, NUMBERS, START, taskSids, WORKSPACE, type Given } from '@amd/core/testing';
import { at } from './scenes.js';

type Step = Given<WorkerState, WorkerEvent, Effect<TaskRouterEffect>>;
type Activity = typeof taskSids.available;

const { activities } = WORKSPACE;
const { available, unavailable, offline } = activities;
const MEETING = `WA${'9'.repeat(32)}` as Activity;
const ANN = taskSids.worker(1);
const OF = { workspace: WORKSPACE.sid, worker: ANN } as const;
const MONTH = 30 * 86_400_000;

const after = (...steps: readonly Step[]) => given(worker, steps, DEFAULT_WORKER_CONFIG);

const told = (
  activity: Activity | null,
  version: number | null,
  seconds = 0,
  more: {
    readonly name?: string;
    readonly phone?: string;
    readonly activityName?: string;
    readonly happenedAt?: number;
  } = {},
): WorkerEvent => ({
  type: 'worker.event',
  at: at(seconds),
  workspace: WORKSPACE.sid,
  happenedAt: more.happenedAt ?? null,
  activities,
  worker: {
    sid: ANN,
    name: more.name ?? null,
    phone: more.phone ?? null,
    activity,
    activityName: more.activityName ?? null,
    version,
  },
});
const parked = (reservation = 1, seconds = 0, activity = unavailable): WorkerEvent => ({
  type: 'worker.parked',
  at: at(seconds),
  ...OF,
  reservation: taskSids.reservation(reservation),
  activity,
  activities,
});
const timedOut = (reservation = 1, seconds = 0, timeout: Activity = offline): WorkerEvent => ({
  type: 'worker.timedOut',
  at: at(seconds),
  ...OF,
  reservation: taskSids.reservation(reservation),
  noticedAt: at(seconds),
  activities: { ...activities, timeout },
});
const switched = (activity: Activity, request = 'a click', seconds = 0): WorkerEvent => ({
  type: 'worker.switched',
  at: at(seconds),
  ...OF,
  request,
  on: activity === available,
  activity,
});
const deleted: WorkerEvent = { type: 'worker.deleted', at: at(0), ...OF };

/** How the newest fetch or change went, or the one with this number. */
const answered =
  (outcome: TaskRouterOutcome, seconds = 0, number?: number): Step =>
  ({ effects }) => {
    const asked = effects.filter((one) => one.type === 'worker.fetch' || one.type === 'worker.update');
    const effect = number === undefined ? asked.at(-1) : asked.find(({ id }) => id.endsWith(`:${String(number)}`));
    if (effect === undefined) throw new Error('nothing was asked for');
    return { type: 'effect.outcome', at: at(seconds), effect, outcome };
  };
const saw = (
  activity: Activity,
  version: string,
  seconds = 0,
  enteredAt: number | null = null,
  number?: number,
): Step => answered({ kind: 'worker', activity, enteredAt, version }, seconds, number);
const due =
  (name: string): Step =>
  ({ state }) => {
    const dueAt = state.kind === 'worker' ? state.timers[name] : undefined;
    if (dueAt === undefined) throw new Error(`no timer "${name}" is wanted`);
    return { type: 'timer', at: dueAt, timer: name, dueAt };
  };

const FAILED = { kind: 'failed', reason: 'Twilio is away' } as const;
const DONE = { kind: 'done' } as const;
const RESTING = `coolDown:${unavailable}`;
const AWAY = `coolDown:${offline}`;
const fetch = (number: number) => ({ type: 'worker.fetch', id: `worker:fetch:${String(number)}`, ...OF }) as const;
const back = (number: number, version: string) =>
  ({ type: 'worker.update', id: `worker:back:${String(number)}`, ...OF, activity: available, version }) as const;
const start = (timer: string, seconds: number) =>
  ({ type: 'timer.start', id: `timer:${timer}@${String(at(seconds))}`, timer, dueAt: at(seconds) }) as const;
const stop = (timer: string, seconds: number) =>
  ({ type: 'timer.stop', id: `timer:${timer}@${String(at(seconds))}` }) as const;

/** At work, as version 1 says. */
const working = told(available, 1, 0, { name: 'Ann', phone: NUMBERS.ann, activityName: 'Available' });
/** Reported by TaskRouter's own event; the cool-down is over 60 s after the start. */
const resting: readonly Step[] = [working, told(unavailable, 2)];
/** Their cool-down is over, and a fetch is looking where they are. */
const rested: readonly Step[] = [...resting, due(RESTING)];

describe('a worker of whom something is reported', () => {
  it('a worker is known from the first report on, and forgotten after a month of silence', () => {
    const { state, effects, keepForMs } = after().when(working).result;
    expect(state).toEqual({
      kind: 'worker',
      sid: ANN,
      workspace: WORKSPACE.sid,
      name: 'Ann',
      phone: NUMBERS.ann,
      activity: { sid: available, name: 'Available' },
      since: START,
      version: 1,
      coolDowns: [],
      timedOut: null,
      requestedActivity: null,
      changeInFlight: null,
      seenReservations: [],
      inFlight: false,
      askedAt: START,
      deleted: false,
      timers: {},
      effectSeq: 0,
    });
    expect(effects).toEqual([]);
    expect(keepForMs).toBe(MONTH);
  });

  it.each<[string, WorkerEvent]>([
    ['a timer', { type: 'timer', at: START, timer: 'retry', dueAt: START }],
    ['a click', switched(available)],
    ['a deletion', deleted],
    ['an answer', { type: 'effect.outcome', at: START, effect: fetch(1), outcome: { kind: 'gone' } }],
  ])('a worker is not made known by %s', (_, event) => {
    after()
      .when(event)
      .thenNothingHappened()
      .then({ reply: { kind: 'nothing' }, keepForMs: MONTH });
  });

  it.each([
    ['of an older version', 4, null],
    ['of the same version', 5, null],
    ['of a newer version', 6, 6],
    ['of no version', null, 5],
  ])('the version after an event %s', (_, version, expected) => {
    const step = after(told(available, 5)).when(told(offline, version, 3));
    if (expected === null) step.thenNothingHappened();
    else step.then({ state: { version: expected, activity: { sid: offline }, since: at(3) }, effects: [] });
  });

  it('any version is new when none is known', () => {
    after(told(available, null))
      .when(told(offline, 1))
      .then({ state: { version: 1, activity: { sid: offline } } });
  });

  it('what an event does not say stays as it was', () => {
    after(working)
      .when(told(null, 2))
      .then({
        state: { name: 'Ann', phone: NUMBERS.ann, activity: { sid: available, name: 'Available' }, version: 2 },
      });
    after(working)
      .when(told(available, 2))
      .then({ state: { activity: { sid: available, name: 'Available' }, since: START } });
  });

  it('a new name, phone or activity name is taken over, and moves nobody', () => {
    after(working)
      .when(told(available, 2, 9, { name: 'Anna', phone: NUMBERS.ben, activityName: 'At work' }))
      .then({
        state: {
          name: 'Anna',
          phone: NUMBERS.ben,
          activity: { sid: available, name: 'At work' },
          since: START,
          version: 2,
        },
      });
    after(told(null, 1))
      .when(told(null, 2, 9, { activityName: 'At work' }))
      .then({ state: { activity: null } });
  });

  it.each([
    ['when it happened', at(3), at(3)],
    ['but not in the future', at(99), at(9)],
    ['or when it was heard', undefined, at(9)],
  ])('the worker is there since %s', (_, happenedAt, since) => {
    after(working)
      .when(told(offline, 2, 9, happenedAt === undefined ? {} : { happenedAt }))
      .then({ state: { since } });
  });

  it('a deleted worker no longer cools down, and exists again when an event reports them', () => {
    after(...resting)
      .when(deleted)
      .then({
        state: { deleted: true, coolDowns: [], timers: {} },
        effects: [stop(RESTING, 60)],
        keepForMs: MONTH,
      });
    for (const event of [parked(1), timedOut(1)]) after(working, deleted).when(event).thenNothingHappened();
    after(...resting, deleted)
      .when(told(unavailable, 3, 5))
      .then({ state: { deleted: false, coolDowns: [{ activity: unavailable }] }, effects: [start(RESTING, 65)] });
  });

  it('a state is never changed in place', () => {
    const { state } = after(...resting, timedOut(1), switched(offline));
    const before = structuredClone(state);
    for (const event of [told(available, 9, 1), parked(2), timedOut(3), switched(available, 'another'), deleted]) {
      worker.transition(state, event, DEFAULT_WORKER_CONFIG);
    }
    expect(state).toEqual(before);
  });
});

describe('a worker who cools down', () => {
  it('a worker cools down in the unavailable activity, for a minute', () => {
    after(working)
      .when(told(unavailable, 2, 5))
      .then({
        state: {
          coolDowns: [
            {
              activity: unavailable,
              back: available,
              enteredAt: null,
              seenAt: 2,
              after: 0,
              startedAt: at(5),
              until: at(65),
            },
          ],
          timers: { [RESTING]: at(65) },
          inFlight: false,
        },
        effects: [start(RESTING, 65)],
        keepForMs: null,
      });
  });

  it('a cool-down does not restart with every event of the same stay', () => {
    after(...resting)
      .when(told(unavailable, 3, 9))
      .then({ state: { coolDowns: [{ until: at(60), seenAt: 2 }] }, effects: [] });
  });

  it('a cool-down restarts with a stay of its own, whatever was missed in between', () => {
    after(...resting, told(available, null, 4))
      .when(told(unavailable, 5, 9))
      .then({ state: { coolDowns: [{ startedAt: at(9), until: at(69), seenAt: 5 }] } });
  });

  it('a worker whom we sent to cool down is fetched, as the event may be late or lost', () => {
    const { result } = after(working).when(parked(1, 5));
    expect(result.effects).toEqual([fetch(1), start(RESTING, 65)]);
    expect(result.state).toMatchObject({
      seenReservations: [taskSids.reservation(1)],
      coolDowns: [{ activity: unavailable, seenAt: null, startedAt: at(5), until: at(65) }],
      inFlight: true,
      askedAt: at(5),
    });
    after(working, parked(1, 5)).when(parked(2, 6)).then({ asks: [] });
  });

  it('a worker whom we sent to where they get calls does not cool down', () => {
    after(working)
      .when(parked(1, 5, available))
      .then({ state: { coolDowns: [], timers: {}, inFlight: true }, effects: [fetch(1)], keepForMs: null });
  });

  it('a cool-down is reported once for each reservation, as far back as the last twenty', () => {
    after(working, parked(1)).when(parked(1, 9)).thenNothingHappened();
    const many = Array.from({ length: 21 }, (_, index) => parked(index + 1));
    const { state } = after(working, ...many);
    expect((state as LiveWorker).seenReservations).toEqual(
      Array.from({ length: 20 }, (_, n) => taskSids.reservation(n + 2)),
    );
    after(working, ...many)
      .when(parked(2, 9))
      .thenNothingHappened();
    after(working, ...many)
      .when(parked(1, 9))
      .then({ state: { coolDowns: [{ startedAt: at(9) }] } });
  });

  it('a worker is left alone once someone has moved them', () => {
    after(...resting)
      .when(told(offline, 3, 9))
      .then({ state: { coolDowns: [], timers: {} }, effects: [stop(RESTING, 60)], keepForMs: MONTH });
  });

  it('a worker is fetched when an event without a version says that they are elsewhere', () => {
    after(...resting)
      .when(told(offline, null, 9))
      .then({ state: { coolDowns: [{ until: at(60) }] }, effects: [fetch(1)] });
  });

  it('a worker is fetched when they were never seen to cool down', () => {
    after(working, parked(1), saw(unavailable, 'no number'))
      .when(told(offline, 9, 9))
      .then({ state: { coolDowns: [{ seenAt: null }] }, effects: [fetch(2)] });
  });

  it('a worker is fetched when the minute is over', () => {
    after(...resting)
      .when(due(RESTING))
      .then({ state: { inFlight: true, askedAt: at(60), timers: {} }, effects: [fetch(1), stop(RESTING, 60)] });
  });

  it('a timer for another time has no effect', () => {
    after(...resting)
      .when({ type: 'timer', at: at(60), timer: RESTING, dueAt: at(59) })
      .thenNothingHappened();
  });

  it('a worker comes back to work from the cool-down, unless anything changes meanwhile', () => {
    after(...rested)
      .when(saw(unavailable, '2', 60))
      .then({ state: { inFlight: true }, effects: [back(2, '2')], keepForMs: null });
    after(...rested, saw(unavailable, '2', 60))
      .when(answered(DONE, 61))
      .then({
        state: { coolDowns: [], inFlight: false, activity: { sid: available, name: null }, since: at(61) },
        effects: [],
        keepForMs: MONTH,
      });
  });

  it('a worker is not brought back from anywhere else', () => {
    after(...rested)
      .when(saw(offline, '3', 60))
      .then({ state: { coolDowns: [], activity: { sid: offline }, since: at(60) }, effects: [], keepForMs: MONTH });
    after(working, parked(1), saw(available, '1', 1), due(RESTING))
      .when(saw(offline, '3', 60))
      .then({ state: { coolDowns: [] }, effects: [] });
  });

  it('a worker who is not there yet may be on their way', () => {
    after(working, parked(1))
      .when(saw(available, '1', 5))
      .then({ state: { coolDowns: [{ seenAt: null, until: at(60) }], inFlight: false }, effects: [] });
  });

  it('a worker is fetched again when the fetch was requested before the end', () => {
    after(working, parked(1), due(RESTING))
      .when(saw(available, '1', 60))
      .then({ state: { coolDowns: [{ until: at(60) }], inFlight: true }, effects: [fetch(2)] });
    after(working, parked(1), due(RESTING), saw(available, '1', 60))
      .when(saw(available, '1', 61))
      .then({ state: { coolDowns: [] }, effects: [] });
  });

  it('a worker was seen there once, and that counts', () => {
    after(working, parked(1))
      .when(saw(unavailable, '7', 5))
      .then({ state: { coolDowns: [{ seenAt: 7 }], version: 7 }, effects: [] });
    after(working, parked(1), saw(unavailable, '7', 5), parked(2, 6, available))
      .when(saw(unavailable, '8', 7))
      .then({ state: { coolDowns: [{ seenAt: 7 }], version: 8 } });
    after(working, parked(1), saw(unavailable, '7', 5), parked(2, 6, available))
      .when(saw(offline, '8', 7))
      .then({ state: { coolDowns: [], timers: {} }, effects: [stop(RESTING, 60)] });
  });

  it('a worker may be in either of two activities: only the cool-down that they are in is over', () => {
    const two = [working, parked(1), saw(available, '1', 1), parked(2, 2, MEETING)];
    after(...two)
      .when(saw(MEETING, '3', 4))
      .then({
        state: {
          coolDowns: [
            { activity: unavailable, seenAt: null, until: at(60) },
            { activity: MEETING, seenAt: 3, until: at(62) },
          ],
        },
      });
    after(...two, saw(MEETING, '3', 4))
      .when(told(unavailable, 4, 9))
      .then({
        state: { coolDowns: [{ activity: unavailable, until: at(69) }], timers: { [RESTING]: at(69) } },
      });
    after(...two, saw(MEETING, '3', 4))
      .when(parked(3, 9, MEETING))
      .then({ state: { coolDowns: [{ activity: unavailable }, { activity: MEETING, until: at(69) }] } });
    after(...two, saw(MEETING, '3', 4), due(RESTING))
      .when(saw(MEETING, '3', 60))
      .then({ state: { coolDowns: [{ activity: MEETING }] } });
  });

  it('a worker waits for the fetch in flight, whichever event requested it', () => {
    const both = [working, parked(1), saw(available, '1', 1), parked(2, 1, MEETING), due(RESTING)];
    after(...both, due(`coolDown:${MEETING}`))
      .when(saw(MEETING, '3', 62))
      .then({ state: { inFlight: true }, asks: [fetch(3)] });
  });

  it('a worker is shown as cooling down where they do, and nowhere else', () => {
    const shown = (...steps: readonly Step[]) => currentCoolDown(after(...steps).state as LiveWorker)?.activity;
    expect(shown(...resting)).toBe(unavailable);
    expect(shown(working, parked(1))).toBeUndefined();
    expect(shown(parked(1))).toBeUndefined();
    expect(shown(working, parked(1), saw(available, '1'), parked(2, 0, MEETING), saw(MEETING, '2'))).toBe(MEETING);
  });
});

describe('the result of a fetch', () => {
  it.each([
    ['7', 7],
    ['"7"', 7],
    ['"12"', 12],
    ['1234567890', 1234567890],
    ['W/"7"', 1],
    ['7"x', 1],
    ['x', 1],
    ['', 1],
  ])('version %s is read as %d', (version, expected) => {
    after(working, parked(1, 0, available))
      .when(saw(offline, version, 5))
      .then({ state: { version: expected, activity: { sid: offline, name: null }, since: at(5) } });
  });

  it('a fetch keeps the name of an unchanged activity', () => {
    after(working, parked(1, 0, available))
      .when(saw(available, '1', 5))
      .then({ state: { activity: { sid: available, name: 'Available' }, since: START, inFlight: false }, effects: [] });
  });

  it('a fetch that an event overtook is outdated: a worker who cools down is fetched again', () => {
    after(working, parked(1), told(unavailable, 5, 1))
      .when(saw(available, '4', 2))
      .then({ state: { version: 5, activity: { sid: unavailable }, coolDowns: [{}] }, asks: [fetch(2)] });
    after(working, parked(1, 0, available), told(offline, 5, 1))
      .when(saw(available, '4', 2))
      .then({ state: { version: 5, activity: { sid: offline } }, effects: [], keepForMs: MONTH });
    after(working, parked(1), told(unavailable, 5, 1))
      .when(saw(unavailable, '5', 2))
      .then({ asks: [] });
  });

  it('a fetch that finds no worker ends everything', () => {
    after(...rested)
      .when(answered({ kind: 'gone' }, 61))
      .then({ state: { deleted: true, coolDowns: [], inFlight: false }, effects: [], keepForMs: MONTH });
  });

  it('a fetch with a nonsensical result has no effect: a worker who cools down is fetched again', () => {
    for (const outcome of [
      DONE,
      { kind: 'task', sid: taskSids.task(), status: 'pending' },
      { kind: 'reservation', status: 'pending' },
    ] as const) {
      after(...rested)
        .when(answered(outcome, 61))
        .then({ state: { activity: { sid: unavailable }, coolDowns: [{}] }, effects: [fetch(2)] });
      after(working, timedOut(1))
        .when(answered(outcome, 1))
        .then({ effects: [fetch(2)] });
      after(working, parked(1, 0, available))
        .when(answered(outcome, 1))
        .then({ state: { inFlight: false, activity: { sid: available, name: 'Available' } }, effects: [] });
    }
  });

  it('an outcome about something other than a worker has no effect', () => {
    const effect = { type: 'task.fetch', id: 'task:fetch:1', workspace: WORKSPACE.sid, task: taskSids.task() } as const;
    after(...rested)
      .when({ type: 'effect.outcome', at: at(61), effect, outcome: { kind: 'gone' } })
      .thenNothingHappened();
  });
});

describe('a worker who cannot be fetched or brought back', () => {
  const refused = { kind: 'refused', code: 20001, reason: 'no' } as const;

  it.each<[string, TaskRouterOutcome]>([
    ['fails', FAILED],
    ['is refused', refused],
  ])('a worker is tried again after 10 s when the request %s', (_, outcome) => {
    for (const steps of [rested, [...rested, saw(unavailable, '2', 60)], [working, timedOut(1, 60)]]) {
      after(...steps)
        .when(answered(outcome, 61))
        .then({
          state: { inFlight: false, timers: { retry: at(71) } },
          effects: [start('retry', 71)],
          keepForMs: null,
        });
    }
    const again = after(...rested, answered(outcome, 61)).when(due('retry'));
    again.then({ effects: [fetch(2), stop('retry', 71)] });
    after(working, parked(1, 0, available))
      .when(answered(outcome, 61))
      .then({ state: { timers: {}, inFlight: false }, effects: [], keepForMs: MONTH });
  });

  it('a worker is not tried again once the cool-down is over', () => {
    after(...rested, answered(FAILED, 61))
      .when(told(offline, 3, 65))
      .then({ state: { timers: {} }, effects: [stop('retry', 71)] });
  });

  it('a worker is not tried at once when another event arrives', () => {
    after(...rested, answered(FAILED, 61))
      .when(told(null, 3, 65, { name: 'Anna' }))
      .then({ effects: [] });
  });

  it('a worker is fetched again when they were changed at the same moment', () => {
    const leaving = [...rested, saw(unavailable, '2', 60)];
    after(...leaving)
      .when(answered({ kind: 'changed' }, 61))
      .then({ state: { coolDowns: [{}] }, effects: [fetch(3)] });
    after(...leaving, told(offline, 3, 60))
      .when(answered({ kind: 'changed' }, 61))
      .then({ state: { activity: { sid: offline }, inFlight: false }, effects: [], keepForMs: MONTH });
  });
});

describe('a worker whose reservation timed out', () => {
  const there = (activity: Activity, enteredAt: number | null = null): readonly Step[] => [
    working,
    timedOut(1, 10),
    saw(activity, '2', 12, enteredAt),
  ];

  it('a worker whose reservation timed out is fetched', () => {
    after(working)
      .when(timedOut(1, 10))
      .then({
        state: {
          timedOut: { timeout: offline, unavailable, back: available, noticedAt: at(10), after: 0 },
          seenReservations: [taskSids.reservation(1)],
          inFlight: true,
        },
        effects: [fetch(1)],
        keepForMs: null,
      });
    after(working, timedOut(1, 10)).when(timedOut(1, 20)).thenNothingHappened();
  });

  it.each<[string, Activity, number | null]>([
    ['where our rejections send people', unavailable, null],
    ['where time-outs send people, since before we noticed', offline, at(10)],
    ['there since just after it, by another clock', offline, at(12)],
    ['there since nobody knows when', offline, null],
  ])('a timed-out worker cools down %s', (_, activity, enteredAt) => {
    const timer = `coolDown:${activity}`;
    after(working, timedOut(1, 10))
      .when(saw(activity, '2', 12, enteredAt))
      .then({
        state: {
          timedOut: null,
          activity: { sid: activity },
          coolDowns: [
            {
              activity,
              back: available,
              enteredAt: activity === offline ? enteredAt : null,
              seenAt: 2,
              after: 0,
              startedAt: at(12),
              until: at(72),
            },
          ],
        },
        effects: [start(timer, 72)],
      });
    after(...there(activity, enteredAt), due(timer))
      .when(saw(activity, '2', 72, enteredAt))
      .then({ asks: [back(3, '2')] });
  });

  it.each<[string, Activity, number | null]>([
    ['who is at work', available, null],
    ['who went there by themselves afterwards', offline, at(12) + 1],
    ['who is somewhere else', MEETING, at(10)],
  ])('a timed-out worker %s does not cool down', (_, activity, enteredAt) => {
    after(working, timedOut(1, 10))
      .when(saw(activity, '2', 12, enteredAt))
      .then({ state: { timedOut: null, coolDowns: [], timers: {} }, effects: [], keepForMs: MONTH });
  });

  it('a worker who was away and came again does not count as still cooling down', () => {
    after(...there(offline, at(9)), due(AWAY))
      .when(saw(offline, '4', 72, at(50)))
      .then({ state: { coolDowns: [] }, asks: [] });
  });

  it('a timed-out worker goes on with the cool-down that they are in', () => {
    after(...resting, timedOut(1, 10))
      .when(saw(unavailable, '2', 12))
      .then({ state: { timedOut: null, coolDowns: [{ until: at(60) }] }, effects: [] });
    after(working, parked(1, 0, offline), saw(offline, '2', 1), timedOut(2, 10))
      .when(saw(offline, '2', 12, at(1)))
      .then({ state: { timedOut: null, coolDowns: [{ enteredAt: null, until: at(60) }] }, effects: [] });
  });

  it('a timed-out worker cools down there even if they may cool down elsewhere', () => {
    after(working, parked(1), saw(available, '1', 1), timedOut(2, 10))
      .when(saw(offline, '3', 12, at(9)))
      .then({ state: { coolDowns: [{ activity: unavailable }, { activity: offline }] }, effects: [start(AWAY, 72)] });
  });

  it('a worker has nothing to recover from where timeouts lead to work', () => {
    after(working)
      .when(timedOut(1, 10, available))
      .thenNothingHappened();
  });

  it('a timed-out worker is fetched again when the fetch was requested before', () => {
    after(working, parked(1, 0, available), timedOut(2, 10))
      .when(saw(available, '1', 11))
      .then({ state: { timedOut: { after: 1 } }, effects: [fetch(2)] });
  });
});

describe('a worker who is switched on a page', () => {
  const change = (number: number, activity: Activity) =>
    ({ type: 'worker.update', id: `worker:switch:${String(number)}`, ...OF, activity, version: '*' }) as const;
  const away: readonly Step[] = [working, switched(offline, 'first', 5)];

  it('a switched worker is changed at once, within 30 s', () => {
    after(working)
      .when(switched(offline, 'first', 5))
      .then({
        state: {
          requestedActivity: {
            request: 'first',
            on: false,
            activity: offline,
            askedAt: at(5),
            status: 'pending',
            reason: null,
          },
          changeInFlight: 'worker:switch:1',
          activity: { sid: available },
        },
        effects: [change(1, offline), start('switch', 35)],
        keepForMs: null,
      });
    after(...away)
      .when(answered(DONE, 6))
      .then({
        state: {
          requestedActivity: { request: 'first', status: 'done', reason: null },
          changeInFlight: null,
          activity: { sid: offline, name: null },
          since: at(6),
        },
        effects: [stop('switch', 35)],
        keepForMs: MONTH,
      });
  });

  it('a repeated click does nothing, before or after it is done', () => {
    after(...away)
      .when(switched(offline, 'first', 9))
      .thenNothingHappened();
    after(...away, answered(DONE, 6))
      .when(switched(offline, 'first', 9))
      .thenNothingHappened();
  });

  it.each<[string, TaskRouterOutcome, string]>([
    ['no', { kind: 'refused', code: 20001, reason: 'no such activity' }, 'no such activity'],
    ['nothing', FAILED, 'Twilio is away'],
    ['that somebody else was first', { kind: 'changed' }, 'somebody else changed the worker at the same moment'],
  ])('a switched worker stays where they are when Twilio says %s', (_, outcome, reason) => {
    after(...away)
      .when(answered(outcome, 6))
      .then({
        state: {
          requestedActivity: { status: 'refused', reason },
          changeInFlight: null,
          activity: { sid: available, name: 'Available' },
        },
        effects: [stop('switch', 35)],
        keepForMs: MONTH,
      });
  });

  it('a deleted worker has no requested activity', () => {
    after(...away)
      .when(answered({ kind: 'gone' }, 6))
      .then({
        state: { deleted: true, requestedActivity: null, changeInFlight: null },
        effects: [stop('switch', 35)],
        keepForMs: MONTH,
      });
    after(...away)
      .when(deleted)
      .then({
        state: { requestedActivity: null, changeInFlight: null },
        effects: [{ type: 'effect.drop', id: 'worker:switch:1' }, stop('switch', 35)],
      });
    after(...away, deleted)
      .when(answered(DONE, 6))
      .then({ state: { requestedActivity: null, deleted: true }, effects: [] });
    after(working).when(deleted).then({ effects: [] });
  });

  it('a worker hears that Twilio did not answer, and cools down all the same', () => {
    after(...away)
      .when(due('switch'))
      .then({
        state: {
          requestedActivity: { status: 'refused', reason: 'Twilio did not answer in time' },
          changeInFlight: null,
          timers: {},
        },
        effects: [{ type: 'effect.drop', id: 'worker:switch:1' }, stop('switch', 35)],
        keepForMs: MONTH,
      });
    after(...resting, switched(offline, 'first', 5))
      .when(due('switch'))
      .then({ state: { coolDowns: [{ until: at(60) }] }, asks: [] });
  });

  it('a refusal that comes too late changes nothing; a success does', () => {
    const late: readonly Step[] = [...away, due('switch')];
    after(...late)
      .when(answered(FAILED, 40))
      .thenNothingHappened();
    after(...late)
      .when(answered(DONE, 40))
      .then({
        state: { requestedActivity: { status: 'done', reason: null }, activity: { sid: offline } },
        effects: [],
      });
  });

  it('of clicks while one is in flight, the last one counts', () => {
    const both: readonly Step[] = [...away, switched(available, 'second', 7)];
    after(...away)
      .when(switched(available, 'second', 7))
      .then({
        state: {
          requestedActivity: { request: 'second', on: true, status: 'pending' },
          changeInFlight: 'worker:switch:1',
        },
        effects: [stop('switch', 35), start('switch', 37)],
      });
    for (const outcome of [DONE, FAILED]) {
      after(...both)
        .when(answered(outcome, 8))
        .then({
          state: { requestedActivity: { request: 'second', status: 'pending' }, changeInFlight: 'worker:switch:2' },
          effects: [change(2, available)],
        });
    }
    after(...away, switched(offline, 'second', 7))
      .when(answered(DONE, 8))
      .then({ state: { requestedActivity: { request: 'second', status: 'done' } }, effects: [stop('switch', 37)] });
  });

  it('a late answer to the earlier click says where they are, and nothing about the new click', () => {
    const again: readonly Step[] = [...away, due('switch'), switched(available, 'second', 40)];
    after(...again)
      .when(answered(DONE, 41, 1))
      .then({
        state: {
          requestedActivity: { request: 'second', status: 'pending' },
          changeInFlight: 'worker:switch:2',
          activity: { sid: offline },
        },
        effects: [],
      });
    after(...again, answered(DONE, 41, 2))
      .when(answered(DONE, 42, 1))
      .then({
        state: { requestedActivity: { request: 'second', status: 'done' }, activity: { sid: offline } },
        effects: [],
      });
  });

  it('a late success says nothing about a newer click that was refused', () => {
    const refused = { kind: 'refused', code: 20001, reason: 'no such activity' } as const;
    after(...away, due('switch'), switched(available, 'second', 40), answered(refused, 41, 2))
      .when(answered(DONE, 42, 1))
      .then({
        state: { requestedActivity: { request: 'second', status: 'refused', reason: 'no such activity' } },
        effects: [],
      });
  });

  it('a switched worker is fetched all the same: the answer to a click is not that of a fetch', () => {
    const looked = [working, parked(1), switched(offline, 'first', 5)];
    for (const steps of [looked, [...looked, switched(available, 'second', 6)], [...looked, deleted]]) {
      after(...steps)
        .when(answered(DONE, 7, 2))
        .then({ state: { inFlight: true } });
    }
  });

  it('a worker moved by someone else meanwhile is still switched', () => {
    after(...resting, switched(available, 'first', 5))
      .when(told(MEETING, 3, 6))
      .then({
        state: { coolDowns: [], timers: { switch: at(35) }, requestedActivity: { status: 'pending' } },
        effects: [stop(RESTING, 60)],
        keepForMs: null,
      });
  });
});

describe('former bugs of a worker who is switched while they cool down', () => {
  it('bug: a worker who is switched off where a timeout had left them stays off', () => {
    const off = [working, timedOut(1, 10), saw(offline, '2', 12, at(9))];
    after(...off, switched(offline, 'first', 20))
      .when(answered(DONE, 21))
      .then({ state: { coolDowns: [], activity: { sid: offline } }, asks: [], keepForMs: MONTH });
    after(working, timedOut(1, 10), switched(offline, 'first', 20))
      .when(answered(DONE, 21))
      .then({ state: { timedOut: null, coolDowns: [] }, asks: [] });
  });

  it('bug: a click that came after a fetch does not make the fetch a later one', () => {
    after(working, parked(1, 0, available), timedOut(2, 10), switched(offline, 'first', 20))
      .when(saw(available, '1', 21, null, 1))
      .then({ state: { timedOut: { after: 1 } }, asks: [fetch(3)] });
  });

  it('a cool-down that began after a click was sent is not over when the click is done', () => {
    const both = [working, switched(available, 'first', 1), parked(1, 2)];
    after(...both)
      .when(answered(DONE, 3, 1))
      .then({ state: { coolDowns: [{ after: 1, until: at(62) }] }, asks: [] });
    after(...both, saw(unavailable, '2', 3))
      .when(answered(DONE, 4, 1))
      .then({ state: { coolDowns: [{ after: 1 }] }, asks: [fetch(3)] });
    after(working, switched(available, 'first', 1), timedOut(1, 2))
      .when(answered(DONE, 3, 1))
      .then({ state: { timedOut: { after: 1 } }, asks: [] });
  });

  it('bug: a cool-down that began while the last one was being ended is kept, whoever clicks', () => {
    after(...rested, saw(unavailable, '2', 60), parked(1, 61), switched(available, 'first', 62))
      .when(answered(DONE, 63, 2))
      .then({ state: { coolDowns: [{ after: 2, until: at(121) }] } });
  });

  it('bug: a fetch that was requested before a cool-down began does not end it', () => {
    after(working, parked(1, 0), switched(available, 'first', 1), parked(2, 2), told(unavailable, 2, 3))
      .when(saw(available, '3', 4, null, 1))
      .then({ state: { coolDowns: [{ activity: unavailable }] } });
  });

  it('bug: late events of the stay before do not end a cool-down', () => {
    after(working, parked(1), told(unavailable, 2, 1))
      .when(told(available, 3, 2))
      .then({ state: { coolDowns: [{ activity: unavailable, after: 0, seenAt: null }] }, asks: [] });
  });
});

describe('a worker who is switched off around a timeout', () => {
  const off: readonly Step[] = [working, switched(offline, 'first', 5), answered(DONE, 6)];

  it('P-129 a worker stays off when the time-out arrives after they were switched off', () => {
    for (const enteredAt of [4, 5.5]) {
      after(...off, timedOut(1, 8))
        .when(saw(offline, '2', 9, at(enteredAt)))
        .then({ state: { timedOut: null, coolDowns: [] }, asks: [] });
    }
  });

  it('a worker cools down when the timeout has moved them afterwards', () => {
    after(...off, timedOut(1, 20))
      .when(saw(offline, '4', 21, at(19)))
      .then({ state: { coolDowns: [{ activity: offline, enteredAt: at(19) }] } });
    after(working, switched(available, 'first', 5), answered(DONE, 6), timedOut(1, 8))
      .when(saw(offline, '2', 9, at(4)))
      .then({ state: { coolDowns: [{ activity: offline }] } });
    after(working, switched(offline, 'first', 5), answered(FAILED, 6), timedOut(1, 8))
      .when(saw(offline, '2', 9, at(4)))
      .then({ state: { coolDowns: [{ activity: offline }] } });
  });

  it('a worker stays off even if the cool-down began before Twilio had answered', () => {
    const begun: readonly Step[] = [
      working,
      switched(offline, 'first', 5),
      timedOut(1, 6),
      saw(offline, '2', 7, at(4), 2),
    ];
    expect(after(...begun).state).toMatchObject({ coolDowns: [{ activity: offline }] });
    after(...begun)
      .when(answered(DONE, 8, 1))
      .then({ state: { requestedActivity: { status: 'done', answeredAt: at(8) }, coolDowns: [] } });
  });

  it('P-130 a worker is not brought back while a requested activity is in flight', () => {
    const over: readonly Step[] = [
      working,
      timedOut(1, 10),
      saw(offline, '2', 12, at(9)),
      switched(offline, 'first', 71.9),
      due(AWAY),
    ];
    after(...over)
      .when(saw(offline, '3', 72.1, at(9)))
      .then({ asks: [], state: { inFlight: false, coolDowns: [{ activity: offline }] } });
    after(...over, saw(offline, '3', 72.1, at(9)))
      .when(answered(FAILED, 73, 2))
      .then({ asks: [fetch(4)] });
    after(...over, saw(offline, '3', 72.1, at(9)))
      .when(answered(DONE, 73, 2))
      .then({ state: { coolDowns: [] } });
  });
});

describe('a second timeout during the cool-down of an earlier one', () => {
  it('P-131 a worker begins a new cool-down, even if the event of their return to work in between was lost', () => {
    const first: readonly Step[] = [working, timedOut(1, 10), saw(offline, '2', 12, at(9))];
    after(...first, timedOut(2, 40))
      .when(saw(offline, '4', 41, at(39)))
      .then({ state: { timedOut: null, coolDowns: [{ activity: offline, enteredAt: at(39), until: at(101) }] } });
  });
});

describe('measurements of a worker', () => {
  /** The measurements of the last step. */
  const counted = (...steps: readonly Step[]) => {
    const before = after(...steps.slice(0, -1));
    const last = steps.at(-1);
    const event = typeof last === 'function' ? last(before) : last;
    if (event === undefined) throw new Error('there is a last step');
    return worker.measure({ before: before.state, event, after: before.when(event).result.state });
  };

  it('cool-downs are counted as they begin and end, whichever activity they are spent in', () => {
    expect(counted(working, told(unavailable, 2))).toEqual([{ type: 'coolDown.begun' }]);
    expect(counted(...resting, told(unavailable, 3, 9))).toEqual([]);
    expect(counted(...resting, parked(1, 5, MEETING))).toEqual([{ type: 'coolDown.begun' }]);
    expect(counted(...resting, told(offline, 3, 9))).toEqual([{ type: 'coolDown.ended', seconds: 9 }]);
    expect(counted(...resting, parked(1, 5, MEETING), told(MEETING, 3, 9))).toEqual([
      { type: 'coolDown.ended', seconds: 9 },
    ]);
  });

  it('timers are counted by how late they fire', () => {
    const late: WorkerEvent = { type: 'timer', at: at(63), timer: RESTING, dueAt: at(60) };
    expect(counted(...resting, late)).toEqual([{ type: 'timer.fired', flow: 'worker', seconds: 3 }]);
    expect(counted(late)).toEqual([]);
  });
});
