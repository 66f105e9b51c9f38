import type { Claim, Store } from '@amd/core';
import type { Life } from './life.js';

/** How long the work that a dead node had taken waits for another one. */
export class TakeOvers {
  readonly #now: () => number;
  /** Taken and not yet finished, by task. */
  readonly #held = new Map<string, Life>();
  /** Left behind, with the time of death. */
  readonly #orphaned = new Map<string, number>();
  /** In ms, of each task that was left behind and taken up again. */
  readonly took: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  claimed(task: string, life: Life): void {
    const diedAt = this.#orphaned.get(task);
    if (diedAt !== undefined) this.took.push(this.#now() - diedAt);
    this.#orphaned.delete(task);
    this.#held.set(task, life);
  }

  finished(task: string): void {
    this.#held.delete(task);
    this.#orphaned.delete(task);
  }

  died(life: Life): void {
    for (const [task, holder] of this.#held) {
      if (holder !== life) continue;
      this.#held.delete(task);
      this.#orphaned.set(task, this.#now());
    }
  }

  /** Work that nobody took up again. */
  get left(): number {
    return this.#orphaned.size;
  }
}

const nameOf = (key: string, id: string): string => `${key} ${id}`;
const ofClaim = (claim: Claim): string => nameOf(claim.key, claim.id);

/** The same store, with an eye on who holds what. */
export function watched(store: Store, takeOvers: TakeOvers, life: Life): Store {
  return {
    read: store.read,
    list: store.list,
    async commit(commit) {
      const result = await store.commit(commit);
      if (result.ok) {
        for (const id of commit.drop) takeOvers.finished(nameOf(commit.key, id));
        for (const { id } of commit.put) takeOvers.finished(nameOf(commit.key, id));
      }
      return result;
    },
    async claim(options) {
      const claims = await store.claim(options);
      for (const claim of claims) takeOvers.claimed(ofClaim(claim), life);
      return claims;
    },
    async settle(claim, settlement) {
      const settled = await store.settle(claim, settlement);
      if (settled) takeOvers.finished(ofClaim(claim));
      return settled;
    },
  };
}
