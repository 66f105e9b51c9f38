import type { Clock } from '@amd/core';

/** Runs repeatedly until it is stopped. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let cancel = clock.wakeAt(clock.now() + ms, again);
  function again(): void {
    cancel = clock.wakeAt(clock.now() + ms, again);
    run();
  }
  return () => {
    cancel();
  };
}

/** Combines many changes within `ms` into one run. */
export function soon(
  clock: Clock,
  ms: number,
  listen: (change: () => void) => () => void,
  run: () => void,
): () => void {
  let cancel: (() => void) | null = null;
  const stop = listen(() => {
    cancel ??= clock.wakeAt(clock.now() + ms, () => {
      cancel = null;
      run();
    });
  });
  return () => {
    stop();
    cancel?.();
  };
}
