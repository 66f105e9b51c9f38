import type { Clock } from '@amd/core';

/** Thrown where a process would have ended. Whoever catches it belongs to the dead. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** One process from its start to its death: the dead hear nothing, do nothing and say nothing. */
export class Life {
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

  /** When the play is over: from now on as dead, and nobody is told. */
  end(): void {
    this.#dead = true;
  }

  /** @throws Crash */
  mustLive(): void {
    if (this.#dead) this.die();
  }

  /** The same clock, `skewMs` ahead, that wakes no dead. */
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
