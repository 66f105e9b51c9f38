import type { Clock } from './clock.js';

/** Begins now; each call says how many seconds it has been. */
export function stopwatch(clock: Clock): () => number {
  const read = (): number => clock.elapsed?.() ?? clock.now();
  const began = read();
  return () => Math.max(0, read() - began) / 1000;
}
