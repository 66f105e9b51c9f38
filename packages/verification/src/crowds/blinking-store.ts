import type { Store } from '@amd/core';

/**
 * `fail`: not executed, with an error at once. `fail-after`: executed, but the answer is lost. `hang`: no answer for a long time.
 */
export type Blink = 'fail' | 'fail-after' | 'hang';

/** A store that can be taken down for a while. */
export interface BlinkingStore extends Store {
  /** `null`: it is up. */
  does: Blink | null;
}

/** Wraps a store. `hang`: waits until every caller has given up. */
export function blinkingStore(store: Store, hang: () => Promise<void>): BlinkingStore {
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    const { does } = blinking;
    if (does === 'hang') await hang();
    if (does === 'fail' || does === 'hang') throw new Error('the store is away');
    const answer = await question();
    if (does === 'fail-after') throw new Error('the answer of the store was lost');
    return answer;
  }
  const blinking: BlinkingStore = {
    does: null,
    read: (key, now) => ask(() => store.read(key, now)),
    commit: (commit) => ask(() => store.commit(commit)),
    claim: (options) => ask(() => store.claim(options)),
    settle: (claim, settlement) => ask(() => store.settle(claim, settlement)),
    list: (options) => ask(() => store.list(options)),
  };
  return blinking;
}
