import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmdError, createMemoryStore, decodeState, encodeState, forwarding } from '@amd/core';
import { CommitLog } from '../../src/store/commit-log.js';
import { DueTasks } from '../../src/store/due-tasks.js';
import { TaskHeap, type HeldTask } from '../../src/store/due-tasks.js';
import { countCases } from '../helpers/met.js';

const T = 2_000_000_000_000;
const commit = { key: 'calls:1', expected: 0, data: 'one', expiresAt: null, now: T, put: [], drop: [] };
const claim = { now: T, limit: 1, leaseMs: 1, lease: 'me' };

const held = (id: string, claimableAt: number, change: Partial<HeldTask> = {}): HeldTask => ({
  ...{ key: 'calls:1', id, dueAt: claimableAt, data: '', attempt: 0, lease: null, claimableAt, order: 0, place: -1 },
  ...change,
});

describe('the log of commits', () => {
  it('the commit log continues after any place in it, in order', () => {
    const log = new CommitLog();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(keys.map((key) => log.append(key))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (let place = 0; place <= 8; place += 1) {
      expect([...log.after(place)].map(({ key }) => key)).toEqual(keys.slice(place));
    }
  });

  it('the commit log continues after a place whose entry is gone, and never renumbers', () => {
    const log = new CommitLog();
    for (let n = 0; n < 2000; n += 1) log.append(String(n));
    log.tidy(0, ({ sequence }) => sequence % 500 === 0);
    const after = (place: number): number[] => [...log.after(place)].map(({ sequence }) => sequence);
    expect([after(0), after(499), after(500), after(501), after(2000)]).toEqual([
      [500, 1000, 1500, 2000],
      [500, 1000, 1500, 2000],
      [1000, 1500, 2000],
      [1000, 1500, 2000],
      [],
    ]);
    expect(log.append('new')).toBe(2001);
  });

  it("the commit log keeps a key's older entries until they are a thousand more than half of all", () => {
    const log = new CommitLog();
    for (let n = 0; n < 1004; n += 1) log.append('a');
    log.tidy(2, () => false);
    expect([...log.after(0)]).toHaveLength(1004);
    log.append('a');
    log.tidy(2, ({ sequence }) => sequence === 1005);
    expect([...log.after(0)]).toEqual([{ sequence: 1005, key: 'a' }]);
  });
});

describe('tasks by the time they may be claimed', () => {
  it('tasks come out in order, whatever was put in and taken out before', () => {
    const cases = countCases('taken out of the middle', 'taken out twice', 'same time');
    const step = fc.record({ at: fc.nat(20), remove: fc.option(fc.nat(30)) });
    cases.lookIn(() => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
          const heap = new TaskHeap();
          const all: HeldTask[] = [];
          let inside: HeldTask[] = [];
          for (const [order, { at, remove }] of steps.entries()) {
            const task = held(String(order), at, { order });
            if (inside.some(({ claimableAt }) => claimableAt === at)) cases.met('same time');
            heap.push(task);
            all.push(task);
            inside.push(task);
            const gone = remove === null ? undefined : all[remove];
            if (gone === undefined) continue;
            cases.met(inside.includes(gone) ? 'taken out of the middle' : 'taken out twice');
            heap.remove(gone);
            inside = inside.filter((other) => other !== gone);
          }
          inside.sort((a, b) => a.claimableAt - b.claimableAt || a.order - b.order);
          for (const expected of inside) {
            const { first } = heap;
            expect(first).toBe(expected);
            heap.remove(expected);
          }
          expect(heap.first).toBeUndefined();
          expect(all.every(({ place }) => place === -1)).toBe(true);
        }),
      );
    });
    cases.expectAll();
  });

  it('tasks are due from their exact time on, of one flow or of all, first come first served', () => {
    const due = new DueTasks();
    const put = (key: string, id: string, at: number): HeldTask => {
      const task = held(id, at, { key });
      due.push(task);
      return task;
    };
    put('workers:1', 'w', T + 1);
    put('calls:1', 'second', T + 2);
    put('calls:2', 'first', T + 1);
    const dropped = put('calls:3', 'dropped', T);
    put('no colon', 'n', T + 1);
    due.remove(dropped);
    due.remove(held('never put', T, { key: 'nobody:1' }));
    const pop = (now: number, prefix?: string): string | undefined => due.popDue(now, prefix)?.id;
    expect([pop(T), pop(T, 'calls:'), pop(T + 9, 'nobody:')]).toEqual([undefined, undefined, undefined]);
    expect(pop(T + 1, '')).toBe('n');
    expect(pop(T + 1, 'calls:')).toBe('first');
    expect([pop(T + 2), pop(T + 2), pop(T + 2)]).toEqual(['w', 'second', undefined]);
  });
});

