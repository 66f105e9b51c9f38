import { createRuntime, DEFAULT_FORWARDING_CONFIG, forwarding } from '@amd/core';
import { events, manualClock, NUMBERS, recorder, sids, storeContract } from '@amd/core/testing';
import type { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectWithin } from '../../core/test/helpers/measured.js';
import { hasRedis } from './helpers/programs.js';
import { ready, startRedis, type OwnRedis } from './helpers/redis.js';
import { createRedisStore, type RedisStore } from '../src/index.js';

const commit = { key: 'calls:1', expected: 0, data: 'one', expiresAt: null, now: 1000, put: [], drop: [] };

describe.skipIf(!hasRedis())('store in Redis', () => {
  let redis: OwnRedis;
  let client: Redis;
  let prefixes = 0;
  const prefixOf = new WeakMap<object, string>();

  beforeAll(async () => {
    redis = await startRedis();
    client = await ready(redis.connect());
  });
  afterAll(() => redis.end());

  const open = async (prefix = `${String((prefixes += 1))}{amd}`, connection = client): Promise<RedisStore> => {
    const store = await createRedisStore({ client: connection, prefix });
    prefixOf.set(store, prefix);
    return store;
  };

  describe('with ioredis, and a second connection', () => {
    storeContract({
      describe,
      it,
      createStore: () => open(),
      openAgain: async (store) => open(prefixOf.get(store), await ready(redis.connect())),
      reconnect: async (store) => {
        await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no').catch(() => undefined);
        await ready(client);
        return store;
      },
      dispose: (store) => (store as RedisStore).close(),
    });
  });

  it('a repeated claim returns what a claim with a lost answer took, unchanged, and nothing that is over meanwhile', async () => {
    const store = await open();
    const task = (id: string) => ({ id, dueAt: 1000, data: id });
    await store.commit({ ...commit, put: [task('a'), task('b')] });
    const one = { now: 1000, limit: 10, leaseMs: 15_000, lease: 'one' };
    const [first, second] = await store.claim(one);
    expect(first?.attempt).toBe(1);
    await store.commit({ ...commit, expected: 1, drop: ['b'] });
    expect(second?.id).toBe('b');
    expect(await store.claim({ ...one, now: 3000, again: true })).toEqual([first]);
    expect(await store.settle(first!, { kind: 'done' })).toBe(true);
    expect(await store.claim({ ...one, now: 3000, again: true })).toEqual([]);
    // A repeat of a claim that never reached the server takes what is due.
    await store.commit({ ...commit, expected: 2, put: [task('c')] });
    expect(await store.claim({ ...one, lease: 'two', again: true })).toMatchObject([{ id: 'c', attempt: 1 }]);
    await store.close();
  });

  it('a repeated claim returns nothing that another process took meanwhile, or that was postponed', async () => {
    const store = await open();
    const put = ['taken', 'put off', 'held'].map((id) => ({ id, dueAt: 1000, data: id }));
    await store.commit({ ...commit, put });
    const one = { now: 1000, limit: 10, leaseMs: 15_000, lease: 'one' };
    const [taken, putOff, held] = await store.claim(one);
    await store.settle(putOff!, { kind: 'retry', dueAt: 90_000, counts: false });
    await store.commit({ ...commit, expected: 1, put: [{ id: 'held', dueAt: 99_000, data: 'anew' }] });
    expect(await store.claim({ ...one, now: 16_000, lease: 'two' })).toMatchObject([{ id: 'taken', attempt: 2 }]);
    expect(await store.claim({ ...one, now: 16_000, again: true })).toEqual([]);
    expect([taken?.id, held?.id]).toEqual(['taken', 'held']);
    await store.close();
  });

  describe('with node-redis', () => {
    let nodeRedis: ReturnType<typeof createClient>;
    beforeAll(async () => {
      nodeRedis = createClient({ url: redis.url });
      nodeRedis.on('error', () => undefined);
      await nodeRedis.connect();
    });
    afterAll(() => {
      nodeRedis.destroy();
    });
    storeContract({
      describe,
      it,
      createStore: () => createRedisStore({ client: nodeRedis, prefix: `${String((prefixes += 1))}{amd}` }),
    });
  });

  it('the store accepts a function that sends a command', async () => {
    const sent: string[] = [];
    const store = await createRedisStore({
      prefix: 'function{amd}',
      send: ([name = '', ...args]) => {
        sent.push(name);
        return client.call(name, ...args);
      },
    });
    expect(await store.commit(commit)).toEqual({ ok: true, revision: 1 });
    expect(sent.at(-1)).toBe('EVALSHA');
    await store.close();
  });

  it('the store keeps everything in one slot of a cluster', async () => {
    const store = await open('slot{x}');
    await store.commit({ ...commit, expiresAt: 9e12, put: [{ id: 'a', dueAt: 1000, data: '' }] });
    const keys = (await client.call('KEYS', 'slot{x}*')) as string[];
    expect(keys.length).toBeGreaterThan(6);
    const slots = await Promise.all(keys.map((key) => client.call('CLUSTER', 'KEYSLOT', key).catch(() => 'none')));
    expect(new Set(slots).size).toBe(1);
    await store.close();
  });

  /** Counts commands by the server's own statistics. Reads are HMGET, which no script of ours uses except the one that lists. */
  async function commandsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
    await client.call('CONFIG', 'RESETSTAT');
    await work();
    const stats = String(await client.call('INFO', 'commandstats'));
    const count = (name: string): number => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    return { reads: count('hmget'), scripts: count('evalsha') + count('eval') };
  }

  it('the store needs one command for each of its methods', async () => {
    const store = await open();
    await store.commit(commit);
    expect(await commandsOf(() => store.read('calls:1', 1000))).toEqual({ reads: 1, scripts: 0 });
    const put = [{ id: 'a', dueAt: 1, data: '' }];
    expect(await commandsOf(() => store.commit({ ...commit, expected: 1, put }))).toEqual({ reads: 0, scripts: 1 });
    const [held] = await store.claim({ now: 1, limit: 1, leaseMs: 1, lease: 'me' });
    expect(held).toBeDefined();
    if (held === undefined) return;
    expect(await commandsOf(() => store.settle(held, { kind: 'done' }))).toEqual({ reads: 0, scripts: 1 });
    const options = { now: 1, limit: 1, leaseMs: 1, lease: 'me' };
    expect(await commandsOf(() => store.claim(options))).toEqual({ reads: 0, scripts: 1 });
    expect((await commandsOf(() => store.list({ prefix: '', limit: 1 }))).scripts).toBe(1);
    await store.close();
  });

  it('the store needs a read and a commit for a webhook, timers included, and a read for a repeated one', async () => {
    const store = await open();
    const runtime = createRuntime({
      flow: forwarding,
      config: DEFAULT_FORWARDING_CONFIG,
      store,
      clock: manualClock(),
      pollMs: null,
      execute: recorder(),
    });
    const { at: _, ...inbound } = events.inbound({ options: { forwardTo: [NUMBERS.ann] } });
    const key = `forwarding:${sids.call(0)}`;
    expect(await commandsOf(() => runtime.handle(key, inbound))).toEqual({ reads: 1, scripts: 1 });
    expect(await commandsOf(() => runtime.handle(key, inbound))).toEqual({ reads: 1, scripts: 0 });
    await runtime.stop();
    await store.close();
  });

  it('the store removes expired records without work, from its list as well', async () => {
    const store = await open();
    await store.commit({ ...commit, key: 'over', expiresAt: 2000 });
    await store.commit({ ...commit, key: 'at work', expiresAt: 2000, put: [{ id: 'a', dueAt: 9_000_000, data: '' }] });
    await store.commit(commit);
    await store.claim({ now: 100_000, limit: 1, leaseMs: 1, lease: 'me' });
    const { records } = await store.list({ prefix: '', limit: 10 });
    expect(records.map(({ key }) => key)).toEqual(['at work', 'calls:1']);
    await store.close();
  });

  it('the store leaves nothing of finished calls behind, in any of its keys', async () => {
    const prefix = 'over{amd}';
    const store = await open(prefix);
    for (const key of ['calls:1', 'calls:2', 'workers:1']) {
      await store.commit({ ...commit, key, expiresAt: 2000, put: [{ id: 'a', dueAt: 1500, data: '' }] });
      await store.commit({ ...commit, key, expected: 1, expiresAt: 3000, put: [{ id: 'b', dueAt: 1500, data: '' }] });
      await store.commit({ ...commit, key, expected: 2, expiresAt: 3000, drop: ['b'] });
    }
    const claims = await store.claim({ now: 1500, limit: 9, leaseMs: 1, lease: 'me' });
    expect(claims).toHaveLength(3);
    for (const held of claims) await store.settle(held, { kind: 'retry', dueAt: 1600, counts: true });
    for (const held of await store.claim({ now: 1600, limit: 9, leaseMs: 1, lease: 'me' })) {
      await store.settle(held, { kind: 'done' });
    }
    await store.claim({ now: 3000, limit: 9, leaseMs: 1, lease: 'me' });
    // The answer to a claim is remembered as long as its lease, in the server's own time: a millisecond here.
    const left = async (): Promise<string[]> => ((await client.call('KEYS', `${prefix}*`)) as string[]).sort();
    await expect.poll(left).toEqual(['format', 'sequence', 'spaces', 'turn'].map((name) => `${prefix}:${name}`));
    await store.close();
  });

  it('the store finds a few keys among very many others, page by page, and ends', async () => {
    const store = await open();
    const others = Array.from({ length: 1200 }, (_, n) => `others:${String(n)}`);
    await Promise.all(others.map((key) => store.commit({ ...commit, key })));
    await store.commit(commit);
    const page = await store.list({ prefix: 'calls:', limit: 10 });
    expect(page.records.map(({ key }) => key)).toEqual(['calls:1']);
    expect(await store.list({ prefix: 'calls:', after: page.cursor, limit: 10 })).toEqual({ ...page, records: [] });
    expect((await store.list({ prefix: 'others:', limit: 5000 })).records).toHaveLength(1200);
    await store.close();
  });

  it('the store loses no digit of a time or a revision', async () => {
    const store = await open();
    const dueAt = 8_640_000_000_000_000 - 1;
    await store.commit({ ...commit, expiresAt: dueAt, put: [{ id: 'a', dueAt, data: '' }] });
    expect((await store.read('calls:1', 1000))?.expiresAt).toBe(dueAt);
    const [claim] = await store.claim({ now: dueAt, limit: 1, leaseMs: 1, lease: 'me' });
    expect([claim?.dueAt, claim?.leaseUntil]).toEqual([dueAt, dueAt + 1]);
    await store.close();
  });

  describe("the store's clock", () => {
    it.each([-5000, 5000])("the store's clock is right on a machine whose own is %i ms off", async (off) => {
      const local = manualClock({ start: Date.now() + off });
      const store = await createRedisStore({ client, prefix: 'clock{amd}', localClock: local });
      const wrong = Math.abs(store.clock.now() - Date.now());
      expect(wrong).toBeLessThan(2500);
      expectWithin(`the time of the Redis store beside a clock ${String(off)} ms off is wrong by`, wrong, 100);
      let woken = 0;
      store.clock.wakeAt(store.clock.now() + 1000, () => (woken = store.clock.now()));
      await local.advanceBy(999);
      expect(woken).toBe(0);
      await local.advanceBy(1);
      expect(woken).toBe(store.clock.now());
      await store.close();
    });
  });
});

