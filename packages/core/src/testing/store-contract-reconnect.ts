import { strict as assert } from 'node:assert';
import {
  claim,
  claimOne,
  commitOf,
  idsOf,
  KEY,
  T,
  task,
  withTasks,
  type ReconnectTest,
} from './store-contract-parts.js';

export function contractReconnect(test: ReconnectTest): void {
  test('records, revisions and expiry are as they were', async (store, reconnect) => {
    await store.commit(commitOf({ expiresAt: T + 1000 }));
    await store.commit(commitOf({ expected: 1, data: 'two', expiresAt: T + 2000 }));
    const found = await reconnect();
    assert.deepEqual({ ...(await found.read(KEY, T)) }, { key: KEY, revision: 2, data: 'two', expiresAt: T + 2000 });
    assert.deepEqual(await found.commit(commitOf({ expected: 2, data: 'three' })), { ok: true, revision: 3 });
  });

  test('tasks keep their time, their order and their attempts', async (store, reconnect) => {
    await withTasks(store, task('second', T + 1), task('third', T + 1), task('first', T));
    const held = await claimOne(store);
    await store.settle(held, { kind: 'retry', dueAt: T, counts: true });
    const found = await reconnect();
    assert.deepEqual(await idsOf(claim(found, { now: T + 1, limit: 2 })), ['first', 'second']);
    assert.deepEqual(await idsOf(claim(found, { now: T + 1 })), ['third']);
    assert.equal((await claim(found, { now: T + 60_000 })).find(({ id }) => id === 'first')?.attempt, 3);
  });

  test('what is put afterwards comes after what was there, of tasks that are due at the same time', async (store, reconnect) => {
    await withTasks(store, task('first'), task('second'), task('third'));
    const found = await reconnect();
    await found.commit(commitOf({ key: 'forwarding:other', put: [task('fourth'), task('fifth')] }));
    await found.commit(commitOf({ expected: 1, put: [task('sixth')] }));
    assert.deepEqual(await idsOf(claim(found)), ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']);
  });

  test('a lease holds, ends in its time, and can still be settled', async (store, reconnect) => {
    await withTasks(store, task('a'), task('b'));
    const [a, b] = await claim(store, { leaseMs: 1000 });
    const found = await reconnect();
    assert.deepEqual(await claim(found, { now: T + 999 }), []);
    assert.ok(a !== undefined && b !== undefined);
    assert.equal(await found.settle(a, { kind: 'done' }), true);
    assert.deepEqual(await idsOf(claim(found, { now: T + 1000 })), ['b']);
    assert.equal(await found.settle(b, { kind: 'done' }), false);
  });

  test('a cursor goes on where it was, and misses nothing', async (store, reconnect) => {
    for (const key of ['a', 'b']) await store.commit(commitOf({ key }));
    const { cursor } = await store.list({ prefix: '', limit: 10 });
    await store.commit(commitOf({ key: 'c' }));
    const found = await reconnect();
    await found.commit(commitOf({ key: 'a', expected: 1 }));
    const { records } = await found.list({ prefix: '', after: cursor, limit: 10 });
    assert.deepEqual(
      records.map(({ key }) => key),
      ['c', 'a'],
    );
  });
}
