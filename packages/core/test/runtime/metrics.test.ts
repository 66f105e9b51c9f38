import { describe, expect, it } from 'vitest';
import { createMemoryStore, type ForwardingEvent, type Measurement, type Store, type Untimed } from '@amd/core';
import { events, executions, manualClock, NUMBERS, recorder } from '@amd/core/testing';
import { around, inbound, KEY, setup, untimed, type Options } from './setup.js';

type Heard = Untimed<ForwardingEvent>;

/** A machine, then a human, a talk, and the caller's end. */
const CALL: readonly Heard[] = [
  inbound,
  untimed(events.conference({ event: 'join' })),
  untimed(events.status({ leg: 1, status: 'ringing' })),
  untimed(events.status({ leg: 1, status: 'in-progress' })),
  untimed(events.answered({ leg: 1, answeredBy: 'machine_start' })),
  untimed(events.status({ leg: 1, status: 'completed' })),
  untimed(events.status({ leg: 2, status: 'ringing' })),
  untimed(events.answered({ leg: 2, answeredBy: 'human' })),
  untimed(events.conference({ event: 'join', leg: 2 })),
  untimed(events.callerStatus({ status: 'completed' })),
  untimed(events.status({ leg: 2, status: 'completed' })),
];

function measured(change: Partial<Options> = {}) {
  const told: Measurement[] = [];
  const parts = setup({ metrics: (measurement) => void told.push(measurement), ...change } as Parameters<
    typeof setup
  >[0]);
  return { ...parts, told, of: (type: Measurement['type']) => told.filter((one) => one.type === type) };
}

/** What the flow measures of a call, whatever the execution. */
const STORY = ['call.begun', 'call.connected', 'call.ended', 'leg.begun', 'leg.verdict', 'leg.ended'];
const storyOf = (told: readonly Measurement[]): string[] =>
  told.filter(({ type }) => STORY.includes(type)).map((one) => JSON.stringify({ ...one, seconds: 0 }));

