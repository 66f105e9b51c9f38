import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Store } from '@amd/core';
import { createRedisStore, type RedisStore } from '@amd/store-redis';
import { createSqliteStore } from '@amd/store-sqlite';
import { createSimulator, handlerTransport, human, realClock, voicemail } from '@amd/simulator';
import { blinkingStore } from '../crowds/blinking-store.js';
import { BASE, forwardingNode, OUR_NUMBER } from '../crowds/forwarding-app.js';
import { DURABLE, ready, startRedis, type OwnRedis } from '../../../store-redis/test/helpers/redis.js';
import type { Facts } from './facts.js';

const ANN = '+14155550142';
const BEN = '+14155550143';
/** A caller every so many ms, for this long; the store goes down after the first second. */
const APART_MS = 500;
const STREAM_MS = 12_000;
/**
 * Callers wait for 20 s. On a busy machine ten seconds may become thirty: then a run shows nothing and is repeated, up to this
 * often.
 */
const LONGEST_MS = 15_000;
const RUNS = 3;

export interface Stream {
  readonly callers: number;
  readonly talked: number;
  /** The longest time for which the store did not answer, in ms. */
  readonly awayMs: number;
  readonly problems: readonly string[];
}

/** Plays a stream of callers in real time: a voicemail is rung, then a human; meanwhile the store goes down. */
export async function streamOver(
  store: Store,
  clock: Clock | undefined,
  blink: () => Promise<void>,
  streamMs = STREAM_MS,
): Promise<Stream> {
  const problems: string[] = [];
  const sim = createSimulator({
    clock: realClock(),
    cps: 100,
    numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
    people: {
      [ANN]: voicemail({ ringMs: 900, verdictMs: 800 }),
      [BEN]: human({ ringMs: 1500, verdictMs: 900, talkMs: 2000 }),
    },
    transport: handlerTransport((request) => node.endpoint.fetch(request)),
  });
  const node = forwardingNode({
    sim,
    store,
    clock: clock ?? sim.clock,
    httpClient: sim.httpClient,
    pollMs: 1000,
    settings: { forwardTo: [ANN, BEN] },
    log: ({ code }) => {
      if (code === 'goodbye') problems.push('somebody was told goodbye');
    },
  });
  node.runtime.start();
  const began = performance.now();
  const blinked = wait(1000).then(blink);
  const watched = watch(store);
  for (let number = 0; performance.now() - began < streamMs; number += 1) {
    sim.placeCall({ from: `+1212555${String(1000 + number)}`, to: OUR_NUMBER });
    await wait(APART_MS);
  }
  await blinked;
  const isOver = (): boolean => sim.calls.every(({ endedAt }) => endedAt !== undefined);
  for (let tries = 0; tries < 600 && !isOver(); tries += 1) await wait(100);
  const callers = sim.calls.filter(({ direction }) => direction === 'inbound');
  let talked = 0;
  for (const { sid, bridgedWith } of callers) {
    const people = new Set(bridgedWith.map((other) => sim.call(other.sid)?.to));
    if (people.has(ANN) || bridgedWith.length > 1) problems.push(`${sid} was connected with ${[...people].join()}`);
    if (people.has(BEN)) talked += 1;
    else problems.push(`${sid} was not served`);
  }
  if (!isOver()) problems.push('somebody is on the line a minute later');
  const awayMs = watched.end();
  sim.close();
  await node.runtime.stop();
  return { callers: callers.length, talked, awayMs, problems };
}

/** Queries the store repeatedly, and measures for how long it did not answer. */
function watch(store: Store): { readonly end: () => number } {
  let [answered, longest, ended] = [performance.now(), 0, false];
  const away = (): number => (longest = Math.max(longest, performance.now() - answered));
  void (async () => {
    while (!ended) {
      await store.read('probe:1', 0).then(
        () => {
          away();
          answered = performance.now();
        },
        () => undefined,
      );
      await wait(100);
    }
  })();
  return {
    end: () => {
      ended = true;
      return away();
    },
  };
}

/** How a Redis goes down and comes back. Times are those of a real one: a timeout, a failover, an operator. */
const BLINKS: Readonly<Record<string, (redis: OwnRedis) => Promise<void>>> = {
  'CLIENT KILL': async (redis) => {
    for (let times = 0; times < 10; times += 1) {
      await told(redis, 'CLIENT', 'KILL', 'TYPE', 'normal');
      await wait(700);
    }
  },
  'SIGSTOP 5 s': async (redis) => {
    redis.freeze(true);
    await wait(5000);
    redis.freeze(false);
  },
  'read-only 6 s': async (redis) => {
    await told(redis, 'REPLICAOF', '127.0.0.1', '1');
    await wait(6000);
    await told(redis, 'REPLICAOF', 'NO', 'ONE');
  },
  'failover 10 s': async (redis) => {
    await redis.kill('SIGKILL');
    await wait(10_000);
    await redis.start();
  },
};

async function told(redis: OwnRedis, command: string, ...words: string[]): Promise<void> {
  const client = await ready(redis.connect());
  // CLIENT KILL ends this connection as well.
  await client.call(command, ...words).catch(() => undefined);
  client.disconnect();
}

/** Opens a store. On a busy machine the first answers may take too long. */
async function opened(redis: OwnRedis): Promise<RedisStore> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await createRedisStore({ client: await ready(redis.connect()) });
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}

async function overRedis(blink: (redis: OwnRedis) => Promise<void>): Promise<Stream> {
  const redis = await startRedis(DURABLE);
  try {
    const store = await opened(redis);
    const stream = await streamOver(store, store.clock, () => blink(redis));
    await store.close();
    return stream;
  } finally {
    await redis.end();
  }
}

/**
 * Plays callers over a file that another process holds for 5 s. In exclusive mode that cannot happen while we run, so SQLite's
 * error is simulated: every request fails at once.
 */
async function overSqlite(): Promise<Stream> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-blink-'));
  const file = await createSqliteStore({ file: join(folder, 'calls.db') });
  const store = blinkingStore(file, () => Promise.resolve());
  try {
    return await streamOver(store, undefined, async () => {
      store.does = 'fail';
      await wait(5000);
      store.does = null;
    });
  } finally {
    await file.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plays every way to go down at the same time: each has its own store, and most of it is waiting. */
export async function blinks(tell: (done: number, of: number) => void): Promise<Facts> {
  const runs = [
    ...Object.entries(BLINKS).map(([name, blink]) => ({ name, run: () => overRedis(blink) })),
    { name: 'SQLite locked 5 s', run: overSqlite },
  ];
  let done = 0;
  const streams = await Promise.all(
    runs.map(async ({ name, run }) => {
      let stream = await run();
      for (let more = RUNS - 1; more > 0 && stream.awayMs > LONGEST_MS; more -= 1) stream = await run();
      tell((done += 1), runs.length);
      return { name, stream };
    }),
  );
  const sum = (of: (stream: Stream) => number): number => streams.reduce((all, { stream }) => all + of(stream), 0);
  return {
    figures: {
      ways: runs.length,
      callers: sum(({ callers }) => callers),
      talked: sum(({ talked }) => talked),
      awayMs: Math.round(Math.max(...streams.map(({ stream }) => stream.awayMs))),
    },
    problems: streams.flatMap(({ name, stream: { awayMs, problems } }) => [
      ...problems.map((problem) => `${name}: ${problem}`),
      ...(awayMs > LONGEST_MS
        ? [`${name}: the machine is too busy: the store was away for ${String(Math.round(awayMs))} ms`]
        : []),
    ]),
  };
}
