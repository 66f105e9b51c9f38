import type { EpochMs } from '../kernel/flow.js';
import type { Task } from './store.js';

/** An item of a heap. */
export interface Placed {
  /** Its index in the heap; -1: not in it. */
  place: number;
}

/** A binary heap, earliest first. Items know their place, so a stopped timer leaves nothing behind. */
export class Heap<Item extends Placed> {
  readonly #items: Item[] = [];
  readonly #earlier: (a: Item, b: Item) => boolean;

  constructor(earlier: (a: Item, b: Item) => boolean) {
    this.#earlier = earlier;
  }

  push(item: Item): void {
    this.#up(item, this.#items.length);
  }

  remove(item: Item): void {
    const { place } = item;
    if (place === -1) return;
    item.place = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    const above = this.#items[(place - 1) >> 1];
    if (above !== undefined && this.#earlier(last, above)) this.#up(last, place);
    else this.#down(last, place);
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  #up(item: Item, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#items[parent];
      if (above === undefined || !this.#earlier(item, above)) break;
      this.#put(above, index);
      index = parent;
    }
    this.#put(item, index);
  }

  #down(item: Item, from: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      let below = this.#items[child];
      if (below === undefined) break;
      const right = this.#items[child + 1];
      if (right !== undefined && this.#earlier(right, below)) {
        child += 1;
        below = right;
      }
      if (!this.#earlier(below, item)) break;
      this.#put(below, index);
      index = child;
    }
    this.#put(item, index);
  }

  #put(item: Item, index: number): void {
    this.#items[index] = item;
    item.place = index;
  }
}

/** A task as the memory store keeps it. */
export interface HeldTask extends Task, Placed {
  readonly key: string;
  attempt: number;
  lease: string | null;
  /** When it may be claimed: its due time, or the end of a lease. Changed only while it is out of the heap. */
  claimableAt: EpochMs;
  /** Orders tasks that may be claimed at the same time; set before it is pushed. */
  order: number;
}

/** Tasks by the time they may be claimed. */
export class TaskHeap extends Heap<HeldTask> {
  constructor() {
    super(earlier);
  }
}

function earlier(a: HeldTask, b: HeldTask): boolean {
  return a.claimableAt < b.claimableAt || (a.claimableAt === b.claimableAt && a.order < b.order);
}

/** Tasks by the time they may be claimed, in a heap per flow: two flows on one store never wait for each other's tasks. */
export class DueTasks {
  readonly #heaps = new Map<string, TaskHeap>();
  #order = 0;

  push(task: HeldTask): void {
    this.#order += 1;
    task.order = this.#order;
    const space = spaceOf(task.key);
    let heap = this.#heaps.get(space);
    if (heap === undefined) this.#heaps.set(space, (heap = new TaskHeap()));
    heap.push(task);
  }

  remove(task: HeldTask): void {
    this.#heaps.get(spaceOf(task.key))?.remove(task);
  }

  /** Removes and returns the earliest due task. `prefix`: only of this flow. */
  popDue(now: EpochMs, prefix: string | undefined): HeldTask | undefined {
    let first: HeldTask | undefined;
    for (const heap of prefix === undefined ? this.#heaps.values() : [this.#heaps.get(prefix)]) {
      const candidate = heap?.first;
      if (candidate !== undefined && (first === undefined || earlier(candidate, first))) first = candidate;
    }
    if (first === undefined || first.claimableAt > now) return undefined;
    this.remove(first);
    return first;
  }
}

/** Returns the key up to and including its first colon. */
function spaceOf(key: string): string {
  return key.slice(0, key.indexOf(':') + 1);
}
