import type { EpochMs } from '../kernel/flow.js';
import { Heap, type Placed } from './heap.js';
import type { Task } from './store.js';

/** A task as the memory store keeps it. */
export interface HeldTask extends Task, Placed {
  readonly key: string;
  attempt: number;
  lease: string | null;
  /** When it may be claimed: its due time, or the end of somebody's lease. Changed only while it is out of the heap. */
  claimableAt: EpochMs;
  /** Tells apart what may be claimed at the same time; set before it is pushed. */
  order: number;
}

/** Tasks by the time they may be claimed. */
export class TaskHeap extends Heap<HeldTask> {
  constructor() {
    super(earlier);
  }
}

export function earlier(a: HeldTask, b: HeldTask): boolean {
  return a.claimableAt < b.claimableAt || (a.claimableAt === b.claimableAt && a.order < b.order);
}
