import { isVirtual } from './clock.js';
import type { SimulatorClock, VirtualClock } from './clock.js';
import type { PendingWork } from './pending-work.js';

/** Virtual time after which `settle()` without an end throws: a run that never ends is a mistake (30 days, in ms). */
const LONGEST_RUN_MS = 30 * 24 * 3600 * 1000;
/** Macrotasks the application may use after something was under way: what it starts next must begin before time moves. */
const ROUNDS = 3;

/** Rounds without any change after which what is in flight must be waiting for the clock. */
const STALLED_ROUNDS = 10;

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface SettleLoop {
  /** Runs until nothing is left to happen, or until `until` (epoch ms) with the clock left there. */
  run(until?: number): Promise<void>;
}

/**
 * Makes the loop behind `settle()` and `advance()`. It moves a virtual clock only when nothing in flight could go on
 * without it; with a real clock it waits.
 */
export function createSettleLoop(options: {
  clock: SimulatorClock;
  pending: PendingWork;
  idle?: (() => Promise<void>) | undefined;
  /** Real clocks only: whether anything is still going on. */
  busy: () => boolean;
}): SettleLoop {
  const { clock, pending, idle, busy } = options;
  let last: Promise<void> = Promise.resolve();

  /** Waits for what is in flight; true if that waits for the clock, directly or through an answer that does. */
  async function stalled(): Promise<boolean> {
    while (pending.count > 0) {
      if (pending.sleeping === 0) {
        await pending.whenIdle();
        continue;
      }
      pending.untouch();
      const before = pending.count;
      for (let round = 0; round < STALLED_ROUNDS; round += 1) await macrotask();
      if (pending.held === 0 && pending.sleeping > 0 && !pending.touched && pending.count === before) return true;
    }
    return false;
  }

  /**
   * Waits for the application's own work, but not while an answer is asleep on the clock: the application may be waiting
   * for that very answer. Then it gets some macrotasks instead.
   */
  async function applicationIdle(idle: () => Promise<void>): Promise<void> {
    if (pending.sleeping > 0) {
      do for (let round = 0; round < STALLED_ROUNDS; round += 1) await macrotask();
      while (pending.held > 0);
      return;
    }
    try {
      await new Promise<void>((resolve, reject) => {
        pending.onAsleep = resolve;
        idle().then(resolve, reject);
      });
    } finally {
      pending.onAsleep = undefined;
    }
  }

  async function quiet(): Promise<void> {
    do {
      pending.untouch();
      await macrotask();
      if (pending.touched || pending.count > 0) {
        if (await stalled()) return;
        for (let round = 0; round < ROUNDS; round += 1) await macrotask();
      }
      if (idle !== undefined) await applicationIdle(idle);
    } while (pending.touched || pending.count > 0);
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
    const done = (): boolean => (until === undefined ? pending.count === 0 && !busy() : clock.now() >= until);
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
