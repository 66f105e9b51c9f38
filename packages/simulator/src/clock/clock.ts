/** The part of time that the simulator and an application under test need. */
export interface SimulatorClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once at `at` (epoch ms; the past means as soon as possible). Returns a function that cancels it. */
  wakeAt(at: number, run: () => void): () => void;
}

/** A clock that stands still until it is stepped. */
export interface VirtualClock extends SimulatorClock {
  readonly virtual: true;
  /** When the next wake-up is due (epoch ms), or undefined if none is. */
  next(): number | undefined;
  /** Moves to the next wake-up and runs it; false if there is none. */
  step(): boolean;
  /** Moves forward to `at` without running anything; refuses to jump over a wake-up or back in time. */
  moveTo(at: number): void;
  /**
   * Called for each wake-up that is set, with the place in the code that set it. Slow; `settle()` uses it to name what never
   * ends.
   */
  onWakeAt?: ((at: number, place: string) => void) | undefined;
}

/** A clock that runs in real time. */
export interface RealClock extends SimulatorClock {
  readonly virtual: false;
  /** How many times faster than the wall clock. */
  readonly speed: number;
  /** Continues at another speed; time never jumps. */
  setSpeed(speed: number): void;
  /** Wake-ups not yet run. */
  pending(): number;
}

/** True for a clock that has to be stepped. */
export function isVirtual(clock: SimulatorClock): clock is VirtualClock {
  return (clock as Partial<VirtualClock>).virtual === true;
}
