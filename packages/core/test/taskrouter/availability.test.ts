import {
  createMemoryStore,
  createRuntime,
  decodeState,
  DEFAULT_WORKER_CONFIG,
  worker,
  type LiveWorker,
  type TaskRouterOutcome,
  type WorkerEvent,
  type WorkerState,
} from '@amd/core';
import { createAvailabilitySwitch } from '@amd/core/twilio';
import { taskSids, WORKSPACE } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';

const { available, unavailable, offline } = WORKSPACE.activities;
const ANN = taskSids.worker(1);
const OF = { workspace: WORKSPACE.sid, worker: ANN } as const;

/** What happened to one worker, and what the last step requested. */
function after(...events: readonly (WorkerEvent | ((state: LiveWorker) => WorkerEvent))[]) {
  let state: WorkerState = worker.initial();
  let effects: ReturnType<typeof worker.transition>['effects'] = [];
  for (const event of events) {
    const given = typeof event === 'function' ? event(state as LiveWorker) : event;
    ({ state, effects } = worker.transition(state, given, DEFAULT_WORKER_CONFIG));
  }
  return { state: state as LiveWorker, effects };
}

const known = (activity = available, version = 1): WorkerEvent => ({
  type: 'worker.event',
  at: 1000,
  workspace: WORKSPACE.sid,
  happenedAt: 1000,
  activities: WORKSPACE.activities,
  worker: { sid: ANN, name: 'Ann', phone: null, activity, activityName: null, version },
});
const switched = (on: boolean, request = String(on)): WorkerEvent => ({
  type: 'worker.switched',
  at: 2000,
  ...OF,
  request,
  on,
  activity: on ? available : offline,
});
/** The answer to the change in flight. */
const answered =
  (outcome: TaskRouterOutcome, activity = offline) =>
  (state: LiveWorker): WorkerEvent => ({
    type: 'effect.outcome',
    at: 3000,
    effect: { type: 'worker.update', id: state.changeInFlight ?? 'worker:switch:1', ...OF, activity, version: '*' },
    outcome,
  });

describe('a worker who is switched on or off on a page', () => {
  it('a switched worker is moved at any version, and the request is kept with its outcome', () => {
    const asked = after(known(), switched(false));
    expect(asked.effects).toContainEqual(
      expect.objectContaining({ type: 'worker.update', activity: offline, version: '*' }),
    );
    expect(asked.state.requestedActivity).toMatchObject({ on: false, status: 'pending' });
    expect(asked.state.activity?.sid).toBe(available);
    const { state } = after(known(), switched(false), answered({ kind: 'done' }));
    expect(state).toMatchObject({
      requestedActivity: { status: 'done' },
      changeInFlight: null,
      activity: { sid: offline },
      timers: {},
    });
  });

  it('a repeated switch request is sent once', () => {
    expect(after(known(), switched(false), switched(false)).effects).toEqual([]);
  });

  it('a worker stays where they are when Twilio refuses, and the reason is kept', () => {
    const refusal = { kind: 'refused', code: 20001, reason: 'no such activity' } as const;
    const { state } = after(known(), switched(false), answered(refusal));
    expect(state).toMatchObject({
      requestedActivity: { status: 'refused', reason: 'no such activity' },
      activity: { sid: available },
    });
  });

  it('a switch counts as refused when Twilio does not answer, and a change that was not sent is dropped', () => {
    const { state, effects } = after(known(), switched(false), ({ timers }) => {
      const [timer = '', dueAt = 0] = Object.entries(timers)[0] ?? [];
      return { type: 'timer', at: dueAt, timer, dueAt };
    });
    expect(state.requestedActivity).toMatchObject({ status: 'refused', reason: 'Twilio did not answer in time' });
    expect(effects).toContainEqual({ type: 'effect.drop', id: 'worker:switch:1' });
    const late = worker.transition(state, answered({ kind: 'done' })(state), DEFAULT_WORKER_CONFIG);
    expect(late.state).toMatchObject({ requestedActivity: { status: 'done' }, activity: { sid: offline } });
  });

  it('P-84 two quick clicks end where the last one says', () => {
    const both = after(known(), switched(false), switched(true));
    expect(both.effects.filter(({ type }) => type === 'worker.update')).toEqual([]);
    const next = after(known(), switched(false), switched(true), answered({ kind: 'done' }));
    expect(next.effects).toContainEqual(expect.objectContaining({ type: 'worker.update', activity: available }));
    expect(next.state.requestedActivity?.status).toBe('pending');
    const last = after(known(), switched(false), switched(true), answered({ kind: 'done' }), (state) =>
      answered({ kind: 'done' }, available)(state),
    );
    expect(last.state).toMatchObject({ requestedActivity: { on: true, status: 'done' }, activity: { sid: available } });
  });

  it('a switch ends a cool-down: a worker who was switched off meanwhile is not brought back', () => {
    const resting = [known(), known(unavailable, 2)] as const;
    expect(after(...resting).state.coolDowns).toHaveLength(1);
    const { state } = after(...resting, switched(false), answered({ kind: 'done' }), known(offline, 3));
    expect(state.coolDowns).toEqual([]);
  });

  it('a switch of an unknown or deleted worker requests nothing', () => {
    expect(worker.transition(worker.initial(), switched(true), DEFAULT_WORKER_CONFIG).effects).toEqual([]);
    const deleted: WorkerEvent = { type: 'worker.deleted', at: 1500, ...OF };
    expect(after(known(), deleted, switched(true)).effects).toEqual([]);
  });
});

describe('createAvailabilitySwitch', () => {
  it('createAvailabilitySwitch records the request, and refuses what is not a worker', async () => {
    const store = createMemoryStore();
    const execute = (): Promise<never> => new Promise(() => undefined);
    const workers = createRuntime({ flow: worker, config: DEFAULT_WORKER_CONFIG, store, execute });
    const directory = { current: () => undefined, load: () => Promise.resolve(WORKSPACE) };
    const switchWorker = createAvailabilitySwitch({ directory, workers });
    const key = `worker:${ANN}`;
    await workers.handle(key, known());
    await switchWorker(ANN, false);
    const record = await store.read(key, Date.now());
    expect(decodeState(worker, key, record?.data ?? '').state).toMatchObject({
      requestedActivity: { on: false, status: 'pending' },
    });
    await expect(switchWorker('CA123', false)).rejects.toThrow('"worker" must be the SID of a worker');
  });
});
