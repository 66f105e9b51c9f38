import type { SimulatorClock } from './clock.js';

/** Counts what is under way outside the clock: webhooks and REST requests. */
export class PendingWork {
  #count = 0;
  #waiting: (() => void)[] = [];
  /** Set whenever something begins; the settle loop clears it with `untouch()`. */
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

  /** How many of those under way no clock moves: a question to a real database, for one. */
  held = 0;

  /** Keeps virtual time where it is until `outside` is done. */
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

  /** How many of those under way wait for the clock itself; they are not in `count` meanwhile. */
  sleeping = 0;
  /** Called when one more begins to wait for the clock. */
  onAsleep: (() => void) | undefined;

  /** Waits on the clock from inside something that is under way: the clock may move for it. */
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

  /** Resolves when nothing is under way, or when something began to wait for the clock. */
  whenIdle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
