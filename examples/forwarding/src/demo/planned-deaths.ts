import type { SimulatorClock } from '@amd/simulator';
import type { Death, Moment } from './chaos-scenarios.js';

/** One death as it happened, by the simulator's clock. */
export interface Died {
  readonly when: Moment;
  readonly at: number;
  /** When the app answered again; absent: not yet. */
  readonly backAt?: number;
}

export interface PlannedDeaths {
  /** Something happened; `true` when the app is killed for it at once. */
  happens(moment: Moment): boolean;
  died(at: number): void;
  back(at: number): void;
  readonly all: readonly Died[];
}

/** The deaths of one call, one after the other: the next one is waited for when the app is back from the last. */
export function planDeaths(
  plan: readonly Death[],
  parts: { readonly clock: Pick<SimulatorClock, 'now' | 'wakeAt'>; readonly kill: () => void },
): PlannedDeaths {
  const { clock, kill } = parts;
  const all: Died[] = [];
  let next = 0;
  /** For this moment the app is about to be killed, or dead. */
  let present: Moment | null = null;
  return {
    all,
    happens(moment) {
      const death = plan[next];
      if (present !== null || death?.when !== moment) return false;
      present = moment;
      next += 1;
      if (death.afterMs === undefined) {
        kill();
        return true;
      }
      clock.wakeAt(clock.now() + death.afterMs, () => {
        kill();
      });
      return false;
    },
    died(at) {
      all.push({ when: present ?? 'calling', at });
    },
    back(at) {
      const last = all.pop();
      if (last !== undefined) all.push({ ...last, backAt: last.backAt ?? at });
      present = null;
    },
  };
}
