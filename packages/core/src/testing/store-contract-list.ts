import { strict as assert } from 'node:assert';
import type { Store } from '../store/store.js';
import { claim, claimOne, commitOf, T, task, type ContractTest } from './store-contract-parts.js';

export function contractList(test: ContractTest): void {
  test('is empty at first, and has a cursor all the same', async (store) => {
    const page = await store.list({ prefix: '', limit: 10 });
    assert.deepEqual(page.records, []);
    await store.commit(commitOf({ key: 'a' }));
    assert.deepEqual(await keysOf(store, page.cursor), ['a']);
  });

  test('has the newest row of each key, in commit order', async (store) => {
    for (const key of ['a', 'b', 'c']) await store.commit(commitOf({ key, data: `${key} 1` }));
    await store.commit(commitOf({ key: 'a', expected: 1, data: 'a 2' }));
    const { records } = await store.list({ prefix: '', limit: 10 });
    assert.deepEqual(
      records.map(({ data, revision }) => [data, revision]),
      [
        ['b 1', 1],
        ['c 1', 1],
        ['a 2', 2],
      ],
    );
  });

  test('goes on after the cursor with what was committed since', async (store, other) => {
    for (const key of ['a', 'b']) await store.commit(commitOf({ key }));
    const { cursor } = await other.list({ prefix: '', limit: 10 });
    assert.deepEqual(await keysOf(other, cursor), []);
    await store.commit(commitOf({ key: 'c' }));
    await store.commit(commitOf({ key: 'a', expected: 1 }));
    assert.deepEqual(await keysOf(other, cursor), ['c', 'a']);
  });

  test('goes through pages without missing or repeating a key', async (store) => {
    const keys = Array.from({ length: 25 }, (_, n) => `key ${String(n)}`);
    for (const key of keys) await store.commit(commitOf({ key }));
    assert.deepEqual(await allKeys(store, '', 10), keys);
    assert.deepEqual(await allKeys(store, '', 1), keys);
  });

  test('misses nothing that is committed between two pages', async (store) => {
    for (const key of ['a', 'b', 'c']) await store.commit(commitOf({ key }));
    const first = await store.list({ prefix: '', limit: 2 });
    await store.commit(commitOf({ key: 'a', expected: 1, data: 'a 2' }));
    const second = await store.list({ prefix: '', after: first.cursor, limit: 10 });
    assert.deepEqual(
      first.records.map(({ key }) => key),
      ['a', 'b'],
    );
    assert.deepEqual(
      second.records.map(({ key, data }) => [key, data]),
      [
        ['c', 'one'],
        ['a', 'a 2'],
      ],
    );
  });

  test('knows only the keys with the prefix, and takes it literally', async (store) => {
    for (const key of ['x:1', 'y:1', 'x:2', 'x%', 'x_', 'x*', 'X:1']) await store.commit(commitOf({ key }));
    assert.deepEqual(await allKeys(store, 'x:', 1), ['x:1', 'x:2']);
    assert.deepEqual(await allKeys(store, 'x%', 10), ['x%']);
    assert.deepEqual(await allKeys(store, 'x_', 10), ['x_']);
    assert.deepEqual(await allKeys(store, 'x*', 10), ['x*']);
  });

  test('ignores conflicts, claims and settlements', async (store) => {
    await store.commit(commitOf({ key: 'a', put: [task('t')] }));
    const { cursor } = await store.list({ prefix: '', limit: 10 });
    await store.commit(commitOf({ key: 'a', expected: 9 }));
    await store.settle(await claimOne(store), { kind: 'retry', dueAt: T + 5, counts: true });
    assert.deepEqual(await keysOf(store, cursor), []);
  });

  test('knows no record that has expired and has no work, once somebody has claimed; whoever has work stays', async (store, other) => {
    await store.commit(commitOf({ key: 'over', expiresAt: T + 1000 }));
    await store.commit(commitOf({ key: 'at work', expiresAt: T + 1000, put: [task('later', T + 500_000)] }));
    const { cursor } = await store.list({ prefix: '', limit: 10 });
    await claim(other, { now: T + 100_000 });
    assert.deepEqual(await allKeys(store, '', 10), ['at work']);
    // A removed row leaves no gap in which a new one could be missed.
    await store.commit(commitOf({ key: 'over', now: T + 100_000 }));
    assert.deepEqual(await keysOf(store, cursor), ['over']);
    await store.settle(await claimOne(other, { now: T + 500_000 }), { kind: 'done' });
    await claim(other, { now: T + 700_000 });
    assert.deepEqual(await allKeys(store, '', 10), ['over']);
  });

  test('does not go on with what has expired because many others that have expired still have work', async (store, other) => {
    const busy = Array.from({ length: 30 }, (_, n) => `busy ${String(n)}`);
    for (const key of busy) {
      await store.commit(commitOf({ key, expiresAt: T + 1000, put: [task('later', T + 900_000)] }));
    }
    await store.commit(commitOf({ key: 'over', expiresAt: T + 2000 }));
    for (let minute = 1; minute <= 4; minute += 1) await claim(other, { now: T + minute * 60_000 });
    assert.deepEqual(await allKeys(store, '', 100), busy);
  });

  test('misses no key of parallel writers', async (store, other) => {
    const keys = Array.from({ length: 20 }, (_, n) => `key ${String(n)}`);
    const seen: string[] = [];
    let cursor = (await store.list({ prefix: '', limit: 100 })).cursor;
    const writes = keys.map((key, n) => (n % 2 === 0 ? store : other).commit(commitOf({ key })));
    for (const write of writes) {
      await write;
      const page = await store.list({ prefix: '', after: cursor, limit: 3 });
      seen.push(...page.records.map(({ key }) => key));
      cursor = page.cursor;
    }
    seen.push(...(await keysOf(store, cursor)));
    assert.deepEqual(seen.sort(), [...keys].sort());
  });
}

async function keysOf(store: Store, after: string): Promise<string[]> {
  return (await store.list({ prefix: '', after, limit: 100 })).records.map(({ key }) => key);
}

async function allKeys(store: Store, prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await store.list({ prefix, after, limit });
    if (page.records.length === 0) return keys;
    keys.push(...page.records.map(({ key }) => key));
    after = page.cursor;
  }
}
