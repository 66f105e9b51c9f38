import { isVirtual } from './clock.js';
import type { SimulatorClock, VirtualClock } from './clock.js';
import type { Work } from './work.js';

/** Virtual time after which a run that never ends is called a mistake (30 days, in ms). */
const LONGEST_RUN_MS = 30 * 24 * 3600 * 1000;
/** Macrotask rounds given to the application after something was under way. */
const ROUNDS = 3;

/** Rounds without any change after which what is in flight must be waiting for the clock. */
const STALLED_ROUNDS = 10;

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface Pump {
  /** Runs until nothing is left to happen, or until `until` (epoch ms) with the clock left there. */
  run(until?: number): Promise<void>;
}

/** Moves a virtual clock, and only when nothing is in flight that could go on without it; with a real clock it just waits. */
export function createPump(options: {
  clock: SimulatorClock;
  work: Work;
  idle?: (() => Promise<void>) | undefined;
  /** Real clocks only: whether anything is still going on. */
  busy: () => boolean;
}): Pump {
  const { clock, work, idle, busy } = options;
  let last: Promise<void> = Promise.resolve();

  /** Waits for what is in flight; true if it waits for the clock, directly or through an answer that does. */
  async function stalled(): Promise<boolean> {
    while (work.count > 0) {
      if (work.sleeping === 0) {
        await work.whenIdle();
        continue;
      }
      work.untouch();
      const before = work.count;
      for (let round = 0; round < STALLED_ROUNDS; round += 1) await macrotask();
      if (work.held === 0 && work.sleeping > 0 && !work.touched && work.count === before) return true;
    }
    return false;
  }

  /**
   * Waits for the application's own work, but not while an answer is asleep on the clock: the application may be waiting
   * for that very answer. Then it gets some rounds instead.
   */
  async function applicationIdle(idle: () => Promise<void>): Promise<void> {
    if (work.sleeping > 0) {
      do for (let round = 0; round < STALLED_ROUNDS; round += 1) await macrotask();
      while (work.held > 0);
      return;
    }
    try {
      await new Promise<void>((resolve, reject) => {
        work.onAsleep = resolve;
        idle().then(resolve, reject);
      });
    } finally {
      work.onAsleep = undefined;
    }
  }

  async function quiet(): Promise<void> {
    do {
      work.untouch();
      await macrotask();
      if (work.touched || work.count > 0) {
        if (await stalled()) return;
        for (let round = 0; round < ROUNDS; round += 1) await macrotask();
      }
      if (idle !== undefined) await applicationIdle(idle);
    } while (work.touched || work.count > 0);
  }

  async function runVirtual(virtual: VirtualClock, until: number | undefined): Promise<void> {
    const limit = until ?? virtual.now() + LONGEST_RUN_MS;
    for (;;) {
      await quiet();
      const next = virtual.next();
      if (next === undefined) break;
      if (next > limit) {
        if (until === undefined) throw new Error('settle(): still busy after 30 days; pass settle(until)');
        break;
      }
      virtual.step();
    }
    if (until !== undefined && until > virtual.now()) virtual.moveTo(until);
  }

  async function runReal(until: number | undefined): Promise<void> {
    const done = (): boolean => (until === undefined ? work.count === 0 && !busy() : clock.now() >= until);
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
    await idle?.();
  }

  return {
    run(until) {
      const turn = (): Promise<void> => (isVirtual(clock) ? runVirtual(clock, until) : runReal(until));
      const result = last.then(turn);
      last = result.catch(() => undefined);
      return result;
    },
  };
}
