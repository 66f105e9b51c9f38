import type { Clock } from '@amd/core';

/** Thrown where a process would have ended: only code of the dead process can catch it. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** One process from its start to its death: a dead one receives, does and sends nothing. */
export class ProcessLife {
  #dead = false;
  readonly #onDeath: () => void;

  /** `onDeath` is called once. */
  constructor(onDeath: () => void) {
    this.#onDeath = onDeath;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Never returns. */
  die(): never {
    if (!this.#dead) {
      this.#dead = true;
      this.#onDeath();
    }
    throw new Crash('the process was killed');
  }

  /** Ends it when the run is over: from now on it counts as dead, without calling `onDeath`. */
  end(): void {
    this.#dead = true;
  }

  /** @throws Crash */
  mustLive(): void {
    if (this.#dead) this.die();
  }

  /** Creates a clock that is `skewMs` ahead, and that wakes no dead process. */
  clock(clock: Clock, skewMs: number): Clock {
    return {
      now: () => clock.now() + skewMs,
      wakeAt: (at, run) =>
        clock.wakeAt(at - skewMs, () => {
          if (!this.#dead) run();
        }),
    };
  }
}
