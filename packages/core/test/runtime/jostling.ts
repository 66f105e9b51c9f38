import type { Store } from '@amd/core';

/** Wraps a store so that other processes act between any two of its answers. */
export function jostling(store: Store, seed: number): Store {
  let state = seed;
  const wait = async (): Promise<void> => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    for (let turns = state % 5; turns > 0; turns -= 1) await Promise.resolve();
  };
  return {
    ...store,
    read: async (key, now) => {
      await wait();
      return store.read(key, now);
    },
    commit: async (commit) => {
      await wait();
      return store.commit(commit);
    },
    list: async (options) => {
      await wait();
      return store.list(options);
    },
  };
}
