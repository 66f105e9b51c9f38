import { createMemoryStore, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createCallFeed } from '@amd/dashboard';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delta, Update } from '../src/shared/protocol.js';
import { applyUpdate, newestFirst, type View } from '../src/shared/view.js';
import { CANARY, putCall } from './helpers/serve.js';

const sidOf = (index: number): string => `CA${String(index).padStart(32, '0')}`;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

/** A store whose answers can be made to fail. */
function fragile(store: Store): Store & { broken: boolean } {
  const wrapped = {
    ...store,
    broken: false,
    list: (options: Parameters<Store['list']>[0]) =>
      wrapped.broken ? Promise.reject(new Error('the store is away')) : store.list(options),
  };
  return wrapped;
}

type Step =
  { readonly do: 'write'; readonly call: number } | { readonly do: 'wait' | 'lose' | 'reconnect' | 'restart' };
const STEPS: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), call: fc.nat({ max: 9 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('wait', 'lose', 'reconnect', 'restart') }) },
);

describe('the feed', () => {
  it('the feed brings a page to what the store holds, whatever was lost, and after restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEPS, { maxLength: 60 }), async (steps) => {
        const clock = manualClock();
        const store = createMemoryStore();
        const revisions = new Map<number, number>();
        let view: View | null = null;
        let listening = true;
        const make = (): ReturnType<typeof createCallFeed> => createCallFeed({ store, clock });
        let feed = make();
        const take = (update: Update): void => {
          const next = applyUpdate(view, update, 0);
          view = next === 'resync' ? (applyUpdate(view, feed.sync(sinceOf()), 0) as View) : next;
        };
        const sinceOf = (): { epoch: string; seq: number } | null => view && { epoch: view.epoch, seq: view.seq };
        const hear = (delta: Delta): void => {
          if (listening) take(delta);
        };
        feed.on(hear);
        feed.start();
        for (const step of steps) {
          if (step.do === 'write') {
            const revision = revisions.get(step.call) ?? 0;
            await putCall(store, sidOf(step.call), clock.now(), revision);
            revisions.set(step.call, revision + 1);
            feed.nudge();
          } else if (step.do === 'wait') await clock.advanceBy(300, settle);
          else if (step.do === 'lose') listening = false;
          else if (step.do === 'reconnect') {
            listening = true;
            take(feed.sync(sinceOf()));
          } else {
            feed.stop();
            feed = make();
            feed.on(hear);
            feed.start();
          }
        }
        listening = true;
        await clock.advanceBy(1000, settle);
        take(feed.tick());
        const shown = [...((view as View | null)?.rows.values() ?? [])].map(({ sid, version }) => [sid, version]);
        expect(shown.sort()).toEqual([...revisions].map(([call, revision]) => [sidOf(call), revision]).sort());
        expect(JSON.stringify(feed.sync(null))).not.toContain(CANARY);
        feed.stop();
      }),
      { numRuns: 300 },
    );
  });

  it('the feed keeps what it has while the store is down, logs that once, and goes on', async () => {
    const clock = manualClock();
    const store = fragile(createMemoryStore());
    const log: string[] = [];
    const feed = createCallFeed({ store, clock, log: ({ code }) => log.push(code) });
    feed.start();
    await putCall(store, sidOf(1), clock.now());
    await clock.advanceBy(500, settle);
    store.broken = true;
    await putCall(store, sidOf(2), clock.now());
    await clock.advanceBy(2000, settle);
    expect(feed.totals().calls).toBe(1);
    store.broken = false;
    await clock.advanceBy(500, settle);
    expect(feed.totals()).toMatchObject({ calls: 2, live: 2, waiting: 2 });
    expect(log).toEqual(['feed.failed', 'feed.back']);
    feed.stop();
  });

  it('the feed sends at most one change in a tenth of a second, however much happens', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const feed = createCallFeed({ store, clock });
    const deltas: Delta[] = [];
    feed.on((delta) => deltas.push(delta));
    feed.start();
    for (let call = 0; call < 100; call += 1) {
      await putCall(store, sidOf(call), clock.now());
      feed.nudge();
      await clock.advanceBy(10, settle);
    }
    await clock.advanceBy(300, settle);
    expect(deltas.length).toBeLessThanOrEqual(13);
    expect(deltas.flatMap(({ rows }) => rows)).toHaveLength(100);
    expect(deltas.map(({ from, seq }) => seq - from)).toEqual(deltas.map(() => 1));
    feed.stop();
  });

  it('the feed polls at intervals without listeners, and soon with a listener', async () => {
    const clock = manualClock();
    const inner = createMemoryStore();
    let looks = 0;
    const store: Store = {
      ...inner,
      list(options) {
        looks += 1;
        return inner.list(options);
      },
    };
    const feed = createCallFeed({ store, clock, pollMs: 250, everyMs: 100 });
    feed.start();
    await clock.advanceBy(0, settle);
    looks = 0;
    for (let ms = 0; ms < 1000; ms += 10) {
      feed.nudge();
      await clock.advanceBy(10, settle);
    }
    expect(looks).toBe(4);
    const deltas: unknown[] = [];
    feed.on((delta) => deltas.push(delta));
    await putCall(store, sidOf(1), clock.now());
    await clock.advanceBy(100, settle);
    expect(deltas).toHaveLength(1);
    feed.stop();
  });

  it('the feed leaves out what it cannot read, and logs that', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const log: string[] = [];
    const feed = createCallFeed({ store, clock, log: ({ code }) => log.push(code) });
    const bad = { key: `forwarding:${sidOf(7)}`, expected: 0, expiresAt: null, now: clock.now(), put: [], drop: [] };
    await store.commit({ ...bad, data: JSON.stringify({ v: 99, at: 0, state: {} }) });
    await store.commit({ ...bad, key: `forwarding:${sidOf(8)}`, data: 'no JSON' });
    await putCall(store, sidOf(1), clock.now());
    feed.start();
    await clock.advanceBy(500, settle);
    expect(feed.totals().calls).toBe(1);
    expect(log).toEqual(['feed.unreadable']);
    feed.stop();
  });
});

it('rows never swap places by chance: newest first, then by SID', () => {
  const rows = [3, 1, 2].map((call) => ({ sid: sidOf(call), startedAt: call === 3 ? 5 : 9 }));
  expect(newestFirst(rows as never).map(({ sid }) => sid)).toEqual([sidOf(1), sidOf(2), sidOf(3)]);
});
