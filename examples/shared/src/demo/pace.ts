import type { Simulator } from '@amd/simulator';

/** In a tour the simulator's seconds are this much shorter than real ones. */
export const SPEED = 30;
/** How often simulated time advances, in real ms. */
const TICK_MS = 10;
/** A machine that was busy or asleep for longer than this, in real ms, does not make up for it. */
const LONGEST_TICK_MS = 100;

/** Simulated time that advances by itself. */
export interface Pace {
  setSpeed(speed: number): void;
  /** Resolves when the condition holds; it is checked repeatedly while time advances. */
  until(isSo: () => boolean): Promise<void>;
  stop(): void;
}

/**
 * Advances the virtual clock of a simulator at a multiple of real time. It stands still while a webhook or a REST request is in
 * progress, and every timer fires at its moment: measurements do not depend on how fast this machine is.
 */
export function startPace(sim: Simulator, speed: number): Pace {
  let last = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const waiting = new Set<{ readonly isSo: () => boolean; readonly resolve: () => void }>();

  async function tick(): Promise<void> {
    const now = performance.now();
    const ms = Math.min(now - last, LONGEST_TICK_MS);
    last = now;
    await sim.advance(Math.round(ms * speed));
    for (const one of waiting) {
      if (!one.isSo()) continue;
      waiting.delete(one);
      one.resolve();
    }
    if (!isStopped) next();
  }
  function next(): void {
    timer = setTimeout(() => void tick(), TICK_MS);
  }

  next();
  return {
    setSpeed(wanted) {
      speed = wanted;
    },
    until: (isSo) =>
      new Promise((resolve) => {
        waiting.add({ isSo, resolve });
      }),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
