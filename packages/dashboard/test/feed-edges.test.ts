import { createMemoryStore, encodeState, forwarding, type Store } from '@amd/core';
import { manualClock, type ManualClock } from '@amd/core/testing';
import { createCallFeed } from '@amd/dashboard';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallFeedOptions } from '../src/server/data/feed.js';
import type { DashboardLogEntry } from '../src/server/log.js';
import type { Delta } from '../src/shared/protocol.js';
import { putCall } from './helpers/serve.js';

const sidOf = (index: number): string => `CA${String(index).padStart(32, '0')}`;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
};

/** A store that counts how often it is read, and can hold a read back. */
function watched(store: Store) {
  const looks: number[] = [];
  let held: Promise<void> | null = null;
  let clock: ManualClock | null = null;
  const list: Store['list'] = async (options) => {
    looks.push(clock?.now() ?? 0);
    if (held !== null) await held;
    return store.list(options);
  };
  return {
    store: { ...store, list },
    looks,
    by: (its: ManualClock) => (clock = its),
    /** Until the returned function is called. */
    hold() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = () => {
          held = null;
          resolve();
        };
      });
      return () => {
        release();
      };
    },
  };
}

function feeding(options: Partial<CallFeedOptions> = {}) {
  const clock = manualClock();
  const { store, ...watch } = watched(options.store ?? createMemoryStore());
  watch.by(clock);
  const log: DashboardLogEntry[] = [];
  const feed = createCallFeed({ clock, epoch: 'E1', log: (entry) => log.push(entry), ...options, store });
  const deltas: Delta[] = [];
  feed.on((delta) => deltas.push(delta));
  feed.start();
  onTestFinished(() => {
    feed.stop();
  });
  return { ...watch, clock, store, feed, deltas, log, wait: (ms: number) => clock.advanceBy(ms, settle) };
}

/** Writes a call that is over, or one that the store forgets at a known time. */
async function put(
  store: Store,
  sid: string,
  changes: { readonly startedAt?: number; readonly over?: boolean; readonly expiresAt?: number; readonly now: number },
): Promise<void> {
  const { startedAt = changes.now, over = false, expiresAt = null, now } = changes;
  const state = {
    kind: 'call',
    settings: {},
    call: { sid, from: '+12125550123', to: '+14155550199', token: 'x' },
    caller: { phase: over ? 'ended' : 'held' },
    legs: [],
    winner: null,
    result: over ? 'unanswered' : null,
    timestamps: { startedAt },
  };
  const data = encodeState({ schema: forwarding.schema }, { state, at: now });
  await store.commit({ key: `forwarding:${sid}`, expected: 0, data, expiresAt, now, put: [], drop: [] });
}

describe('what a feed holds', () => {
  it('the feed holds the newest ended calls up to the limit, by when they began, and every live one', async () => {
    const { clock, store, feed, wait } = feeding({ limit: 2 });
    const now = clock.now();
    for (const call of [1, 2, 3]) await put(store, sidOf(call), { now, startedAt: now - 10 });
    for (const [call, ago] of [
      [4, 400],
      [5, 100],
      [6, 300],
      [7, 200],
    ] as const)
      await put(store, sidOf(call), { now, startedAt: now - ago, over: true });
    await wait(300);
    const { rows, totals } = feed.sync(null) as { rows: readonly { sid: string }[]; totals: { calls: number } };
    expect(rows.map(({ sid }) => sid).sort()).toEqual([1, 2, 3, 5, 7].map(sidOf));
    expect(totals.calls).toBe(5);
  });

  it('ended calls that began together are chosen by SID, so that every node holds the same', async () => {
    const { clock, store, feed, wait } = feeding({ limit: 1 });
    const now = clock.now();
    for (const call of [2, 1, 3]) await put(store, sidOf(call), { now, over: true });
    await wait(300);
    expect(feed.sync(null).rows.map(({ sid }) => sid)).toEqual([sidOf(1)]);
  });

  it('the feed drops nothing at its limit; with one more, the page is told which is gone', async () => {
    const { clock, store, deltas, wait } = feeding({ limit: 2 });
    const now = clock.now();
    for (const call of [1, 2]) await put(store, sidOf(call), { now, startedAt: now + call, over: true });
    await wait(300);
    expect(deltas.flatMap(({ gone }) => gone)).toEqual([]);
    await put(store, sidOf(3), { now, startedAt: now + 3, over: true });
    await wait(300);
    expect(deltas.at(-1)).toMatchObject({ gone: [sidOf(1)], rows: [{ sid: sidOf(3) }], totals: { calls: 2 } });
  });

  it('the feed forgets a call when the store does, though nothing is written then', async () => {
    const { clock, store, feed, deltas, wait } = feeding();
    const now = clock.now();
    await put(store, sidOf(1), { now, expiresAt: now + 1000 });
    await put(store, sidOf(2), { now });
    await wait(999);
    expect(feed.totals().calls).toBe(2);
    // A poll is due at this very moment.
    await wait(1);
    expect(feed.totals().calls).toBe(1);
    expect(deltas.at(-1)).toMatchObject({ gone: [sidOf(1)], rows: [] });
    const before = deltas.length;
    await wait(2000);
    expect(deltas).toHaveLength(before);
  });

  it('the feed keeps a call when a later change takes its end away', async () => {
    const { clock, store, feed, wait } = feeding();
    const now = clock.now();
    await put(store, sidOf(1), { now, expiresAt: now + 1000 });
    await wait(300);
    await putCall(store, sidOf(1), now, 1);
    await wait(3000);
    expect(feed.totals().calls).toBe(1);
  });
});

