import type { RealClock } from './clock.js';

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Creates a clock of real time in whole ms, `speed` times as fast: at 20× a ring of 20 s takes one second. */
export function realClock(options: { speed?: number } = {}): RealClock {
  let speed = positive(options.speed ?? 1);
  // Corrections of the machine's clock must not affect a ringing phone.
  let from = { real: performance.now(), simulated: Date.now() };
  const pending = new Set<{ readonly rearm: () => void }>();
  const now = (): number => from.simulated + (performance.now() - from.real) * speed;
  return {
    virtual: false,
    get speed() {
      return speed;
    },
    setSpeed(wanted) {
      from = { real: performance.now(), simulated: now() };
      speed = positive(wanted);
      for (const wakeUp of pending) wakeUp.rearm();
    },
    // Whole milliseconds, like other clocks.
    now: () => Math.floor(now()),
    pending: () => pending.size,
    wakeAt(at, run) {
      let timer: NodeJS.Timeout | undefined;
      const arm = (): void => {
        const ms = Math.max(0, (at - now()) / speed);
        timer = setTimeout(
          () => {
            if (at > now() + 1 && ms >= LONGEST_TIMEOUT_MS) return arm();
            pending.delete(wakeUp);
            run();
          },
          Math.min(Math.ceil(ms), LONGEST_TIMEOUT_MS),
        );
      };
      const wakeUp = {
        rearm: () => {
          clearTimeout(timer);
          arm();
        },
      };
      pending.add(wakeUp);
      arm();
      return () => {
        clearTimeout(timer);
        pending.delete(wakeUp);
      };
    },
  };
}

function positive(speed: number): number {
  if (speed > 0) return speed;
  throw new TypeError('"speed" must be a positive number');
}
