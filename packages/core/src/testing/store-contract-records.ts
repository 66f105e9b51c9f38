import { strict as assert } from 'node:assert';
import { claim, commitOf, idsOf, KEY, T, task, type ContractTest } from './store-contract-parts.js';

export function contractRecords(test: ContractTest): void {
  test('has nothing at first', async (store) => {
    assert.equal(await store.read(KEY, T), undefined);
  });

  test('reads what was committed, from any handle', async (store, other) => {
    assert.deepEqual(await store.commit(commitOf()), { ok: true, revision: 1 });
    const record = { key: KEY, revision: 1, data: 'one', expiresAt: null };
    assert.deepEqual({ ...(await store.read(KEY, T)) }, record);
    assert.deepEqual({ ...(await other.read(KEY, T)) }, record);
  });

  test('counts revisions one by one', async (store) => {
    await store.commit(commitOf());
    assert.deepEqual(await store.commit(commitOf({ expected: 1, data: 'two' })), { ok: true, revision: 2 });
    assert.deepEqual(await store.commit(commitOf({ expected: 2, data: 'three' })), { ok: true, revision: 3 });
    assert.equal((await store.read(KEY, T))?.data, 'three');
  });

  test('tells a conflict by a value, with the revision there is', async (store) => {
    assert.deepEqual(await store.commit(commitOf({ expected: 4 })), { ok: false, actual: 0 });
    await store.commit(commitOf());
    assert.deepEqual(await store.commit(commitOf({ data: 'two' })), { ok: false, actual: 1 });
    assert.equal((await store.read(KEY, T))?.data, 'one');
  });

  test('writes nothing on a conflict: neither data nor tasks, and drops none', async (store) => {
    await store.commit(commitOf({ put: [task('kept')] }));
    const conflict = commitOf({ expected: 7, data: 'two', put: [task('new')], drop: ['kept'] });
    assert.deepEqual(await store.commit(conflict), { ok: false, actual: 1 });
    assert.equal((await store.read(KEY, T))?.data, 'one');
    assert.deepEqual(await idsOf(claim(store)), ['kept']);
  });

  test('writes data, new tasks and drops together', async (store) => {
    await store.commit(commitOf({ put: [task('a'), task('b')] }));
    await store.commit(commitOf({ expected: 1, data: 'two', put: [task('c')], drop: ['a'] }));
    assert.equal((await store.read(KEY, T))?.data, 'two');
    assert.deepEqual((await idsOf(claim(store))).sort(), ['b', 'c']);
  });

  test('drops before it puts, so that one commit can start a task anew', async (store) => {
    await store.commit(commitOf({ put: [task('a', T, 'old')] }));
    await store.commit(commitOf({ expected: 1, put: [task('a', T, 'new')], drop: ['a'] }));
    const claims = await claim(store);
    assert.deepEqual(
      claims.map(({ id, data }) => [id, data]),
      [['a', 'new']],
    );
  });

  test('takes the drop of a task that is not there', async (store) => {
    assert.deepEqual(await store.commit(commitOf({ drop: ['nothing'] })), { ok: true, revision: 1 });
  });

  test('keeps records and tasks of different keys apart', async (store) => {
    await store.commit(commitOf({ key: 'a', data: 'of a', put: [task('same', T, 'of a')] }));
    await store.commit(commitOf({ key: 'b', data: 'of b', put: [task('same', T, 'of b')] }));
    await store.commit(commitOf({ key: 'a', expected: 1, data: 'of a again', drop: ['same'] }));
    assert.equal((await store.read('b', T))?.data, 'of b');
    assert.deepEqual(
      (await claim(store)).map(({ key, data }) => [key, data]),
      [['b', 'of b']],
    );
  });

  test('hides a record from the time it expires at', async (store) => {
    await store.commit(commitOf({ expiresAt: T + 1000 }));
    assert.equal((await store.read(KEY, T + 999))?.expiresAt, T + 1000);
    assert.equal(await store.read(KEY, T + 1000), undefined);
  });

  test('lets an expired record be committed as a new one', async (store) => {
    await store.commit(commitOf());
    await store.commit(commitOf({ expected: 1, expiresAt: T + 1000 }));
    assert.deepEqual(await store.commit(commitOf({ expected: 2, now: T + 1000 })), { ok: false, actual: 0 });
    assert.equal((await store.commit(commitOf({ expected: 0, now: T + 1000, data: 'anew' }))).ok, true);
    assert.equal((await store.read(KEY, T + 1000))?.data, 'anew');
  });

  test('moves or lifts the expiry with each commit', async (store) => {
    await store.commit(commitOf({ expiresAt: T + 1000 }));
    await store.commit(commitOf({ expected: 1, expiresAt: null }));
    assert.equal((await store.read(KEY, T + 5000))?.revision, 2);
  });

  test('a record whose expiry was lifted or put off stays, whoever claims after the time it had', async (store, other) => {
    for (const [key, expiresAt] of [
      ['lifted', null],
      ['put off', T + 200_000],
    ] as const) {
      await store.commit(commitOf({ key, expiresAt: T + 1000 }));
      await store.commit(commitOf({ key, expected: 1, expiresAt, data: 'kept' }));
    }
    for (const now of [T + 1000, T + 70_000, T + 140_000]) await claim(other, { now });
    assert.equal((await store.read('lifted', T + 140_000))?.data, 'kept');
    assert.equal((await store.read('put off', T + 140_000))?.data, 'kept');
    assert.deepEqual(await store.commit(commitOf({ key: 'lifted', expected: 2, now: T + 140_000 })), {
      ok: true,
      revision: 3,
    });
  });

  test('keeps values as they are, whatever they say', async (store) => {
    const data = '{"text":"Grüße, 世界 🎉 \\u0000 \' \\" \\\\ % ; --","n":1748886000000}\n\t ';
    const name = 'key:with spaces/and ünïcode {braces} 🎉';
    await store.commit(commitOf({ key: name, data, put: [task('täsk 🎉', T, data)] }));
    assert.equal((await store.read(name, T))?.data, data);
    const claims = await claim(store);
    assert.deepEqual(
      claims.map((one) => [one.key, one.id, one.data]),
      [[name, 'täsk 🎉', data]],
    );
  });

  test('keeps a value of 100 000 characters and an empty one', async (store) => {
    const data = 'x'.repeat(100_000);
    await store.commit(commitOf({ key: 'long', data }));
    await store.commit(commitOf({ key: 'empty', data: '' }));
    assert.equal((await store.read('long', T))?.data, data);
    assert.equal((await store.read('empty', T))?.data, '');
  });

  test('lets exactly one of many parallel writers win', async (store, other) => {
    const writers = Array.from({ length: 20 }, (_, n) =>
      (n % 2 === 0 ? store : other).commit(commitOf({ data: String(n), put: [task(`task ${String(n)}`)] })),
    );
    const results = await Promise.all(writers);
    const winner = results.findIndex((result) => result.ok);
    assert.equal(results.filter((result) => result.ok).length, 1);
    for (const result of results) assert.equal(result.ok ? result.revision : result.actual, 1);
    assert.equal((await store.read(KEY, T))?.data, String(winner));
    assert.deepEqual(await idsOf(claim(store)), [`task ${String(winner)}`]);
  });

  test('loses no update of parallel writers that read and decide again', async (store, other) => {
    const add = async (handle: typeof store): Promise<void> => {
      for (;;) {
        const record = await handle.read(KEY, T);
        const data = String(Number(record?.data ?? '0') + 1);
        if ((await handle.commit(commitOf({ expected: record?.revision ?? 0, data }))).ok) return;
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, n) => add(n % 2 === 0 ? store : other)));
    assert.equal((await store.read(KEY, T))?.data, '10');
    assert.equal((await store.read(KEY, T))?.revision, 10);
  });
}