describe('when a feed polls', () => {
  it('the feed polls at once when it starts, then four times a second, and never after it was stopped', async () => {
    const { clock, looks, feed, wait } = feeding();
    const begin = clock.now();
    await wait(1000);
    expect(looks.map((at) => at - begin)).toEqual([0, 250, 500, 750, 1000]);
    feed.start();
    await wait(250);
    expect(looks).toHaveLength(6);
    feed.stop();
    feed.nudge();
    await wait(5000);
    expect(looks).toHaveLength(6);
  });

  it('a nudge polls a tenth of a second after the last poll, and a second nudge delays nothing', async () => {
    const { clock, looks, feed, wait } = feeding();
    const begin = clock.now();
    await wait(10);
    feed.nudge();
    feed.nudge();
    await wait(300);
    expect(looks.map((at) => at - begin)).toEqual([0, 100]);
    await wait(240);
    feed.nudge();
    await wait(0);
    expect(looks.map((at) => at - begin)).toEqual([0, 100, 350, 550]);
  });

  it('a nudge during a poll causes another one soon', async () => {
    const { clock, looks, feed, hold, wait } = feeding();
    const begin = clock.now();
    const release = hold();
    await wait(50);
    feed.nudge();
    await wait(10);
    expect(looks).toHaveLength(1);
    release();
    await settle();
    await wait(100);
    expect(looks.map((at) => at - begin)).toEqual([0, 100]);
  });

  it('the feed follows as many pages as there are, and stops in the middle when stopped', async () => {
    const { clock, store, looks, feed, hold, wait } = feeding();
    const now = clock.now();
    for (let call = 0; call < 1001; call += 1) await put(store, sidOf(call), { now });
    await wait(0);
    expect(looks).toHaveLength(3);
    expect(feed.totals().calls).toBe(1001);
    for (let call = 2000; call < 2600; call += 1) await put(store, sidOf(call), { now });
    const release = hold();
    await wait(250);
    feed.stop();
    release();
    await settle();
    expect(looks).toHaveLength(4);
  });
});

