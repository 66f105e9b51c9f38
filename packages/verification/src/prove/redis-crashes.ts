import { setTimeout as wait } from 'node:timers/promises';
import { createRedisStore } from '@amd/store-redis';
import { DURABLE, ready, startRedis, type OwnRedis } from '../../../store-redis/test/helpers/redis.js';
import { chance, startWriter, type CrashReport } from './crashes.js';
import { Ledger } from './ledger.js';

export interface KillRedis {
  readonly times: number;
  readonly seed: number;
  /** `redis-writer.ts`, bundled: the URL of a file. */
  readonly writer: string;
  readonly onProgress?: (kills: number) => void;
}

/**
 * Kills a Redis that flushes everything to disk before it answers, at random moments during writes, and restarts it; every third
 * time the writer is killed instead. After each kill everything acknowledged must be there.
 */
export async function killRedis({ times, seed, writer, onProgress }: KillRedis): Promise<CrashReport> {
  const random = chance(seed);
  const redis = await startRedis();
  const ledger = new Ledger();
  const problems: string[] = [];
  let [kills, lost, slowestReopenMs] = [0, 0, 0];
  try {
    while (kills < times) {
      const writing = startWriter(writer, [redis.url], ledger);
      await writing.started;
      await Promise.race([wait(random() * 150), writing.ended]);
      const began = performance.now();
      if (kills % 3 === 2) writing.kill();
      else {
        await redis.kill('SIGKILL');
        await redis.start();
        await Promise.race([writing.ended, wait(3000)]);
        writing.kill();
      }
      await writing.ended;
      kills += 1;
      const found = await check(redis, ledger);
      slowestReopenMs = Math.max(slowestReopenMs, found.answeredAt - began);
      lost += found.lost;
      problems.push(...found.problems);
      onProgress?.(kills);
    }
  } finally {
    await redis.end();
  }
  return { kills, acked: ledger.acked, lost, slowestReopenMs, problems: problems.slice(0, 20) };
}

/** Kills a primary during writes with `replicas: 1`, and promotes its replica, which was in sync before. */
export async function promoteReplica({ times, seed, writer, onProgress }: KillRedis): Promise<CrashReport> {
  const random = chance(seed);
  const problems: string[] = [];
  let [kills, acked, lost, slowestReopenMs] = [0, 0, 0, 0];
  while (kills < times) {
    const primary = await startRedis([...DURABLE, '--repl-diskless-sync-delay', '0']);
    const replica = await startRedis([...DURABLE, '--replicaof', '127.0.0.1', String(primary.port)]);
    const ledger = new Ledger();
    try {
      await inSync(replica);
      const writing = startWriter(writer, [primary.url, '1'], ledger);
      await writing.started;
      await Promise.race([wait(50 + random() * 300), writing.ended]);
      const began = performance.now();
      await primary.kill('SIGKILL');
      await Promise.race([writing.ended, wait(3000)]);
      writing.kill();
      await writing.ended;
      await (await ready(replica.connect())).call('REPLICAOF', 'NO', 'ONE');
      const found = await check(replica, ledger);
      slowestReopenMs = Math.max(slowestReopenMs, found.answeredAt - began);
      lost += found.lost;
      acked += ledger.acked;
      problems.push(...found.problems);
      kills += 1;
      onProgress?.(kills);
    } finally {
      await Promise.all([primary.end(), replica.end()]);
    }
  }
  return { kills, acked, lost, slowestReopenMs, problems: problems.slice(0, 20) };
}

/** Waits for a replica: during its first synchronisation it would lose everything. */
async function inSync(replica: OwnRedis): Promise<void> {
  const client = await ready(replica.connect());
  for (let tries = 0; tries < 400; tries += 1) {
    if (String(await client.call('INFO', 'replication')).includes('master_link_status:up')) return;
    await wait(25);
  }
  throw new Error('the replica never came into sync');
}

async function check(
  redis: OwnRedis,
  ledger: Ledger,
): Promise<{ lost: number; problems: string[]; answeredAt: number }> {
  const client = await ready(redis.connect());
  const store = await createRedisStore({ client });
  try {
    await store.read('calls0:one', Date.now());
    const answeredAt = performance.now();
    return { ...(await ledger.check(store)), answeredAt };
  } finally {
    await store.close();
    client.disconnect();
  }
}
