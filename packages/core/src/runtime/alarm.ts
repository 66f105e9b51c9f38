import type { EpochMs } from '../kernel/flow.js';
import type { Clock } from './clock.js';

/** Wakes the runtime when something is due: the earliest time it was told, and each poll. */
export class Alarm {
  readonly #clock: Clock;
  readonly #pollMs: number | null;
  readonly #ring: () => void;
  #pending: EpochMs[] = [];
  #wakeAt: EpochMs | null = null;
  #cancel: (() => void) | null = null;
  #running = false;

  constructor(clock: Clock, pollMs: number | null, ring: () => void) {
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#ring = ring;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.at(this.#clock.now());
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
    this.#cancel = null;
    this.#wakeAt = null;
  }

  /** Something is due at this time. */
  at(time: EpochMs): void {
    insert(this.#pending, time);
    if (this.#running) this.#arm();
  }

  #arm(): void {
    const now = this.#clock.now();
    const next = Math.max(
      now,
      Math.min(this.#pending[0] ?? Infinity, this.#pollMs === null ? Infinity : now + this.#pollMs),
    );
    if (next === Infinity || (this.#wakeAt !== null && this.#wakeAt <= next)) return;
    this.#cancel?.();
    this.#wakeAt = next;
    this.#cancel = this.#clock.wakeAt(next, () => {
      this.#wake();
    });
  }

  #wake(): void {
    this.#wakeAt = null;
    this.#cancel = null;
    if (!this.#running) return;
    const now = this.#clock.now();
    const later = this.#pending.findIndex((time) => time > now);
    this.#pending = later === -1 ? [] : this.#pending.slice(later);
    this.#ring();
    this.#arm();
  }
}

/** Sorted, without repeats. */
function insert(times: EpochMs[], time: EpochMs): void {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  if (times[low] !== time) times.splice(low, 0, time);
}
