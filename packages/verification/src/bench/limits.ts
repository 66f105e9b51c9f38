import { setTimeout as wait } from 'node:timers/promises';
import { createMemoryStore, type Store } from '@amd/core';
import { openStore } from '../../../../examples/shared/src/open-store.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { startRedis } from '../../../store-redis/test/helpers/redis.js';
import { createBench, plain, webhooks, type Bench } from './calls.js';
import { skipped, type Figure, type RunOptions, type Section } from './figure.js';
import { atLeast, atMost, cpuMs, interleave, median, short, times, warmUp } from './samples.js';
import { NO_REDIS, REDIS_SETTINGS } from './stores.js';

const SERVED = '300 new callers at once on Redis: served';
const P99 = '300 new callers at once on Redis: p99 of the reply';
const REFUSED = 'a refused call over an admitted one, limit 1,000';

const PER_CALLER = { calls: 100, seconds: 60 };

/** A burst of callers below the limit, all of whom must be served. */
export const burst: Section = {
  name: 'burst',
  figures: [SERVED, P99],
  async run({ quick, progress }) {
    if (!hasRedis()) return [skipped(SERVED, '≥ 300', NO_REDIS), skipped(P99, '≤ 500 ms', NO_REDIS)];
    const redis = await startRedis(REDIS_SETTINGS);
    try {
      // Each in a database of its own; a server has 16.
      let database = 0;
      const served: number[] = [];
      const p99 = async (): Promise<number> => {
        progress(`burst ${String(database + 1)}`);
        const result = await burstOn(`${redis.url}/${String(database)}`);
        database += 1;
        served.push(result.served);
        return result.p99;
      };
      await warmUp({ p99 }, quick ? 2 : 6);
      served.length = 0;
      const samples = await interleave(quick ? 3 : 9, { p99 });
      const detail = 'callers of different numbers in the same moment, limits on and far away';
      const worst = [Math.min(...served)];
      return [
        atLeast(SERVED, worst, 300, '', `the least of ${String(served.length)} bursts`),
        atMost(P99, samples.p99, 500, ' ms', detail),
      ];
    } finally {
      await redis.end();
    }
  },
};

async function burstOn(url: string): Promise<{ readonly served: number; readonly p99: number }> {
  const { store, clock, close } = await openStore({ REDIS_URL: url }, { warn: () => undefined });
  const bench = createBench({ store, clock, limits: { atOnce: 1000, perCaller: PER_CALLER }, pollMs: 1000 });
  bench.runtime.start();
  try {
    const requests = Array.from({ length: 300 }, (_, n) => plain(webhooks.inbound(n)));
    const begin = performance.now();
    const replies = await Promise.all(
      requests.map(async (request) => {
        const { body } = await bench.endpoint.handle(request);
        return { served: body.includes('<Conference'), ms: performance.now() - begin };
      }),
    );
    const sorted = replies.map(({ ms }) => ms).sort((a, b) => a - b);
    return {
      served: replies.filter(({ served }) => served).length,
      p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN,
    };
  } finally {
    await bench.runtime.stop();
    await close();
  }
}

/** The list of live calls is full: refusing protects against a flood, so it must not cost more than serving. */
export const refusal: Section = {
  name: 'refusal',
  figures: [REFUSED],
  async run(options) {
    return [await refusedOverAdmitted(options)];
  },
};

const LIMIT = 1000;
const BLOCK = 100;

async function refusedOverAdmitted({ quick, progress }: RunOptions): Promise<Figure> {
  let reads = 0;
  const inner = createMemoryStore();
  const store: Store = {
    ...inner,
    read(...args) {
      reads += 1;
      return inner.read(...args);
    },
  };
  const bench = createBench({ store, limits: { atOnce: LIMIT, perCaller: PER_CALLER } });
  let next = 0;
  const arrive = async (
    count: number,
    conference: boolean,
  ): Promise<{ readonly us: number; readonly reads: number }> => {
    const requests = Array.from({ length: count }, (_, n) => plain(webhooks.inbound(next + n)));
    next += count;
    reads = 0;
    const before = cpuMs();
    for (const request of requests) {
      const { body } = await bench.endpoint.handle(request);
      if (body.includes('<Conference') !== conference) throw new Error(`a caller was told ${body}`);
    }
    return { us: ((cpuMs() - before) * 1000) / count, reads: reads / count };
  };
  await arrive(LIMIT - BLOCK, true);
  const readsOf = { admitted: 0, refused: 0 };
  const contenders = {
    admitted: async (): Promise<number> => {
      const first = next;
      progress('admitted and refused');
      const admitted = await arrive(BLOCK, true);
      readsOf.admitted = admitted.reads;
      // Full: these are refused, and measured in the same round.
      const refused = await arrive(BLOCK, false);
      readsOf.refused = refused.reads;
      refusals.push(refused.us);
      await hangUp(bench, first);
      return admitted.us;
    },
  };
  const refusals: number[] = [];
  await warmUp(contenders, quick ? 3 : 8);
  refusals.length = 0;
  const { admitted } = await interleave(quick ? 3 : 9, contenders);
  const detail =
    `${short(median(refusals))} µs and ${short(readsOf.refused)} reads, ` +
    `admitted ${short(median(admitted))} µs and ${short(readsOf.admitted)} reads; the whole /inbound, memory store`;
  return atMost(REFUSED, times(refusals, admitted), 1, '×', detail);
}

/** Ends a block of calls, and waits until their places are free again. */
async function hangUp({ endpoint, runtime }: Bench, first: number): Promise<void> {
  await runtime.tick();
  for (let n = first; n < first + BLOCK; n += 1) {
    await endpoint.handle(plain(webhooks.legCompleted(n)));
    await endpoint.handle(plain(webhooks.callerCompleted(n)));
  }
  await runtime.tick();
  await wait(1200);
}
