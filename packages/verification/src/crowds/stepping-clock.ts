import type { Clock } from '@amd/core';

/** Creates a machine's clock that is set every second, back by up to this much of the true time, and forward again. */
export function steppingClock(clock: Clock, random: () => number, mostMs: number): Clock {
  const began = clock.now();
  const behind: number[] = [0];
  const now = (): number => {
    const second = Math.floor((clock.now() - began) / 1000);
    while (behind.length <= second) behind.push(Math.round(random() * mostMs));
    return clock.now() - (behind[second] ?? 0);
  };
  return { now, elapsed: () => clock.now(), wakeAt: (at, run) => clock.wakeAt(clock.now() + at - now(), run) };
}
