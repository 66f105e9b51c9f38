import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '@amd/core';
import { storeContract } from '@amd/core/testing';

describe('memory store', () => {
  storeContract({ describe, it, createStore: () => createMemoryStore() });

  describe('with a sweep at every commit', () => {
    storeContract({ describe, it, createStore: () => createMemoryStore({ sweepEvery: 1 }) });
  });

  it('sweeps away expired records without work, so that memory does not grow', async () => {
    const store = createMemoryStore({ sweepEvery: 10 });
    const now = 2_000_000_000_000;
    const commit = { expected: 0, data: '', put: [], drop: [] };
    for (let n = 0; n < 9; n += 1) await store.commit({ ...commit, key: `old ${String(n)}`, expiresAt: now + 1, now });
    await store.commit({ ...commit, key: 'new', expiresAt: null, now: now + 1 });
    const { records } = await store.list({ prefix: '', limit: 100 });
    expect(records.map(({ key }) => key)).toEqual(['new']);
  });

  it('refuses a cursor that is not its own', async () => {
    await expect(createMemoryStore().list({ prefix: '', after: 'nonsense', limit: 1 })).rejects.toThrow('"after"');
  });
});
