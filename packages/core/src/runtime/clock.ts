import { AmdError } from '../kernel/errors.js';
import type { EpochMs } from '../kernel/flow.js';

/** Begins now; each call says how many seconds it has been. */
export function stopwatch(clock: Clock): () => number {
  const read = (): number => clock.elapsed?.() ?? clock.now();
  const began = read();
  return () => Math.max(0, read() - began) / 1000;
}

/** Where the runtime gets its time. A test passes a virtual one. */
export interface Clock {
  now(): EpochMs;
  /** Runs `run` once, at or after `at`; returns a function that cancels it. */
  wakeAt(at: EpochMs, run: () => void): () => void;
  /** Milliseconds since some moment, with fractions, for measuring; what corrects the clock does not touch it. Default: `now`. */
  elapsed?(): number;
}

/**
 * A clock that never goes back, nor stands still when the one below is set back: it goes on as `elapsed` does, until the one
 * below has caught up. Set forth, it follows. What was to be waited for is waited for as long as was meant, whatever becomes
 * of the clock meanwhile. Without `elapsed` a step is told by its sign alone, so that steps to and fro add up.
 * It says whole milliseconds, whatever the one below says: some databases and addresses take no fraction.
 */
export function monotonicClock(clock: Clock): Clock {
  const elapsed = clock.elapsed?.bind(clock) ?? forwards(() => clock.now());
  let from = { at: clock.now(), elapsed: elapsed() };

  function now(): EpochMs {
    const read = { at: clock.now(), elapsed: elapsed() };
    const least = Math.floor(from.at + (read.elapsed - from.elapsed));
    if (read.at > least) from = read;
    return Math.max(Math.floor(read.at), least);
  }

  return {
    now,
    elapsed,
    wakeAt: (at, run) => clock.wakeAt(clock.now() + at - now(), run),
  };
}

/** How far a clock has gone forwards. */
function forwards(now: () => EpochMs): () => number {
  let [last, sum] = [now(), 0];
  return () => {
    const read = now();
    sum += Math.max(0, read - last);
    last = read;
    return sum;
  };
}

/** The machine's clock, which never goes back. Its timers do not keep a process alive. */
export const systemClock: Clock = monotonicClock({
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
});

/** The clock that was given, or the machine's: neither goes back, and both say whole milliseconds. */
export function clockFrom(given: Clock | undefined): Clock {
  return given === undefined ? systemClock : monotonicClock(given);
}

/**
 * The work's result, or `ERR_TIMEOUT` when it takes longer. The work itself goes on.
 * @throws AmdError `ERR_TIMEOUT`, or what the work throws
 */
export async function within<T>(clock: Clock, ms: number, what: string, work: () => Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.wakeAt(clock.now() + ms, () => {
      reject(new AmdError('ERR_TIMEOUT', `${what} took longer than ${String(ms)} ms`));
    });
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    cancel();
  }
}
