import { strict as assert } from 'node:assert';
import { claim, claimOne, commitOf, idsOf, T, task, withTasks, type ContractTest } from './store-contract-parts.js';

const DONE = { kind: 'done' } as const;

export function contractSettle(test: ContractTest): void {
  test('done: the task is gone for good', async (store, other) => {
    await withTasks(store, task('a'));
    const held = await claimOne(store);
    assert.equal(await other.settle(held, DONE), true);
    assert.deepEqual(await claim(store, { now: T + 60_000 }), []);
    assert.equal(await store.settle(held, DONE), false);
  });

  test('leaves the record and its revision as they are', async (store) => {
    await withTasks(store, task('a'));
    await store.settle(await claimOne(store), DONE);
    assert.deepEqual(await store.commit(commitOf({ expected: 1 })), { ok: true, revision: 2 });
  });

  test('retry: the task comes back at its new time, and no sooner', async (store) => {
    await withTasks(store, task('a'));
    const held = await claimOne(store, { leaseMs: 1000 });
    assert.equal(await store.settle(held, { kind: 'retry', dueAt: T + 5000, counts: true }), true);
    assert.deepEqual(await claim(store, { now: T + 4999 }), []);
    const again = await claimOne(store, { now: T + 5000 });
    assert.deepEqual([again.attempt, again.dueAt, again.data], [2, T + 5000, 'data of a']);
  });

  test('retry: may also come back before its lease would have ended', async (store) => {
    await withTasks(store, task('a'));
    await store.settle(await claimOne(store), { kind: 'retry', dueAt: T + 10, counts: true });
    assert.deepEqual(await idsOf(claim(store, { now: T + 10 })), ['a']);
  });

  test('retry that does not count: the next claim has the same attempt', async (store) => {
    await withTasks(store, task('a'));
    for (const now of [T, T + 1, T + 2]) {
      const held = await claimOne(store, { now });
      assert.equal(held.attempt, 1);
      await store.settle(held, { kind: 'retry', dueAt: now + 1, counts: false });
    }
    const counted = await claimOne(store, { now: T + 3 });
    await store.settle(counted, { kind: 'retry', dueAt: T + 4, counts: true });
    const second = await claimOne(store, { now: T + 4 });
    assert.equal(second.attempt, 2);
    await store.settle(second, { kind: 'retry', dueAt: T + 5, counts: false });
    assert.equal((await claimOne(store, { now: T + 5 })).attempt, 2);
  });

  test('says false once the task was dropped', async (store) => {
    await withTasks(store, task('a'));
    const held = await claimOne(store);
    await store.commit(commitOf({ expected: 1, drop: ['a'] }));
    assert.equal(await store.settle(held, { kind: 'retry', dueAt: T, counts: true }), false);
    assert.deepEqual(await claim(store, { now: T + 60_000 }), []);
  });

  test('says false once the record is gone with its tasks', async (store, other) => {
    await withTasks(store, task('a'));
    const held = await claimOne(store);
    await store.commit(commitOf({ expected: 1, drop: ['a'], expiresAt: T + 1000 }));
    await claim(other, { now: T + 100_000 });
    assert.deepEqual((await store.list({ prefix: '', limit: 1 })).records, []);
    assert.equal(await store.settle(held, DONE), false);
    assert.equal(await store.settle(held, { kind: 'retry', dueAt: T, counts: true }), false);
    assert.deepEqual(await claim(store, { now: T + 100_000 }), []);
  });

  test('says false once the task was replaced, and leaves the new one alone', async (store) => {
    await withTasks(store, task('a', T, 'old'));
    const held = await claimOne(store);
    await store.commit(commitOf({ expected: 1, put: [task('a', T, 'new')] }));
    assert.equal(await store.settle(held, DONE), false);
    assert.equal((await claimOne(store)).data, 'new');
  });

  test('says false once the task was put off, though its new time is the end of its lease: nobody holds it', async (store) => {
    await withTasks(store, task('a'));
    const held = await claimOne(store, { leaseMs: 1000 });
    assert.equal(await store.settle(held, { kind: 'retry', dueAt: held.leaseUntil, counts: true }), true);
    for (const lease of [held.lease, '']) assert.equal(await store.settle({ ...held, lease }, DONE), false);
    assert.deepEqual(await claim(store, { now: T + 999 }), []);
    assert.equal((await claimOne(store, { now: T + 1000 })).attempt, 2);
  });

  test('says false once the lease passed to somebody else, and leaves it to them', async (store) => {
    await withTasks(store, task('a'));
    const first = await claimOne(store, { lease: 'one', leaseMs: 1000 });
    const second = await claimOne(store, { lease: 'two', now: T + 1000, leaseMs: 1000 });
    assert.equal(await store.settle(first, DONE), false);
    assert.equal(await store.settle(first, { kind: 'retry', dueAt: T, counts: true }), false);
    assert.deepEqual(await claim(store, { now: T + 1500 }), []);
    assert.equal(await store.settle(second, DONE), true);
  });

  test('says false once the lease passed on, also to a worker of the same name', async (store) => {
    await withTasks(store, task('a'));
    const first = await claimOne(store, { leaseMs: 1000 });
    await claimOne(store, { now: T + 1000, leaseMs: 1000 });
    assert.equal(await store.settle(first, DONE), false);
  });

  test('lets one of many parallel settlements win', async (store, other) => {
    await withTasks(store, task('a'));
    const held = await claimOne(store);
    const results = await Promise.all([1, 2, 3, 4].map((n) => (n % 2 === 0 ? store : other).settle(held, DONE)));
    assert.equal(results.filter(Boolean).length, 1);
  });
}
