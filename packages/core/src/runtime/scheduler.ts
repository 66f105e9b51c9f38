import type { EpochMs } from '../kernel/flow.js';
import { Heap, type Placed } from '../store/due-tasks.js';
import type { Clock } from './clock.js';

/** Something will be due. What has a name can be called off. */
interface Awaited extends Placed {
  readonly at: EpochMs;
  readonly key: string | null;
  readonly id: string;
  /** Of the same key: they are few, and a list of each call's own would be larger than they are. */
  next: Awaited | null;
}

/** Wakes the runtime when something is due: the earliest time it was told and that was not called off, and each poll. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #pollMs: number | null;
  readonly #ring: () => void;
  readonly #awaited = new Heap<Awaited>((a, b) => a.at < b.at);
  /** Those with a name: the first of each key. */
  readonly #named = new Map<string, Awaited>();
  /** Something was due when it was told of it. */
  #isDue = false;
  #rangAt: EpochMs = Number.NEGATIVE_INFINITY;
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

  /** Something is due at this time, whatever becomes of it. */
  at(time: EpochMs): void {
    if (time <= this.#clock.now()) this.#isDue = true;
    else this.#awaited.push({ at: time, key: null, id: '', place: -1, next: null });
    if (this.#running) this.#arm();
  }

  /** This task is due at this time, unless it is called off. */
  expect(key: string, id: string, time: EpochMs): void {
    this.callOff(key, id);
    const awaited: Awaited = { at: time, key, id, place: -1, next: this.#named.get(key) ?? null };
    this.#named.set(key, awaited);
    this.#awaited.push(awaited);
    if (this.#running) this.#arm();
  }

  /** This task no longer needs a wake-up. */
  callOff(key: string, id: string): void {
    let awaited = this.#named.get(key) ?? null;
    while (awaited !== null && awaited.id !== id) awaited = awaited.next;
    if (awaited === null) return;
    this.#awaited.remove(awaited);
    this.#unname(awaited);
  }

  #unname(awaited: Awaited): void {
    const { key, next } = awaited;
    if (key === null) return;
    let before = this.#named.get(key) ?? null;
    if (before === awaited) {
      if (next === null) this.#named.delete(key);
      else this.#named.set(key, next);
      return;
    }
    while (before !== null && before.next !== awaited) before = before.next;
    if (before !== null) before.next = next;
  }

  get #pollAt(): EpochMs {
    return this.#pollMs === null ? Infinity : this.#rangAt + this.#pollMs;
  }

  #arm(): void {
    const now = this.#clock.now();
    const next = this.#isDue ? now : Math.max(now, Math.min(this.#awaited.first?.at ?? Infinity, this.#pollAt));
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
    let isDue = this.#isDue || now >= this.#pollAt;
    this.#isDue = false;
    for (let first = this.#awaited.first; first !== undefined && first.at <= now; first = this.#awaited.first) {
      this.#awaited.remove(first);
      this.#unname(first);
      isDue = true;
    }
    if (isDue) {
      this.#rangAt = now;
      this.#ring();
    }
    this.#arm();
  }
}
