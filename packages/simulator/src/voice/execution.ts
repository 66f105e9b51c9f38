import type { SimulatorClock } from '../clock/clock.js';

/**
 * One run of TwiML on one call. When it is cancelled (hang-up, redirect), whatever it waits for never resolves: the promise stays
 * pending and is collected, so no verb has to check whether it is still needed.
 */
export class Execution {
  readonly #clock: SimulatorClock;
  readonly #cleanups = new Set<() => void>();
  alive = true;

  constructor(clock: SimulatorClock) {
    this.#clock = clock;
  }

  /** Waits `ms` on the simulator's clock. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.onCancel(() => cancel());
      const cancel = this.#clock.wakeAt(this.#clock.now() + ms, () => {
        forget();
        if (this.alive) resolve();
      });
    });
  }

  /** Waits for an outside promise; never returns if the run was cancelled meanwhile. */
  async guard<Value>(promise: Promise<Value>): Promise<Value> {
    const value = await promise;
    if (!this.alive) await new Promise(() => undefined);
    return value;
  }

  /** Calls `run` when the execution is cancelled; the returned function forgets it. */
  onCancel(run: () => void): () => void {
    this.#cleanups.add(run);
    return () => this.#cleanups.delete(run);
  }

  /** Creates a run inside this one that can be cancelled alone. */
  part(): Execution {
    const part = new Execution(this.#clock);
    this.onCancel(() => part.cancel());
    return part;
  }

  cancel(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const run of this.#cleanups) run();
    this.#cleanups.clear();
  }
}
