import { isVirtual } from './clock.js';
import type { SimulatorClock } from './clock.js';

/** A clock that counts the wake-ups set through it: Twilio's own, on a clock that the application uses too. */
export interface CountedClock extends SimulatorClock {
  readonly virtual: boolean;
  /** Wake-ups neither run nor cancelled. */
  planned(): number;
  /** True while a wake-up is being set through it. */
  isSetting(): boolean;
}

/** Counts what is set through the returned clock, but not what is set on `clock` directly. */
export function countedClock(clock: SimulatorClock): CountedClock {
  let planned = 0;
  let isSetting = false;
  return {
    virtual: isVirtual(clock),
    now: () => clock.now(),
    planned: () => planned,
    isSetting: () => isSetting,
    wakeAt(at, run) {
      let open = true;
      const close = (): void => {
        if (open) planned -= 1;
        open = false;
      };
      planned += 1;
      isSetting = true;
      const cancel = clock.wakeAt(at, () => {
        close();
        run();
      });
      isSetting = false;
      return () => {
        close();
        cancel();
      };
    },
  };
}
