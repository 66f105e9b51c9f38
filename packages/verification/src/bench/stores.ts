import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { startRedis, type OwnRedis } from '../../../store-redis/test/helpers/redis.js';
import { startLoad, startServer, type Keeps, type RunningServer } from './children.js';
import { skipped, type Figure, type Section } from './figure.js';
import { atMost, interleave, median, short, times, warmUp } from './samples.js';
import { callsTo } from './whole-call.js';

const SQLITE = 'CPU of a whole call: the example on SQLite over memory';
const REDIS = 'CPU of a whole call: the example on Redis over memory';
const TWO = 'CPU of a webhook: two processes on one Redis over one';

/** Does not wait for the disk at each write, as Redis by default. */
export const REDIS_SETTINGS = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
export const NO_REDIS = 'there is no redis-server here: apt-get install redis-server';

/** The example's whole call again, on each store. */
export const stores: Section = {
  name: 'stores',
  figures: [SQLITE, REDIS, TWO],
  async run({ quick, progress }) {
    const load = startLoad();
    const servers: RunningServer[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'amd-bench-'));
    let redis: OwnRedis | undefined;
    const contender = async (name: string, keeps: readonly Keeps[]): Promise<() => Promise<number>> => {
      const own = await Promise.all(keeps.map((one) => startServer('example', one)));
      servers.push(...own);
      return callsTo({ servers: own, load, calls: quick ? 100 : 250, progress: () => progress(name) });
    };
    try {
      const files = { memory: await contender('memory', [{}]), sqlite: await contender('SQLite', [{ folder }]) };
      if (!hasRedis()) {
        await warmUp(files, quick ? 3 : 8);
        const { memory, sqlite } = await interleave(quick ? 3 : 9, files);
        return [onSqlite(sqlite, memory), skipped(REDIS, '≤ 1.3×', NO_REDIS), skipped(TWO, '≤ 1.15×', NO_REDIS)];
      }
      redis = await startRedis(REDIS_SETTINGS);
      const [first, second] = [{ redis: `${redis.url}/0` }, { redis: `${redis.url}/1` }];
      const contenders = {
        ...files,
        one: await contender('Redis', [first]),
        two: await contender('two processes on Redis', [second, second]),
      };
      await warmUp(contenders, quick ? 3 : 8);
      const { memory, sqlite, one, two } = await interleave(quick ? 3 : 9, contenders);
      const ofWebhook = (samples: readonly number[]): string => `${short((1000 * median(samples)) / 8)} µs`;
      return [
        onSqlite(sqlite, memory),
        atMost(REDIS, times(one, memory), 1.3, '×', `${short(median(one))} ms, memory ${short(median(memory))} ms`),
        atMost(TWO, times(two, one), 1.15, '×', `both together ${ofWebhook(two)}, one process ${ofWebhook(one)}`),
      ];
    } finally {
      for (const server of servers) server.stop();
      load.stop();
      await redis?.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function onSqlite(sqlite: readonly number[], memory: readonly number[]): Figure {
  const detail = `${short(median(sqlite))} ms, memory ${short(median(memory))} ms`;
  return atMost(SQLITE, times(sqlite, memory), 1.5, '×', detail);
}
