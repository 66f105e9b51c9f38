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
  type ContractTest,
} from './store-contract-parts.js';

export function contractClaims(test: ContractTest): void {
  test('claims nothing when nothing is due', async (store) => {
    assert.deepEqual(await claim(store), []);
    await withTasks(store, task('later', T + 1));
    assert.deepEqual(await claim(store), []);
  });

  test('claims a task from the very time it is due, with all that belongs to it', async (store, other) => {
    await withTasks(store, task('a', T + 1000));
    assert.deepEqual(await claim(other, { now: T + 999 }), []);
    assert.deepEqual(
      { ...(await claimOne(other, { now: T + 1000, lease: 'me', leaseMs: 15_000 })) },
      {
        key: KEY,
        id: 'a',
        dueAt: T + 1000,
        data: 'data of a',
        attempt: 1,
        lease: 'me',
        leaseUntil: T + 16_000,
      },
    );
  });

  test('claims the earliest first, of all keys', async (store) => {
    await store.commit(commitOf({ key: 'a', put: [task('third', T - 1), task('first', T - 3)] }));
    await store.commit(commitOf({ key: 'b', put: [task('second', T - 2), task('fourth', T)] }));
    assert.deepEqual(await idsOf(claim(store)), ['first', 'second', 'third', 'fourth']);
  });

  test('claims the earliest first, of all flows, and of what is due at once what was put first', async (store, other) => {
    await store.commit(commitOf({ key: 'calls:1', put: [task('third', T - 2), task('fourth', T - 1)] }));
    await store.commit(commitOf({ key: 'workers:1', put: [task('first', T - 3), task('fifth', T - 1)] }));
    await store.commit(commitOf({ key: 'agents:1', put: [task('sixth', T - 1), task('second', T - 3)] }));
    assert.deepEqual(await idsOf(claim(other, { limit: 2 })), ['first', 'second']);
    assert.deepEqual(await idsOf(claim(other, { limit: 3 })), ['third', 'fourth', 'fifth']);
    assert.deepEqual(await idsOf(claim(store)), ['sixth']);
  });

  test('claims for one flow only its own tasks, the earliest first', async (store, other) => {
    await store.commit(commitOf({ key: 'calls:1', put: [task('a', T - 3), task('c', T - 1)] }));
    await store.commit(commitOf({ key: 'callsigns:1', put: [task('b', T - 2)] }));
    await store.commit(commitOf({ key: 'calls:2', put: [task('d', T)] }));
    assert.deepEqual(await idsOf(claim(other, { prefix: 'calls:', limit: 2 })), ['a', 'c']);
    assert.deepEqual(await idsOf(claim(store, { prefix: 'calls:' })), ['d']);
    assert.deepEqual(await idsOf(claim(store, { prefix: 'nobody:' })), []);
    assert.deepEqual(await idsOf(claim(store)), ['b']);
  });

  test('compares times as numbers', async (store) => {
    await withTasks(store, task('late', 2_000_000_000_000), task('early', 999_999_999_999));
    assert.deepEqual(await claim(store, { now: 999_999_999_998 }), []);
    assert.deepEqual(await idsOf(claim(store, { now: 2_000_000_000_000 })), ['early', 'late']);
  });

  test('claims no more than the limit, and the rest afterwards', async (store) => {
    await withTasks(store, ...[1, 2, 3, 4, 5].map((n) => task(String(n), T - 10 + n)));
    assert.deepEqual(await idsOf(claim(store, { limit: 2 })), ['1', '2']);
    assert.deepEqual(await idsOf(claim(store, { limit: 2 })), ['3', '4']);
    assert.deepEqual(await idsOf(claim(store, { limit: 2 })), ['5']);
  });

  test('hands a task to nobody else while the lease lasts', async (store, other) => {
    await withTasks(store, task('a'));
    await claimOne(store, { lease: 'one', leaseMs: 1000 });
    assert.deepEqual(await claim(other, { lease: 'two', now: T + 999 }), []);
  });

  test('hands it over when the lease is over, and counts the attempt', async (store, other) => {
    await withTasks(store, task('a'));
    await claimOne(store, { lease: 'one', leaseMs: 1000 });
    const taken = await claimOne(other, { lease: 'two', now: T + 1000, leaseMs: 1000 });
    assert.deepEqual([taken.attempt, taken.lease, taken.dueAt, taken.leaseUntil], [2, 'two', T, T + 2000]);
    assert.equal((await claimOne(store, { lease: 'three', now: T + 2000 })).attempt, 3);
  });

  test('hands each task to exactly one of many parallel workers', async (store, other) => {
    const ids = Array.from({ length: 30 }, (_, n) => String(n));
    await withTasks(store, ...ids.map((id) => task(id)));
    const all = await Promise.all(
      ids.map((id, n) => idsOf(claim(n % 2 === 0 ? store : other, { lease: `worker ${id}`, limit: 3 }))),
    );
    assert.deepEqual(all.flat().sort(), [...ids].sort());
  });

  test('still claims the tasks of a record that has expired', async (store) => {
    await store.commit(commitOf({ expiresAt: T + 1000, put: [task('a', T + 2000)] }));
    assert.deepEqual(await idsOf(claim(store, { now: T + 2000 })), ['a']);
  });

  test('a put replaces the task of the same id, its attempts start anew', async (store) => {
    await withTasks(store, task('a', T, 'old'));
    await claimOne(store, { leaseMs: 1000 });
    await store.commit(commitOf({ expected: 1, put: [task('a', T + 500, 'new')] }));
    assert.deepEqual(await claim(store, { now: T + 499 }), []);
    const again = await claimOne(store, { now: T + 500, leaseMs: 1000 });
    assert.deepEqual([again.data, again.attempt], ['new', 1]);
    assert.deepEqual(await claim(store, { now: T + 1000 }), [], 'the lease of the replaced task says nothing');
  });

  test('a put can put a task off and bring it forward', async (store) => {
    await withTasks(store, task('off', T), task('forward', T + 9000));
    await store.commit(commitOf({ expected: 1, put: [task('off', T + 9000), task('forward', T)] }));
    assert.deepEqual(await idsOf(claim(store)), ['forward']);
    assert.deepEqual(await idsOf(claim(store, { now: T + 9000 })), ['off']);
  });

  test('a dropped task is never claimed, not even when the lease of its holder is over', async (store) => {
    await withTasks(store, task('a'), task('b', T + 5000));
    await claimOne(store, { leaseMs: 1000 });
    await store.commit(commitOf({ expected: 1, drop: ['a', 'b'] }));
    assert.deepEqual(await claim(store, { now: T + 60_000 }), []);
  });
}
