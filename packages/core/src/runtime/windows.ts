import type { EpochMs } from '../kernel/flow.js';
import type { Clock } from './clock.js';

/** With less time left than this, in ms, nothing more is begun. */
export const HURRY_MS = 500;

/** With less time left than this, in ms, no call is created. */
export const CREATE_MS = 3_000;

/** What is kept of the time that is left, in ms, to write down what came of a request. */
export const WRITE_MS = 250;

/**
 * The times in which a process may work that is frozen in between, as on a serverless host. Several requests may be served at the
 * same time: the process goes on until the last of them is answered.
 */
export function createWindows(clock: Clock): {
  /** How long this process goes on, in ms; `Infinity`: it runs on; 0: it is between two windows. */
  readonly leftMs: () => number;
  /** Works until it is done, or until `by`; what is under way then is left to itself. */
  readonly within: (by: EpochMs, work: () => Promise<void>) => Promise<void>;
  /** This process runs on: it has a scheduler. */
  readonly runOn: () => void;
} {
  const ends = new Set<{ readonly by: EpochMs }>();
  let runsOn = false;

  return {
    leftMs: () => {
      if (runsOn) return Infinity;
      return Math.max(0, Math.max(0, ...[...ends].map(({ by }) => by)) - clock.now());
    },
    runOn: () => {
      runsOn = true;
    },
    async within(by, work) {
      const end = { by };
      let cancel = (): void => undefined;
      ends.add(end);
      try {
        if (by === Infinity) await work();
        else {
          const over = new Promise<void>((resolve) => {
            cancel = clock.wakeAt(by, resolve);
          });
          await Promise.race([work(), over]);
        }
      } finally {
        cancel();
        ends.delete(end);
      }
    },
  };
}
