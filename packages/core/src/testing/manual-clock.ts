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
}

interface WakeUp {
  readonly at: EpochMs;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export function manualClock(options: { readonly start?: EpochMs } = {}): ManualClock {
  let now = options.start ?? START;
  let wakeUps: WakeUp[] = [];

  async function advanceTo(at: EpochMs, between?: () => Promise<unknown>): Promise<void> {
    if (!(at >= now)) throw new RangeError(`time never goes back: it is ${String(now)}, not ${String(at)}`);
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
    now: () => now,
    wakeAt(at, run) {
      const wakeUp: WakeUp = { at, run };
      wakeUps.push(wakeUp);
      return () => {
        wakeUps = wakeUps.filter((candidate) => candidate !== wakeUp);
      };
    },
    advanceTo,
    advanceBy: (ms, between) => advanceTo(now + ms, between),
  };
}

function earliest(wakeUps: readonly WakeUp[]): WakeUp | undefined {
  let first: WakeUp | undefined;
  for (const wakeUp of wakeUps) if (first === undefined || wakeUp.at < first.at) first = wakeUp;
  return first;
}
