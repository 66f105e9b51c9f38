import { describe, expect, it } from 'vitest';
import {
  DEFAULT_TASKROUTER_CONFIG,
  DEFAULT_WORKER_CONFIG,
  taskrouter,
  worker,
  type Flow,
  type FlowMeasurement,
  type Measured,
  type TaskRouterEvent,
  type WorkerEvent,
} from '@amd/core';
import { events, START, taskEvents, taskSids, WORKSPACE } from '@amd/core/testing';

const { available, unavailable } = WORKSPACE.activities;

/** What the steps are counted as, one second apart. */
function measurements<State, Event extends { readonly type: string; readonly at: number }, Config>(
  flow: Flow<State, Event, unknown, unknown, Config> & Measured<State>,
  config: Config,
  list: readonly Event[],
): readonly (readonly FlowMeasurement[])[] {
  let before = flow.initial();
  return list.map((given, index) => {
    const event = { ...given, at: START + index * 1000 };
    const { state: after } = flow.transition(before, event, config);
    const told = flow.measure({ before, event, after });
    before = after;
    return told;
  });
}

describe('a call in a queue', () => {
  const flow = 'taskrouter';
  const measure = (...list: readonly TaskRouterEvent[]) => measurements(taskrouter, DEFAULT_TASKROUTER_CONFIG, list);

  it('counts the call, the worker who is held, and how both came out', () => {
    const [arrived, held, , answered, , over] = measure(
      taskEvents.inbound(),
      taskEvents.assignment(1),
      events.status({ leg: 1, status: 'ringing' }),
      events.answered({ leg: 1, answeredBy: 'human' }),
      taskEvents.reservation('accepted', 1),
      events.callerStatus({ status: 'completed' }),
    );
    expect(arrived).toEqual([{ type: 'call.begun', flow }]);
    expect(held).toEqual([{ type: 'leg.begun', flow }]);
    expect(answered).toMatchObject([{ type: 'leg.verdict', flow, answeredBy: 'human' }]);
    expect(over).toContainEqual({ type: 'call.ended', flow, result: 'connected', seconds: 5 });
  });

  it('counts a reservation when it is over, once', () => {
    const told = measure(
      taskEvents.inbound(),
      taskEvents.assignment(1),
      events.status({ leg: 1, status: 'busy' }) as TaskRouterEvent,
      taskEvents.reservation('rejected', 1),
      taskEvents.reservation('rejected', 1),
    ).flat();
    expect(told.filter(({ type }) => type === 'reservation.ended')).toEqual([
      { type: 'reservation.ended', result: 'rejected', seconds: 2 },
    ]);
    expect(told.filter(({ type }) => type === 'leg.ended')).toEqual([
      { type: 'leg.ended', flow, result: 'notReached', answeredBy: 'nobody', seconds: 1 },
    ]);
  });
});

describe('a worker', () => {
  const seen = (activity = available, version = 1): WorkerEvent => ({
    type: 'worker.event',
    at: START,
    workspace: WORKSPACE.sid,
    happenedAt: START,
    activities: WORKSPACE.activities,
    worker: { sid: taskSids.worker(1), name: 'Ann', phone: null, activity, activityName: null, version },
  });
  const measure = (...list: readonly WorkerEvent[]) => measurements(worker, DEFAULT_WORKER_CONFIG, list);

  it('counts a rest when it begins and how long it was when it is over', () => {
    expect(measure(seen(), seen(unavailable, 2), seen(unavailable, 3), seen(available, 4))).toEqual([
      [],
      [{ type: 'coolDown.begun' }],
      [],
      [{ type: 'coolDown.ended', seconds: 2 }],
    ]);
  });
});
