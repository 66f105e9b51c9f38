import { describe, expect, it } from 'vitest';
import {
  DEFAULT_FORWARDING_CONFIG,
  DEFAULT_TASKROUTER_CONFIG,
  DEFAULT_WORKER_CONFIG,
  forwarding,
  taskrouter,
  worker,
  type Flow,
  type FlowMeasurement,
  type ForwardingEvent,
  type WithMetrics,
  type TaskRouterEvent,
  type WorkerEvent,
} from '@amd/core';
import { events, NUMBERS, START, taskEvents, taskSids, WORKSPACE } from '@amd/core/testing';

const { available, unavailable } = WORKSPACE.activities;

/** The measurements of the steps, one second apart. */
function measurements<State, Event extends { readonly type: string; readonly at: number }, Config>(
  flow: Flow<State, Event, unknown, unknown, Config> & WithMetrics<State>,
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

describe('a forwarded call', () => {
  const flow = 'forwarding';
  const measure = (...list: readonly ForwardingEvent[]) => measurements(forwarding, DEFAULT_FORWARDING_CONFIG, list);
  const talk = [
    events.inbound(),
    events.conference({ event: 'join' }),
    events.status({ status: 'in-progress' }),
    events.answered(),
    events.conference({ event: 'join', leg: 1 }),
  ];

  it('a forwarded call counts the wait for a human and its one outcome', () => {
    expect(measure(...talk, events.callerStatus(), events.status({ status: 'completed' }))).toEqual([
      [
        { type: 'call.begun', flow },
        { type: 'leg.begun', flow },
      ],
      [],
      [],
      [{ type: 'leg.verdict', flow, answeredBy: 'human', seconds: 1 }],
      [{ type: 'call.connected', flow, seconds: 4 }],
      [{ type: 'call.ended', flow, result: 'connected', seconds: 5 }],
      [{ type: 'leg.ended', flow, result: 'bridged', answeredBy: 'human', seconds: 6 }],
    ]);
  });

  it('repeated events, and those of an unknown call, count nothing', () => {
    const [, , , , , again] = measure(...talk, events.conference({ event: 'join', leg: 1 }));
    expect(again).toEqual([]);
    expect(measure(events.callerStatus(), events.answered()).flat()).toEqual([]);
    expect(measure(events.inbound({ status: 'completed' })).flat()).toEqual([]);
  });

  it('a leg that was not answered is counted without a verdict', () => {
    const told = measure(
      events.inbound(),
      events.status({ status: 'busy' }),
      events.callerStatus(),
      events.status({ status: 'busy' }),
    );
    expect(told[1]).toEqual([{ type: 'leg.ended', flow, result: 'notReached', answeredBy: 'nobody', seconds: 1 }]);
    expect(told[2]).toEqual([{ type: 'call.ended', flow, result: 'callerLeft', seconds: 2 }]);
    expect(told[3]).toEqual([]);
  });

  it("the detection time is Twilio's where it is reported", () => {
    const verdictOf = (...list: ForwardingEvent[]) =>
      measure(...list)
        .flat()
        .filter(({ type }) => type === 'leg.verdict');
    const options = { forwardTo: [NUMBERS.ann], amd: { mode: 'async' } } as const;
    const greeted = [
      events.inbound({ options }),
      events.conference({ event: 'join' }),
      events.answered({ answeredBy: null }),
    ];
    expect(verdictOf(...greeted, events.verdict({ durationMs: 3200 }))).toMatchObject([{ seconds: 3.2 }]);
    expect(verdictOf(...greeted, events.verdict())).toMatchObject([{ seconds: 1 }]);
  });

  it('bug: a verdict that came with the first report of an answer was counted as given after 0 s', () => {
    const told = measure(events.inbound(), events.answered({ answeredBy: 'human' })).flat();
    expect(told).toContainEqual({ type: 'leg.verdict', flow, answeredBy: 'human', seconds: null });
  });

  it('another visit counts as another call, with its own wait', () => {
    const options = {
      forwardTo: [NUMBERS.ann],
      fallback: { kind: 'redirect', url: 'https://example.com/menu' },
    } as const;
    const told = measure(
      events.inbound({ options }),
      events.conference({ event: 'join' }),
      events.status({ status: 'busy' }),
      events.callerDocument(),
      events.inbound({ options, status: 'in-progress' }),
      events.conference({ event: 'join', visit: 2 }),
      events.answered({ leg: 2 }),
      events.conference({ event: 'join', leg: 2, visit: 2 }),
    );
    expect(told[3]).toEqual([{ type: 'call.ended', flow, result: 'handedOff', seconds: 3 }]);
    expect(told[4]).toEqual([
      { type: 'call.begun', flow },
      { type: 'leg.begun', flow },
    ]);
    expect(told[7]).toEqual([{ type: 'call.connected', flow, seconds: 3 }]);
  });
});

describe('a call in a queue', () => {
  const flow = 'taskrouter';
  const measure = (...list: readonly TaskRouterEvent[]) => measurements(taskrouter, DEFAULT_TASKROUTER_CONFIG, list);

  it('a queued call counts the call, the reserved worker, and how both ended', () => {
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

  it('a reservation is counted when it is over, once', () => {
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

  it('a cool-down is counted when it begins, and with its length when it is over', () => {
    expect(measure(seen(), seen(unavailable, 2), seen(unavailable, 3), seen(available, 4))).toEqual([
      [],
      [{ type: 'coolDown.begun' }],
      [],
      [{ type: 'coolDown.ended', seconds: 2 }],
    ]);
  });
});
