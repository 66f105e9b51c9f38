import type { EpochMs } from '../kernel/flow.js';
import type { Task } from './store.js';

/** A task as the memory store keeps it. */
export interface HeldTask extends Task {
  readonly key: string;
  attempt: number;
  lease: string | null;
  /** When it may be claimed: its due time, or the end of somebody's lease. Changed only while it is out of the heap. */
  claimableAt: EpochMs;
  /** Tells apart what may be claimed at the same time; set before it is pushed. */
  order: number;
  /** Where it is in the heap; -1: nowhere. */
  place: number;
}

/** Tasks by the time they may be claimed. Every task knows its place, so that a timer that is stopped leaves nothing behind. */
export class TaskHeap {
  readonly #tasks: HeldTask[] = [];

  push(task: HeldTask): void {
    this.#up(task, this.#tasks.length);
  }

  remove(task: HeldTask): void {
    const { place } = task;
    if (place === -1) return;
    task.place = -1;
    const last = this.#tasks.pop();
    if (last === undefined || last === task) return;
    const above = this.#tasks[(place - 1) >> 1];
    if (above !== undefined && earlier(last, above)) this.#up(last, place);
    else this.#down(last, place);
  }

  get first(): HeldTask | undefined {
    return this.#tasks[0];
  }

  #up(task: HeldTask, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#tasks[parent];
      if (above === undefined || !earlier(task, above)) break;
      this.#put(above, index);
      index = parent;
    }
    this.#put(task, index);
  }

  #down(task: HeldTask, from: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      let below = this.#tasks[child];
      if (below === undefined) break;
      const right = this.#tasks[child + 1];
      if (right !== undefined && earlier(right, below)) {
        child += 1;
        below = right;
      }
      if (!earlier(below, task)) break;
      this.#put(below, index);
      index = child;
    }
    this.#put(task, index);
  }

  #put(task: HeldTask, index: number): void {
    this.#tasks[index] = task;
    task.place = index;
  }
}

export function earlier(a: HeldTask, b: HeldTask): boolean {
  return a.claimableAt < b.claimableAt || (a.claimableAt === b.claimableAt && a.order < b.order);
}
