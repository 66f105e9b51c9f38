import type { EpochMs } from '../kernel/flow.js';
import type { Clock } from '../runtime/clock.js';
import { START } from './defaults.js';

export interface ManualClock extends Clock {
  /**
   * Goes on to a time, running what is due on the way, in order. `between` is awaited after each wake-up, for whoever
   * must finish before time goes on: `clock.advanceTo(at, () => runtime.idle())`.
   * @throws RangeError when the time lies in the past: time never goes back
   */
  advanceTo(at: EpochMs, between?: () => Promise<unknown>): Promise<void>;
  advanceBy(ms: number, between?: () => Promise<unknown>): Promise<void>;
  /** Somebody sets the clock: back, when it is below 0. What was to be woken in ten seconds still is. */
  step(ms: number): void;
}

interface WakeUp {
  readonly at: EpochMs;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export function manualClock(options: { readonly start?: EpochMs } = {}): ManualClock {
  /** Time as it goes by, and how far the clock is from it. */
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
