import type { EpochMs } from '../kernel/flow.js';
import type { Task } from './store.js';

/** A task as the memory store keeps it. */
export interface HeldTask extends Task {
  readonly key: string;
  attempt: number;
  lease: string | null;
  /** When it may be claimed: its due time, or the end of somebody's lease. */
  claimableAt: EpochMs;
}

interface Entry {
  readonly at: EpochMs;
  readonly order: number;
  readonly task: HeldTask;
}

/** Tasks by the time they may be claimed. Entries of dropped, replaced or re-leased tasks stay until their time comes. */
export class TaskHeap {
  readonly #entries: Entry[] = [];
  #order = 0;

  push(task: HeldTask): void {
    this.#order += 1;
    const entry = { at: task.claimableAt, order: this.#order, task };
    const entries = this.#entries;
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !earlier(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  /** The earliest task that is due and that `current` still recognises. */
  popDue(now: EpochMs, current: (task: HeldTask) => boolean): HeldTask | undefined {
    for (;;) {
      const first = this.#entries[0];
      if (first === undefined || first.at > now) return undefined;
      this.#removeFirst();
      if (first.task.claimableAt === first.at && current(first.task)) return first.task;
    }
  }

  #removeFirst(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = entries[child];
      if (below === undefined) break;
      const right = entries[child + 1];
      if (right !== undefined && earlier(right, below)) {
        child += 1;
        below = right;
      }
      if (!earlier(below, last)) break;
      entries[index] = below;
      index = child;
    }
    entries[index] = last;
  }
}

function earlier(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