describe.skipIf(!hasRedis())('when Redis fails', () => {
  it('a server that hangs is given up within about a second, and used again afterwards', async () => {
    const redis = await startRedis();
    try {
      const store = await createRedisStore({ client: await ready(redis.connect()), commandMs: 300 });
      redis.freeze(true);
      await expect(store.read('calls:1', 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
      await expect(store.commit(commit)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
      redis.freeze(false);
      // What was sent while it hung was executed: only the answer was given up.
      await expect.poll(() => store.read('calls:1', 1)).toMatchObject({ revision: 1 });
      await store.close();
    } finally {
      await redis.end();
    }
  });

  it('a server that is gone is reported at once; one that comes back has everything, and learns the scripts anew', async () => {
    const redis = await startRedis();
    try {
      const client = await ready(redis.connect());
      const store = await createRedisStore({ client });
      await store.commit({ ...commit, put: [{ id: 'a', dueAt: 1000, data: 'work' }] });
      await redis.kill('SIGKILL');
      await expect(store.read('calls:1', 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
      await redis.start();
      await ready(client);
      expect((await store.read('calls:1', 1000))?.data).toBe('one');
      expect(await store.commit({ ...commit, expected: 1 })).toEqual({ ok: true, revision: 2 });
      expect(await store.claim({ now: 1000, limit: 9, leaseMs: 1, lease: 'me' })).toMatchObject([
        { id: 'a', attempt: 1 },
      ]);
      await store.close();
      await expect(store.read('calls:1', 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    } finally {
      await redis.end();
    }
  });

  it('a write that reaches too few replicas is not acknowledged', async () => {
    const redis = await startRedis();
    try {
      const store = await createRedisStore({ client: await ready(redis.connect()), replicas: 1, commandMs: 200 });
      await expect(store.commit(commit)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
      await store.close();
    } finally {
      await redis.end();
    }
  });
});

describe.skipIf(!hasRedis())('unsuitable server settings', () => {
  const VOLATILE = ['--appendonly', 'no', '--save', ''];

  async function tryOn(settings: readonly string[], options: object = {}) {
    const redis = await startRedis(settings);
    const warnings: string[] = [];
    try {
      const client = await ready(redis.connect());
      const store = await createRedisStore({ client, onWarning: (message) => warnings.push(message), ...options });
      await store.close();
      return { warnings };
    } catch (error) {
      return { warnings, code: (error as { code?: string }).code, message: String(error) };
    } finally {
      await redis.end();
    }
  }

  it('a server without persistence is refused, with the command that helps; if allowed, it is warned of', async () => {
    const refused = await tryOn(VOLATILE);
    expect(refused.code).toBe('ERR_STORE_SETTINGS');
    expect(refused.message).toContain('CONFIG SET appendonly yes');
    expect((await tryOn(VOLATILE, { allowVolatile: true })).warnings).toEqual([
      expect.stringContaining('nothing on disk'),
    ]);
  });

  it('a server that evicts is refused, naming the setting', async () => {
    const evicting = ['--appendonly', 'yes', '--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'];
    expect(await tryOn(evicting)).toMatchObject({
      code: 'ERR_STORE_SETTINGS',
      message: expect.stringContaining('maxmemory-policy noeviction') as string,
    });
  });

  it('a server that may lose a second of writes is warned of', async () => {
    expect((await tryOn(['--appendonly', 'yes', '--appendfsync', 'everysec'])).warnings).toEqual([
      expect.stringContaining('"appendfsync" is "everysec"'),
    ]);
  });

  it('a server that hides its settings is judged by what it reveals', async () => {
    const without = ['--rename-command', 'CONFIG', ''];
    expect(await tryOn([...VOLATILE, ...without])).toMatchObject({
      warnings: [expect.stringContaining('append-only')],
    });
    expect((await tryOn(['--appendonly', 'yes', ...without])).warnings).toEqual([]);
  });

  it('a newer format is left alone', async () => {
    const redis = await startRedis();
    try {
      const client = await ready(redis.connect());
      await client.set('{amd}:format', '99');
      await expect(createRedisStore({ client })).rejects.toMatchObject({ code: 'ERR_STORE_VERSION' });
    } finally {
      await redis.end();
    }
  });
});

describe('options', () => {
  const send = (): Promise<unknown> => Promise.reject(new Error('not asked'));
  it.each([
    [{}, /"client".*or "send"/],
    [{ client: {} }, /"client"/],
    [{ send, prefix: 'amd' }, /"prefix" must have one hash tag/],
    [{ send, commandMs: 0 }, /"commandMs"/],
    [{ send, replicas: 0.5 }, /"replicas"/],
    [{ send, syncEveryMs: 0 }, /"syncEveryMs"/],
  ])('%j is refused, naming the option', async (options, message) => {
    await expect(createRedisStore(options as never)).rejects.toThrow(message);
  });
});
