import type { Claim, Store } from '@amd/core';
import type { ProcessLife } from './process-life.js';

/** Measures how long the work that a crashed node had claimed waits until another node claims it. */
export class Failovers {
  readonly #now: () => number;
  /** Claimed and not yet finished, by task. */
  readonly #held = new Map<string, ProcessLife>();
  /** Left behind, with the time of the crash. */
  readonly #orphaned = new Map<string, number>();
  /** In ms, for each task that was left behind and claimed again. */
  readonly took: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  claimed(task: string, life: ProcessLife): void {
    const diedAt = this.#orphaned.get(task);
    if (diedAt !== undefined) this.took.push(this.#now() - diedAt);
    this.#orphaned.delete(task);
    this.#held.set(task, life);
  }

  finished(task: string): void {
    this.#held.delete(task);
    this.#orphaned.delete(task);
  }

  died(life: ProcessLife): void {
    for (const [task, holder] of this.#held) {
      if (holder !== life) continue;
      this.#held.delete(task);
      this.#orphaned.set(task, this.#now());
    }
  }

  /** How many tasks no node claimed again. */
  get left(): number {
    return this.#orphaned.size;
  }
}

const nameOf = (key: string, id: string): string => `${key} ${id}`;
const ofClaim = (claim: Claim): string => nameOf(claim.key, claim.id);

/** Wraps a store to record which node holds which task. */
export function watched(store: Store, failovers: Failovers, life: ProcessLife): Store {
  return {
    read: store.read,
    list: store.list,
    async commit(commit) {
      const result = await store.commit(commit);
      if (result.ok) {
        for (const id of commit.drop) failovers.finished(nameOf(commit.key, id));
        for (const { id } of commit.put) failovers.finished(nameOf(commit.key, id));
      }
      return result;
    },
    async claim(options) {
      const claims = await store.claim(options);
      for (const claim of claims) failovers.claimed(ofClaim(claim), life);
      return claims;
    },
    async settle(claim, settlement) {
      const settled = await store.settle(claim, settlement);
      if (settled) failovers.finished(ofClaim(claim));
      return settled;
    },
  };
}