describe('what is measured', () => {
  it('a whole call is measured: its beginning, every leg, the wait for a human, its end', async () => {
    const { runtime, clock, told } = measured();
    for (const event of CALL) {
      await runtime.handle(KEY, event);
      await runtime.tick();
      await clock.advanceBy(1000);
    }
    const flow = 'forwarding';
    expect(told.filter(({ type }) => STORY.includes(type))).toEqual([
      { type: 'call.begun', flow },
      { type: 'leg.begun', flow },
      { type: 'leg.verdict', flow, answeredBy: 'machine_start', seconds: 1 },
      { type: 'leg.begun', flow },
      { type: 'leg.ended', flow, result: 'answered', answeredBy: 'machine_start', seconds: 5 },
      { type: 'leg.verdict', flow, answeredBy: 'human', seconds: null },
      { type: 'call.connected', flow, seconds: 8 },
      { type: 'call.ended', flow, result: 'connected', seconds: 9 },
      { type: 'leg.ended', flow, result: 'bridged', answeredBy: 'human', seconds: 6 },
    ]);
  });

  it('a call is measured once, by the process that commits it, when two processes get every event twice at once', async () => {
    const alone = measured();
    for (const event of CALL) {
      await alone.runtime.handle(KEY, event);
      await alone.runtime.tick();
    }
    const [store, clock] = [createMemoryStore(), manualClock()];
    const told: Measurement[] = [];
    const metrics = (measurement: Measurement) => void told.push(measurement);
    const slow = around(store, {
      async read(...a) {
        const record = await store.read(...a);
        await new Promise((resolve) => setImmediate(resolve));
        return record;
      },
    });
    const nodes = [setup({ store: slow, clock, metrics }), setup({ store: slow, clock, metrics })];
    for (const event of CALL) {
      await Promise.all([...nodes, ...nodes].map(({ runtime }) => runtime.handle(KEY, event)));
      await Promise.all(nodes.map(({ runtime }) => runtime.tick()));
    }
    expect(storyOf(told).sort()).toEqual(storyOf(alone.told).sort());
    expect(told.filter(({ type }) => type === 'store.conflict').length).toBeGreaterThan(0);
    expect(told.filter(({ type }) => type === 'event.unchanged').length).toBeGreaterThanOrEqual(CALL.length * 3);
  });

  it('a second visit is measured as a second outcome', async () => {
    const { runtime, of } = measured();
    const options = {
      forwardTo: [NUMBERS.ann],
      fallback: { kind: 'redirect', url: 'https://example.com/on' },
    } as const;
    await runtime.handle(KEY, untimed(events.inbound({ options })));
    await runtime.handle(KEY, untimed(events.conference({ event: 'join' })));
    await runtime.handle(KEY, untimed(events.status({ leg: 1, status: 'busy' })));
    await runtime.handle(KEY, untimed(events.callerDocument()));
    await runtime.handle(KEY, untimed(events.inbound({ options, status: 'in-progress' })));
    await runtime.handle(KEY, untimed(events.callerStatus({ status: 'completed' })));
    expect(of('call.begun')).toHaveLength(2);
    expect(of('call.ended')).toMatchObject([{ result: 'handedOff' }, { result: 'callerLeft' }]);
  });

  it('an event that changed nothing is measured', async () => {
    const { runtime, told } = measured();
    await runtime.handle(KEY, inbound);
    told.length = 0;
    await runtime.handle(KEY, inbound);
    await runtime.handle(KEY, untimed(events.status({ leg: 9, status: 'ringing' })));
    expect(told).toEqual(Array(2).fill({ type: 'event.unchanged', flow: 'forwarding' }));
  });

  it('a timer is measured by how late it fired, and one that is not wanted is not measured', async () => {
    const { runtime, clock, of } = measured();
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    await clock.advanceBy(30_250);
    await runtime.tick();
    expect(of('timer.fired')).toEqual(
      expect.arrayContaining([{ type: 'timer.fired', flow: 'forwarding', seconds: 0.25 }]) as never,
    );
    const before = of('timer.fired').length;
    const stale = { type: 'timer', timer: 'deadline', dueAt: 1 } as never;
    await runtime.handle(KEY, stale);
    expect(of('timer.fired')).toHaveLength(before);
  });

  it('every request to Twilio is measured with its result and duration', async () => {
    const clock = manualClock();
    const execute = recorder({
      'call.create': async () => {
        await clock.advanceBy(400);
        return executions.notExecuted();
      },
    });
    const { runtime, of } = measured({ clock, execute });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    expect(of('twilio')).toEqual([{ type: 'twilio', effect: 'call.create', result: 'notExecuted', seconds: 0.4 }]);
  });

  it('a request withheld because another process may have sent it is measured', async () => {
    const [store, clock] = [createMemoryStore(), manualClock()];
    const first = setup({ store, clock, execute: recorder({ 'call.create': () => new Promise(() => undefined) }) });
    await first.runtime.handle(KEY, inbound);
    void first.runtime.tick();
    while (first.execute.effects.length === 0) await Promise.resolve();
    const second = measured({ store, clock });
    await clock.advanceBy(15_000);
    await second.runtime.tick();
    expect(second.of('twilio')).toEqual([{ type: 'twilio', effect: 'call.create', result: 'unknown', seconds: null }]);
  });

  it('a failed task is measured, and a store that cannot say what is due', async () => {
    const store = createMemoryStore();
    let broken = true;
    const failing = (name: 'claim' | 'commit'): Store =>
      around(store, {
        [name]: (...a: never[]) =>
          broken ? Promise.reject(new Error('away')) : (store[name] as (...b: never[]) => unknown)(...a),
      });
    const claims = measured({ store: failing('claim') });
    await claims.runtime.tick();
    expect(claims.of('task.failed')).toEqual([{ type: 'task.failed', flow: 'forwarding', task: 'claim' }]);

    broken = false;
    const commits = measured({ store: failing('commit') });
    await commits.runtime.handle(KEY, inbound);
    broken = true;
    await commits.runtime.tick();
    expect(commits.of('task.failed')).toEqual([{ type: 'task.failed', flow: 'forwarding', task: 'twilio' }]);
  });
});

describe('a hook for metrics that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('a bug'))],
  ])('a metrics hook that %s has no effect', async (_, metrics) => {
    const { runtime, state, clock } = setup({ metrics: metrics });
    for (const event of CALL) {
      await runtime.handle(KEY, event);
      await runtime.tick();
      await clock.advanceBy(1000);
    }
    expect(await state()).toMatchObject({ result: 'connected' });
  });

  it('a metrics hook that is not a function is refused', () => {
    expect(() => setup({ metrics: {} as never })).toThrow(new TypeError('"metrics" must be a function'));
  });
});
