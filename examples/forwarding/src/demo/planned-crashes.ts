import type { SimulatorClock } from '@amd/simulator';
import type { PlannedCrash, Moment } from './chaos-scenarios.js';

/** One crash as it happened, by the simulator's clock. */
export interface Crash {
  readonly when: Moment;
  readonly at: number;
  /** When the app answered again; absent: not yet. */
  readonly backAt?: number;
}

export interface PlannedCrashes {
  /** Reports a moment of the call; returns `true` if the app is killed for it at once. */
  happens(moment: Moment): boolean;
  crashed(at: number): void;
  back(at: number): void;
  readonly all: readonly Crash[];
}

/** Kills the app according to one call's plan; the next crash waits until the app is back from the last. */
export function planCrashes(
  plan: readonly PlannedCrash[],
  parts: { readonly clock: Pick<SimulatorClock, 'now' | 'wakeAt'>; readonly kill: () => void },
): PlannedCrashes {
  const { clock, kill } = parts;
  const all: Crash[] = [];
  let next = 0;
  /** The moment for which the app is about to be killed, or is down. */
  let present: Moment | null = null;
  return {
    all,
    happens(moment) {
      const crash = plan[next];
      if (present !== null || crash?.when !== moment) return false;
      present = moment;
      next += 1;
      if (crash.afterMs === undefined) {
        kill();
        return true;
      }
      clock.wakeAt(clock.now() + crash.afterMs, () => {
        kill();
      });
      return false;
    },
    crashed(at) {
      all.push({ when: present ?? 'calling', at });
    },
    back(at) {
      const last = all.pop();
      if (last !== undefined) all.push({ ...last, backAt: last.backAt ?? at });
      present = null;
    },
  };
}
