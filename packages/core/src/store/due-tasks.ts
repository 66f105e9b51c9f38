import type { EpochMs } from '../kernel/flow.js';
import { earlier, TaskHeap, type HeldTask } from './task-heap.js';

/** Tasks by the time they may be claimed, apart for each flow: two flows on one store never wait for each other's. */
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

  /** The earliest task that is due, taken out. `prefix`: of this flow only. */
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

/** The key up to its first colon, with it. */
function spaceOf(key: string): string {
  return key.slice(0, key.indexOf(':') + 1);
}
