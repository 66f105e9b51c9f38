import {
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  systemClock,
  type Clock,
  type Effect,
  type Flow,
  type Store,
} from '@amd/core';

export interface Timers {
  readonly timers: number;
  readonly p99Ms: number;
  readonly early: number;
  /** Fired more or less than once. */
  readonly notOnce: number;
}

interface State {
  readonly rung: number;
}
type Event =
  | { readonly type: 'set'; readonly at: number; readonly dueAt: number }
  | { readonly type: 'timer'; readonly at: number };

/** A flow that only sets a timer and counts how often it fires. */
const bell: Flow<State, Event, Effect, null, unknown> = {
  name: 'bell',
  schema: 1,
  initial: () => ({ rung: 0 }),
  transition: (state, event) =>
    event.type === 'set'
      ? {
          state: { rung: 0 },
          effects: [{ type: 'timer.start', id: 'bell', timer: 'bell', dueAt: event.dueAt }],
          reply: null,
          keepForMs: null,
        }
      : { state: { rung: state.rung + 1 }, effects: [], reply: null, keepForMs: null },
};

/** Fires this many timers within a few seconds of real time, and measures how late they are. */
export async function ringTimers(store: Store, timers: number, clock: Clock = systemClock): Promise<Timers> {
  const runtime = createRuntime({
    flow: bell,
    config: DEFAULT_FORWARDING_CONFIG,
    store,
    clock,
    execute: () => Promise.reject(new Error('nothing is asked of Twilio')),
  });
  const due = new Map<string, number>();
  const lateMs: number[] = [];
  const rung = new Map<string, number>();
  let [early, done] = [0, (): void => undefined];
  const all = new Promise<void>((resolve) => (done = resolve));
  runtime.events.on('committed', ({ key, event }) => {
    if (event.type !== 'timer') return;
    const late = clock.now() - (due.get(key) ?? 0);
    if (late < 0) early += 1;
    lateMs.push(late);
    rung.set(key, (rung.get(key) ?? 0) + 1);
    if (rung.size === timers) done();
  });
  runtime.start();
  const first = clock.now() + 2000;
  await Promise.all(
    Array.from({ length: timers }, (_, index) => {
      const key = `bell:${String(index)}`;
      const dueAt = first + Math.floor((index * 5000) / timers);
      due.set(key, dueAt);
      return runtime.handle(key, { type: 'set', dueAt } as never);
    }),
  );
  await all;
  // A process that would fire one twice does so now.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await runtime.stop();
  lateMs.sort((a, b) => a - b);
  const notOnce = [...rung.values()].filter((times) => times !== 1).length;
  return { timers, p99Ms: lateMs[Math.ceil(lateMs.length * 0.99) - 1] ?? Infinity, early, notOnce };
}
