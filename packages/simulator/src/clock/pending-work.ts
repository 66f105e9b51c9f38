import type { SimulatorClock } from './clock.js';

/** Counts work in progress outside the clock: webhooks and REST requests. */
export class PendingWork {
  #count = 0;
  #waiting: (() => void)[] = [];
  /** Set whenever work begins; the settle loop clears it with `untouch()`. */
  touched = false;

  untouch(): void {
    this.touched = false;
  }

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count += 1;
    this.touched = true;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#resume();
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  /** How much of the work in progress does not depend on the clock: a query to a real database, for example. */
  held = 0;

  /** Stops virtual time until `outside` is done. */
  async hold<T>(outside: Promise<T>): Promise<T> {
    this.held += 1;
    this.begin();
    try {
      return await outside;
    } finally {
      this.held -= 1;
      this.end();
    }
  }

  /** How much of the work in progress waits for the clock itself; it is not in `count` meanwhile. */
  sleeping = 0;
  /** Called when more work begins to wait for the clock. */
  onAsleep: (() => void) | undefined;

  /** Waits on the clock from inside work in progress: the clock may move for it. */
  sleep(clock: SimulatorClock, ms: number): Promise<void> {
    this.sleeping += 1;
    this.end();
    this.#resume();
    this.onAsleep?.();
    return new Promise((resolve) => {
      clock.wakeAt(clock.now() + ms, () => {
        this.sleeping -= 1;
        this.begin();
        resolve();
      });
    });
  }

  /** Resolves when no work is in progress, or when some began to wait for the clock. */
  whenIdle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
