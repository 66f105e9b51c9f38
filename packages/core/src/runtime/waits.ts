/** Waiting for other processes: in real time, whatever the clock is, as it is no part of any simulation. */
export interface Waits {
  /** Milliseconds since some moment. */
  readonly elapsed: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export const REAL_WAITS: Waits = {
  elapsed: () => performance.now(),
  pause: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
  random: () => Math.random(),
};
