import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '@amd/core';
import { storeContract } from '@amd/core/testing';

describe('memory store', () => {
  storeContract({ describe, it, createStore: () => createMemoryStore() });

  describe('with a sweep at every commit', () => {
    storeContract({ describe, it, createStore: () => createMemoryStore({ sweepEvery: 1 }) });
  });

  it('the memory store sweeps away expired records without work, so memory does not grow', async () => {
    const store = createMemoryStore({ sweepEvery: 10 });
    const now = 2_000_000_000_000;
    const commit = { expected: 0, data: '', put: [], drop: [] };
    for (let n = 0; n < 9; n += 1) await store.commit({ ...commit, key: `old ${String(n)}`, expiresAt: now + 1, now });
    await store.commit({ ...commit, key: 'new', expiresAt: null, now: now + 1 });
    const { records } = await store.list({ prefix: '', limit: 100 });
    expect(records.map(({ key }) => key)).toEqual(['new']);
  });

  it('the memory store lists the newest rows in order after thousands of commits to a few keys', async () => {
    const store = createMemoryStore();
    const commit = { data: '', expiresAt: null, now: 0, put: [], drop: [] };
    for (let n = 0; n < 6000; n += 1)
      await store.commit({ ...commit, key: String(n % 3), expected: Math.floor(n / 3) });
    const first = await store.list({ prefix: '', limit: 2 });
    const rest = await store.list({ prefix: '', after: first.cursor, limit: 2 });
    expect(first.records.map(({ key }) => key)).toEqual(['0', '1']);
    expect(rest.records.map(({ key, revision }) => [key, revision])).toEqual([['2', 2000]]);
  });

  it('the memory store claims what is left, in order, after many timers were stopped', async () => {
    const store = createMemoryStore();
    const commit = { key: 'a', data: '', expiresAt: null, now: 0, put: [], drop: [] };
    // 997 has no common divisor with 4000: every time once, well mixed.
    const put = Array.from({ length: 4000 }, (_, n) => ({ id: String(n), dueAt: (n * 997) % 4000, data: '' }));
    await store.commit({ ...commit, expected: 0, put });
    const kept = put.filter((_, n) => n % 7 === 0);
    await store.commit({ ...commit, expected: 1, drop: put.filter((_, n) => n % 7 !== 0).map(({ id }) => id) });
    const claims = await store.claim({ now: 4000, limit: 4000, leaseMs: 1, lease: 'me' });
    expect(claims.map(({ dueAt }) => dueAt)).toEqual(kept.map(({ dueAt }) => dueAt).sort((a, b) => a - b));
  });

  it('the memory store also sweeps when nothing is committed', async () => {
    const store = createMemoryStore();
    await store.commit({ key: 'old', expected: 0, data: '', expiresAt: 1, now: 0, put: [], drop: [] });
    await store.claim({ now: 60_000, limit: 1, leaseMs: 1, lease: 'me' });
    expect((await store.list({ prefix: '', limit: 1 })).records).toEqual([]);
  });

  it('the memory store refuses a foreign cursor', async () => {
    await expect(createMemoryStore().list({ prefix: '', after: 'nonsense', limit: 1 })).rejects.toThrow('"after"');
  });
});
