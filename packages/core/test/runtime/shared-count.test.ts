import { describe, expect, it } from 'vitest';
import { createMemoryStore, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createSharedCount, type SharedCountOptions } from '../../src/runtime/shared-count.js';

const KEY = 'limits:test';

/** Other processes commit first, this many times; pauses take exactly the time they say. */
function scene(others: number, options: Partial<SharedCountOptions> = {}) {
  const pauses: number[] = [];
  let [time, left] = [0, others];
  const inner = createMemoryStore();
  const store: Store = {
    ...inner,
    commit: (commit) => {
      left -= 1;
      return left < 0 ? inner.commit(commit) : Promise.resolve({ ok: false, actual: 7 });
    },
  };
  const count = createSharedCount({
    store,
    clock: manualClock(),
    key: KEY,
    limit: 2,
    keepMs: 60_000,
    room: (list) => ({ calls: list.calls, known: list }),
    waits: {
      elapsed: () => time,
      pause: (ms) => {
        pauses.push(ms);
        time += ms;
        return Promise.resolve();
      },
      random: () => 1,
    },
    ...options,
  });
  return { count, pauses, store: inner };
}

describe('a count that other processes change at the same moment', () => {
  it('a shared count waits after each conflict, longer each time, and tries again', async () => {
    const { count, pauses } = scene(8);
    expect(await count.add('CA1')).toBe(true);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 40]);
  });

  it('a shared count includes calls that arrive while it waits', async () => {
    const { count } = scene(3);
    expect(await Promise.all([count.add('CA1'), count.add('CA2'), count.add('CA3')])).toEqual([true, true, false]);
  });

  it('a shared count gives up after two seconds, by time and not by tries, without counting the call', async () => {
    let idle = 0;
    const { count, pauses, store } = scene(Infinity, { onIdle: () => (idle += 1) });
    await expect(count.add('CA1')).rejects.toMatchObject({ code: 'ERR_STORE_CONFLICT' });
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(2000);
    expect(await store.read(KEY, 0)).toBeUndefined();
    await Promise.resolve();
    expect(idle).toBe(1);
  });

  it('a shared count reports once that no call is waiting, so nothing is kept for past callers', async () => {
    let idle = 0;
    const { count } = scene(0, { onIdle: () => (idle += 1) });
    await Promise.all([count.add('CA1'), count.add('CA2')]);
    await new Promise(setImmediate);
    expect(idle).toBe(1);
    await count.add('CA1');
    await new Promise(setImmediate);
    expect(idle).toBe(2);
  });

  it('a shared count says if the record is not a list of calls', async () => {
    const { count, store } = scene(0);
    await store.commit({ key: KEY, expected: 0, data: '{"v":1}', expiresAt: null, now: 0, put: [], drop: [] });
    await expect(count.add('CA1')).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
    await store.commit({ key: KEY, expected: 1, data: 'no', expiresAt: null, now: 0, put: [], drop: [] });
    await expect(count.tidy()).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
  });

  it('a shared count only appends to the list, and writes what it would have built anew', async () => {
    const { count, store } = scene(0, { limit: 5 });
    for (const sid of ['CA1', 'CA2', 'CA3']) await count.add(sid);
    const { data } = (await store.read(KEY, 0)) ?? { data: '' };
    const { calls } = JSON.parse(data) as { calls: unknown[][] };
    expect(calls.map(([sid]) => sid)).toEqual(['CA1', 'CA2', 'CA3']);
    expect(data).toBe(JSON.stringify({ v: 1, calls }));
  });
});
