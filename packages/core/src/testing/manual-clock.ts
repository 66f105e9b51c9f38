import type { EpochMs } from '../kernel/flow.js';
import type { Clock } from '../runtime/clock.js';
import { START } from './defaults.js';

export interface ManualClock extends Clock {
  /**
   * Advances to a time and runs what is due on the way, in order. `between` is awaited after each wake-up, for work that must
   * finish before time goes on: `clock.advanceTo(at, () => runtime.idle())`.
   * @throws RangeError if the time lies in the past: time never goes back
   */
  advanceTo(at: EpochMs, between?: () => Promise<unknown>): Promise<void>;
  advanceBy(ms: number, between?: () => Promise<unknown>): Promise<void>;
  /** Sets the clock forward, or back if below 0. A wake-up due in ten seconds is still due in ten seconds. */
  step(ms: number): void;
}

interface WakeUp {
  readonly at: EpochMs;
  readonly run: () => void;
}

/** Creates a clock that stands still until it is advanced. */
export function manualClock(options: { readonly start?: EpochMs } = {}): ManualClock {
  /** The elapsed time, and the clock's offset from it. */
  let now = options.start ?? START;
  let ahead = 0;
  let wakeUps: WakeUp[] = [];

  async function advanceTo(wanted: EpochMs, between?: () => Promise<unknown>): Promise<void> {
    const at = wanted - ahead;
    if (!(at >= now)) {
      throw new RangeError(`time never goes back: it is ${String(now + ahead)}, not ${String(wanted)}`);
    }
    for (;;) {
      const next = earliest(wakeUps);
      if (next === undefined || next.at > at) break;
      wakeUps = wakeUps.filter((wakeUp) => wakeUp !== next);
      now = Math.max(now, next.at);
      next.run();
      if (between !== undefined) await between();
    }
    now = at;
  }

  return {
    now: () => now + ahead,
    elapsed: () => now,
    wakeAt(at, run) {
      const wakeUp: WakeUp = { at: at - ahead, run };
      wakeUps.push(wakeUp);
      return () => {
        wakeUps = wakeUps.filter((candidate) => candidate !== wakeUp);
      };
    },
    advanceTo,
    advanceBy: (ms, between) => advanceTo(now + ahead + ms, between),
    step(ms) {
      ahead += ms;
    },
  };
}

function earliest(wakeUps: readonly WakeUp[]): WakeUp | undefined {
  let first: WakeUp | undefined;
  for (const wakeUp of wakeUps) if (first === undefined || wakeUp.at < first.at) first = wakeUp;
  return first;
}
