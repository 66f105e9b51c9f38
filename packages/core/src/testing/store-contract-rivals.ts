import { strict as assert } from 'node:assert';
import type { Claim, Store } from '../store/store.js';
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

const DONE = { kind: 'done' } as const;
/** How far two machines' clocks may differ, in ms. */
const SKEW = 5000;

export function contractRivals(test: ContractTest): void {
  test('50 parallel writers of one key lose no update', async (store, other) => {
    const add = async (handle: Store, name: string): Promise<void> => {
      for (;;) {
        const record = await handle.read(KEY, T);
        const data = record === undefined ? name : `${record.data} ${name}`;
        const expected = record?.revision ?? 0;
        if ((await handle.commit(commitOf({ expected, data, put: [task(name)] }))).ok) return;
      }
    };
    const names = Array.from({ length: 50 }, (_, n) => String(n));
    await Promise.all(names.map((name, n) => add(n % 2 === 0 ? store : other, name)));
    const record = await store.read(KEY, T);
    assert.equal(record?.revision, 50);
    assert.deepEqual(record.data.split(' ').sort(), [...names].sort());
    assert.deepEqual((await idsOf(claim(other))).sort(), [...names].sort());
  });

  test('every task of a worker that died is taken over when its lease ends, once', async (store, other) => {
    const ids = Array.from({ length: 20 }, (_, n) => String(n));
    await withTasks(store, ...ids.map((id) => task(id)));
    const died = await claim(store, { lease: 'dead', leaseMs: 15_000 });
    assert.equal(died.length, 20);
    assert.deepEqual(await claim(other, { now: T + 14_999, lease: 'alive' }), []);
    const taken = await Promise.all(
      [1, 2, 3, 4].map((n) => claim(n % 2 === 0 ? store : other, { now: T + 15_000, lease: `alive ${String(n)}` })),
    );
    assert.deepEqual(sorted(taken.flat()), [...ids].sort());
    assert.ok(taken.flat().every(({ attempt }) => attempt === 2));
    for (const held of died) assert.equal(await store.settle(held, DONE), false, 'the dead have nothing to settle');
    for (const held of taken.flat()) assert.equal(await other.settle(held, DONE), true);
    assert.deepEqual(await claim(store, { now: T + 60_000 }), []);
  });

  test('a lease taken by a clock that is ahead holds against one that is behind', async (store, other) => {
    await withTasks(store, task('a', T));
    const held = await claimOne(store, { now: T + SKEW, lease: 'ahead', leaseMs: 15_000 });
    for (const now of [T - SKEW, T, T + SKEW, T + 15_000 + SKEW - 1]) {
      assert.deepEqual(await claim(other, { now, lease: 'behind' }), []);
    }
    assert.equal(await store.settle(held, DONE), true);
  });

  test('a lease taken by a clock that is behind ends early for one that is ahead, and one of them settles', async (store, other) => {
    await withTasks(store, task('a', T - SKEW));
    const first = await claimOne(store, { now: T - SKEW, lease: 'behind', leaseMs: 15_000 });
    // The clocks are ten seconds apart, so the 15 s lease lasts five by the one ahead: it must be longer than the difference.
    assert.deepEqual(await claim(other, { now: T + SKEW - 1, lease: 'ahead' }), []);
    const second = await claimOne(other, { now: T - SKEW + 15_000, lease: 'ahead', leaseMs: 15_000 });
    assert.equal(second.attempt, 2);
    assert.equal(await store.settle(first, DONE), false);
    assert.equal(await other.settle(second, DONE), true);
  });

  test('a record committed by a clock that is ahead is there for one that is behind', async (store, other) => {
    await store.commit(commitOf({ now: T + SKEW, expiresAt: T + SKEW + 60_000 }));
    assert.equal((await other.read(KEY, T - SKEW))?.data, 'one');
    const behind = commitOf({ now: T - SKEW, expected: 1, data: 'two', expiresAt: T + 60_000 });
    assert.deepEqual(await other.commit(behind), { ok: true, revision: 2 });
    assert.equal((await store.read(KEY, T + SKEW))?.data, 'two');
  });

  test('leaves alone what a newer program wrote: any text, byte for byte, with its tasks', async (store, other) => {
    const data = '{"v":999,"at":1,"state":{"of":"a newer program"}}';
    await store.commit(commitOf({ data, put: [task('newer', T, '{"unheard":"of"}')] }));
    assert.equal((await other.read(KEY, T))?.data, data);
    const held = await claimOne(other);
    assert.equal(held.data, '{"unheard":"of"}');
    assert.equal(await other.settle(held, { kind: 'retry', dueAt: T + 15_000, counts: false }), true);
    assert.equal((await claimOne(store, { now: T + 15_000 })).attempt, 1);
    assert.equal((await store.read(KEY, T))?.data, data);
  });
}

function sorted(claims: readonly Claim[]): string[] {
  return claims.map(({ id }) => id).sort();
}