describe('a stored state', () => {
  const KEY = 'forwarding:CA1';
  const state = forwarding.initial();

  it('a stored state is read as it was written', () => {
    const data = encodeState(forwarding, { state, at: T });
    expect(JSON.parse(data)).toEqual({ v: forwarding.schema, at: T, state });
    expect(decodeState(forwarding, KEY, data)).toEqual({ state, at: T });
  });

  it.each([6, 8])(
    'a state of schema %i, written by another version, is left alone, and the error names both',
    (schema) => {
      const data = `{"v":${String(schema)},"at":1,"state":{}}`;
      const other = (): unknown => decodeState({ ...forwarding, schema: 7 }, KEY, data);
      expect(other).toThrow(
        new AmdError(
          'ERR_STATE_VERSION',
          `record "forwarding:CA1" has schema ${String(schema)}, this process reads forwarding of schema 7; it is left alone`,
        ),
      );
    },
  );

  it.each([
    ['{"v":1', 'is not JSON'],
    ['', 'is not JSON'],
    ['null', 'has no schema or time'],
    ['[]', 'has no schema or time'],
    ['{"v":1,"state":{}}', 'has no schema or time'],
    ['{"at":1,"state":{}}', 'has no schema or time'],
    ['{"v":"1","at":1,"state":{}}', 'has no schema or time'],
    ['{"v":1,"at":"1","state":{}}', 'has no schema or time'],
  ])('the record %s is not ours', (data, problem) => {
    const read = (): unknown => decodeState(forwarding, KEY, data);
    expect(read).toThrow(`record "forwarding:CA1" ${problem}`);
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_STORE_CORRUPT' }) as Error);
  });
});

describe('the memory store', () => {
  const keysOf = async (store: ReturnType<typeof createMemoryStore>): Promise<string[]> =>
    (await store.list({ prefix: '', limit: 5000 })).records.map(({ key }) => key);

  it('the memory store sweeps once a minute while tasks are claimed', async () => {
    const store = createMemoryStore();
    await store.claim(claim);
    await store.commit({ ...commit, expiresAt: T + 1 });
    await store.claim({ ...claim, now: T + 59_999 });
    expect(await keysOf(store)).toEqual(['calls:1']);
    await store.claim({ ...claim, now: T + 60_000 });
    expect(await keysOf(store)).toEqual([]);
  });

  it('the memory store sweeps at every thousandth commit by default, and at no other', async () => {
    const store = createMemoryStore();
    await store.commit({ ...commit, key: 'over', expiresAt: T + 1 });
    for (let n = 2; n < 1000; n += 1) await store.commit({ ...commit, expected: n - 2, now: T + 1 });
    expect(await keysOf(store)).toContain('over');
    await store.commit({ ...commit, expected: 998, now: T + 1 });
    expect(await keysOf(store)).toEqual(['calls:1']);
  });

  it('the memory store still lists, in its place, what was committed long before thousands of commits to others', async () => {
    const store = createMemoryStore();
    await store.commit({ ...commit, key: 'quiet' });
    for (let n = 0; n < 1500; n += 1) {
      await store.commit({ ...commit, expected: n });
      if (n % 100 === 0) expect(await keysOf(store)).toEqual(['quiet', 'calls:1']);
    }
    expect(await keysOf(store)).toEqual(['quiet', 'calls:1']);
  });

  it.each(['-1', '1.5', '9007199254740993'])('the memory store refuses a cursor that is %s', async (after) => {
    await expect(createMemoryStore().list({ prefix: '', after, limit: 1 })).rejects.toThrow(
      new TypeError('"after" must be a cursor that list returned'),
    );
  });

  it('the memory store leaves a cursor unchanged when nothing was committed since', async () => {
    const store = createMemoryStore();
    await store.commit(commit);
    expect(await store.list({ prefix: '', after: '1', limit: 9 })).toEqual({ records: [], cursor: '1' });
    expect(await store.list({ prefix: '', limit: 0 })).toEqual({ records: [], cursor: '0' });
  });
});
