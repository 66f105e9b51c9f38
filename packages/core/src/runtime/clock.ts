import type { EpochMs } from '../kernel/flow.js';

/** Where the runtime gets its time. A test passes a virtual one. */
export interface Clock {
  now(): EpochMs;
  /** Runs `run` once, at or after `at`; returns a function that cancels it. */
  wakeAt(at: EpochMs, run: () => void): () => void;
  /** Milliseconds since some moment, with fractions, for measuring; what corrects the clock does not touch it. Default: `now`. */
  elapsed?(): number;
}

/** The machine's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wakeAt: (at, run) => {
    // setTimeout cannot wait longer than 2^31-1 ms; whoever wakes early looks again.
    const timer = setTimeout(run, Math.min(Math.max(0, at - Date.now()), 2_147_483_647));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
