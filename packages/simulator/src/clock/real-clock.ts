import type { RealClock } from './clock.js';

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Real time, `speed` times as fast: with speed 20 a ring of 20 s takes one second. */
export function realClock(options: { speed?: number } = {}): RealClock {
  const speed = options.speed ?? 1;
  if (!(speed > 0)) throw new TypeError('"speed" must be a positive number');
  const start = Date.now();
  let pending = 0;
  const now = (): number => start + (Date.now() - start) * speed;
  return {
    virtual: false,
    speed,
    now,
    pending: () => pending,
    wakeAt(at, run) {
      let timer: NodeJS.Timeout | undefined;
      let open = true;
      pending += 1;
      const close = (): void => {
        if (open) pending -= 1;
        open = false;
      };
      const arm = (): void => {
        const ms = Math.max(0, (at - now()) / speed);
        timer = setTimeout(
          () => {
            if (at > now() + 1 && ms >= LONGEST_TIMEOUT_MS) return arm();
            close();
            run();
          },
          Math.min(Math.ceil(ms), LONGEST_TIMEOUT_MS),
        );
      };
      arm();
      return () => {
        clearTimeout(timer);
        close();
      };
    },
  };
}