describe('a page that missed changes', () => {
  it('a page gets what changed since, each row once, and only the SID of one that is gone', async () => {
    const { clock, store, feed, wait } = feeding();
    const now = clock.now();
    await put(store, sidOf(1), { now });
    await put(store, sidOf(2), { now, expiresAt: now + 600 });
    await wait(10);
    expect(feed.sync(null)).toMatchObject({ kind: 'snapshot', epoch: 'E1', seq: 1, now: clock.now() });
    await putCall(store, sidOf(1), now, 1);
    await wait(300);
    await putCall(store, sidOf(1), now, 2);
    await wait(700);
    const { rows, ...delta } = feed.sync({ epoch: 'E1', seq: 1 });
    expect(delta).toMatchObject({ kind: 'delta', epoch: 'E1', from: 1, gone: [sidOf(2)], now: clock.now() });
    expect(rows.map(({ sid, version }) => [sid, version])).toEqual([[sidOf(1), 3]]);
    expect(feed.sync({ epoch: 'E1', seq: delta.seq })).toMatchObject({ kind: 'delta', rows: [], gone: [] });
  });

  it('a page gets everything when the feed is a different one, or when it claims to know the future', async () => {
    const { clock, store, feed, wait } = feeding();
    await put(store, sidOf(1), { now: clock.now() });
    await wait(10);
    for (const since of [null, { epoch: 'E2', seq: 1 }, { epoch: 'E1', seq: 2 }])
      expect(feed.sync(since)).toMatchObject({ kind: 'snapshot', seq: 1, rows: [{ sid: sidOf(1) }] });
    expect(feed.sync({ epoch: 'E1', seq: 0 })).toMatchObject({ kind: 'delta', rows: [{ sid: sidOf(1) }] });
  });

  it('a page gets everything when its state is more than 600 changes old', async () => {
    const { clock, store, feed, deltas, wait } = feeding();
    for (let time = 0; time < 1201; time += 1) {
      await putCall(store, sidOf(1), clock.now(), time);
      await wait(250);
    }
    const last = deltas.at(-1)?.seq ?? 0;
    expect(last).toBe(1201);
    expect(feed.sync({ epoch: 'E1', seq: last - 600 })).toMatchObject({ kind: 'delta', from: last - 600 });
    expect(feed.sync({ epoch: 'E1', seq: last - 601 })).toMatchObject({ kind: 'snapshot' });
  });
});

describe('a feed', () => {
  it('the feed has a random name by default', () => {
    const store = createMemoryStore();
    const epochs = [1, 2].map(() => createCallFeed({ store }).sync(null).epoch);
    expect(new Set(epochs).size).toBe(2);
  });

  it('the feed notifies all listeners although one fails, logs that, and skips those who have left', async () => {
    const { clock, store, feed, deltas, log, wait } = feeding();
    const heard: number[] = [];
    feed.on(() => {
      throw new Error('broken page');
    });
    const off = feed.on(({ seq }) => heard.push(seq));
    await put(store, sidOf(1), { now: clock.now() });
    await wait(10);
    expect([deltas.length, heard]).toEqual([1, [1]]);
    expect(log).toEqual([
      { level: 'error', code: 'feed.listener', message: 'a listener of the feed failed: broken page' },
    ]);
    off();
    await put(store, sidOf(2), { now: clock.now() });
    await wait(300);
    expect([deltas.length, heard]).toEqual([2, [1]]);
  });

  it('the feed logs once that it cannot read, and why, and once that it can again, each time it happens', async () => {
    let away = true;
    const memory = createMemoryStore();
    const list: Store['list'] = (options) => (away ? Promise.reject(new Error('gone')) : memory.list(options));
    const { log, wait } = feeding({ store: { ...memory, list } });
    for (away of [true, false, true, false]) await wait(1000);
    const [lost, found] = [
      { level: 'error', code: 'feed.failed', message: 'the feed cannot read: gone' },
      { level: 'warn', code: 'feed.back', message: 'the store answers the feed again' },
    ];
    expect(log).toEqual([lost, found, lost, found]);
  });

  it('the feed logs once why rows are left out, however many there are', async () => {
    const { clock, store, log, wait } = feeding();
    for (const call of [1, 2]) {
      const key = `forwarding:${sidOf(call)}`;
      const commit = { key, expected: 0, data: 'no JSON', expiresAt: null, now: clock.now(), put: [], drop: [] };
      await store.commit(commit);
      await wait(300);
    }
    expect(log).toMatchObject([
      { level: 'warn', code: 'feed.unreadable', message: expect.stringMatching(/^rows are left out: .*forwarding:/) },
    ]);
  });

  it('a tick has the sequence number and nothing else', async () => {
    const { clock, store, feed, wait } = feeding();
    await put(store, sidOf(1), { now: clock.now() });
    await wait(10);
    expect(feed.tick()).toMatchObject({ kind: 'delta', epoch: 'E1', from: 1, seq: 1, rows: [], gone: [] });
    expect(feed.tick().totals).toMatchObject({ calls: 1 });
  });
});
