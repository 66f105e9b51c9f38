import type { Clock } from '@amd/core';
import { manualClock, START } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';
import { createRedisStore } from '../src/index.js';

/** `null`: the server does not say. */
type Settings = Readonly<Record<string, string | null>>;

/** A fake server: what it reports about itself, and its time. */
function fakeServer(info: Settings = {}, settings: Settings = {}) {
  const told: Settings = { redis_version: '7.4.0', role: 'master', maxmemory: '0', aof_enabled: '1', ...info };
  const config: Settings = { 'maxmemory-policy': 'noeviction', appendfsync: 'always', save: '', ...settings };
  const clock = manualClock();
  const server = {
    aheadMs: 0,
    reachable: true,
    slowMs: 0,
    /** For each request in turn: how long it takes to the server, and its answer back. */
    ways: [] as (readonly [there: number, back: number])[],
    asked: 0,
    format: '1',
    /** Its answer about the time in place of the true one. */
    time: null as (() => Promise<readonly string[]>) | null,
    /** How a client passes on the reply to `CONFIG GET`. */
    config: (name: string, value: string | null): unknown => (value === null ? [] : [name, value]),
    /** Its reply to anything else. */
    other: (_command: readonly string[]): unknown => 'OK',
  };
  const sent: (readonly string[])[] = [];
  const send = async (command: readonly string[]): Promise<unknown> => {
    const [name = '', , what = ''] = command;
    sent.push(command);
    if (!server.reachable) throw new Error('no route to host');
    switch (name) {
      case 'INFO':
        return Object.entries(told)
          .flatMap(([key, value]) => (value === null ? ['# without a colon'] : [`${key}:${value}`]))
          .join('\r\n');
      case 'CONFIG':
        return server.config(what, config[what] ?? null);
      case 'GET':
        return server.format;
      case 'TIME': {
        server.asked += 1;
        if (server.time !== null) return server.time();
        const [there, back] = server.ways.shift() ?? [server.slowMs / 2, server.slowMs / 2];
        await clock.advanceBy(there);
        const ms = (clock.elapsed?.() ?? 0) + server.aheadMs;
        await clock.advanceBy(back);
        return [String(Math.floor(ms / 1000)), String((ms % 1000) * 1000)];
      }
      default:
        return server.other(command);
    }
  };
  const open = (options: object = {}) => createRedisStore({ send, localClock: clock, ...options });
  /** Opens the store and closes it again: the warning, or why it was refused. */
  const verdict = async (options: object = {}): Promise<unknown> => {
    const warnings: string[] = [];
    try {
      await (await open({ onWarning: (message: string) => warnings.push(message), ...options })).close();
      return warnings;
    } catch (error) {
      return error;
    }
  };
  return { clock, server, sent, open, verdict };
}

const refusal = (message: string | RegExp): unknown =>
  expect.objectContaining({
    code: 'ERR_STORE_SETTINGS',
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown),
  });

/** Waits until all requests are answered. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 50; n += 1) await Promise.resolve();
};

describe('servers that are refused', () => {
  it.each([
    [{ role: 'slave' }, /this server is a replica: connect to the primary/],
    [{ redis_version: '6.0.16' }, /Redis 6\.0\.16 is too old: 6\.2 or later is needed/],
    [{ redis_version: '5.3.0' }, /Redis 5\.3\.0 is too old/],
    [{ redis_version: '6.1.9' }, /Redis 6\.1\.9 is too old/],
    [{ redis_version: null }, /Redis 0 is too old/],
  ])('a server with %j is refused, saying why', async (info, message) => {
    const refusal = await fakeServer(info)
      .open()
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'ERR_STORE_SETTINGS', message: expect.stringMatching(message) as string });
  });

  it.each(['6.2.0', '7.0.0', '10.1.0'])('a server of version %s is accepted', async (version) => {
    const { open } = fakeServer({ redis_version: version });
    await (await open()).close();
  });
});

describe('a server whose settings may lose calls', () => {
  const EVICTS = 'allkeys-lru';
  const NO_LOG = { aof_enabled: '0' };
  const VOLATILE =
    'it keeps nothing on disk, so a restart loses every call: CONFIG SET appendonly yes (or "allowVolatile: true", if that is meant)';

  it.each<[string, Settings, Settings, unknown]>([
    ['that keeps all, for ever, on the disk', {}, {}, []],
    [
      'that evicts, with a bound of memory',
      { maxmemory: '1000' },
      { 'maxmemory-policy': EVICTS },
      refusal(/^Redis: "maxmemory-policy" is "allkeys-lru", so calls would be evicted/),
    ],
    [
      'that evicts, and does not say whether there is a bound',
      { maxmemory: null },
      { 'maxmemory-policy': EVICTS },
      refusal(/"maxmemory-policy" is "allkeys-lru"/),
    ],
    [
      'that would evict, without a bound of memory',
      {},
      { 'maxmemory-policy': EVICTS },
      ['"maxmemory-policy" is "allkeys-lru": with a "maxmemory" calls would be evicted'],
    ],
    ['that has a bound and evicts nothing', { maxmemory: '1000' }, {}, []],
    [
      'that says its policy in INFO only',
      { maxmemory: '1000', maxmemory_policy: EVICTS },
      { 'maxmemory-policy': null },
      refusal(/"maxmemory-policy" is "allkeys-lru"/),
    ],
    [
      'that says in INFO only that it evicts nothing',
      { maxmemory: '1000', maxmemory_policy: 'noeviction' },
      { 'maxmemory-policy': null },
      [],
    ],
    [
      'whose log of writes waits for no disk',
      {},
      { appendfsync: 'no' },
      [expect.stringMatching(/"appendfsync" is "no"/)],
    ],
    ['whose log of writes may wait, for all it says', {}, { appendfsync: null }, []],
    [
      'that has snapshots only',
      NO_LOG,
      { save: '3600 1' },
      [expect.stringMatching(/^it has no append-only file, so a crash loses what came after the last snapshot/)],
    ],
    ['that has no log and does not tell of snapshots', NO_LOG, { save: null }, [expect.stringMatching(/append-only/)]],
    ['that keeps nothing', NO_LOG, {}, refusal(`Redis: ${VOLATILE}`)],
  ])('%s', async (_, info, settings, expected) => {
    expect(await fakeServer(info, settings).verdict()).toEqual(expected);
  });

  it('a server without persistence is accepted where allowed, with a warning', async () => {
    expect(await fakeServer(NO_LOG).verdict({ allowVolatile: true })).toEqual([VOLATILE]);
  });

  it.each<[string, (name: string, value: string | null) => unknown]>([
    ['a map', (name, value) => new Map([[name, value]])],
    ['an object', (name, value) => ({ [name]: value })],
    ['a list of other things than text', (name, value) => [name, Buffer.from(value ?? '')]],
  ])('settings are understood where a client returns them as %s', async (_, config) => {
    const made = fakeServer({ maxmemory: '1000' }, { 'maxmemory-policy': EVICTS });
    made.server.config = config;
    expect(await made.verdict()).toEqual(refusal(/"maxmemory-policy" is "allkeys-lru"/));
  });

  it.each<[string, () => unknown]>([
    ['null', () => null],
    ['a number', () => 7],
    [
      'an error',
      () => {
        throw new Error("ERR unknown command 'CONFIG'");
      },
    ],
  ])('settings are read from INFO where CONFIG is answered by %s', async (_, config) => {
    const made = fakeServer({ maxmemory: '1000', maxmemory_policy: EVICTS });
    made.server.config = config;
    expect(await made.verdict()).toEqual(refusal(/"maxmemory-policy" is "allkeys-lru"/));
  });

  it('a server that does not answer in time is not judged', async () => {
    const made = fakeServer();
    made.server.config = () => new Promise(() => undefined);
    expect(await made.verdict({ commandMs: 20 })).toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: 'Redis: CONFIG took longer than 20 ms; it may be done all the same',
    });
  });
});

describe('the stored format', () => {
  it('the format is marked once, under the prefix, and never overwritten', async () => {
    const { open, sent } = fakeServer();
    await (await open({ prefix: 'staging:{amd}' })).close();
    expect(sent.filter(([name]) => name === 'SET' || name === 'GET')).toEqual([
      ['SET', 'staging:{amd}:format', '1', 'NX'],
      ['GET', 'staging:{amd}:format'],
    ]);
  });

  it('a newer format is left alone', async () => {
    const made = fakeServer();
    made.server.format = '2';
    expect(await made.verdict()).toMatchObject({
      code: 'ERR_STORE_VERSION',
      message: expect.stringContaining('under "{amd}" have format 2, this package knows up to 1') as string,
    });
  });
});

describe('requests to the server', () => {
  const commit = { key: 'calls:1', expected: 0, data: 'one', expiresAt: null, now: 1000, put: [], drop: [] };
  const CLAIM = { now: 1000, limit: 5, leaseMs: 1000, lease: 'me' };
  const claimed = { ...CLAIM, key: 'calls:1', id: 'a', dueAt: 1000, data: '', attempt: 1, leaseUntil: 2000 };
  const reply = ([name = '']: readonly string[]): unknown => (name === 'EVALSHA' ? [1, '1'] : 'OK');

  it('a request is a script by its digest, and the script itself only where it is not known', async () => {
    const made = fakeServer();
    const store = await made.open();
    made.server.other = ([name]) => {
      if (name === 'EVALSHA') throw new Error('NOSCRIPT No matching script. Please use EVAL.');
      return [1, '1'];
    };
    made.sent.length = 0;
    expect(await store.commit(commit)).toEqual({ ok: true, revision: 1 });
    const [first, second, ...more] = made.sent;
    expect([first?.[0], second?.[0], more]).toEqual(['EVALSHA', 'EVAL', []]);
    expect(second?.slice(2)).toEqual(first?.slice(2));
    expect(first?.slice(2, 4)).toEqual(['1', '{amd}']);
    await store.close();
  });

  it.each<[string, unknown, string]>([
    ['an error', new Error('ERR out of memory'), 'Redis: commit: ERR out of memory'],
    ['something else that is thrown', 'NOSCRIPT', 'Redis: commit: NOSCRIPT'],
  ])('a request is not repeated after %s: it may have been executed', async (_, thrown, message) => {
    const made = fakeServer();
    const store = await made.open();
    made.server.other = () => {
      throw thrown;
    };
    made.sent.length = 0;
    await expect(store.commit(commit)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', message, cause: thrown });
    expect(made.sent).toHaveLength(1);
    await store.close();
  });

  it('replicas are asked after each write, and after no read', async () => {
    const made = fakeServer();
    const store = await made.open({ replicas: 2, commandMs: 1001 });
    const names = (): string[] =>
      made.sent.splice(0).map((command) => command.filter((_, at) => at < 1 || command[0] === 'WAIT').join(' '));
    names();
    made.server.other = (command) => (command[0] === 'WAIT' ? 2 : reply(command));
    await store.commit(commit);
    expect(names()).toEqual(['EVALSHA', 'WAIT 2 801']);
    made.server.other = ([name]) => (name === 'WAIT' ? '2' : []);
    await store.claim(CLAIM);
    expect(names()).toEqual(['EVALSHA', 'WAIT 2 801']);
    made.server.other = ([name]) => (name === 'WAIT' ? 3 : 1);
    expect(await store.settle(claimed, { kind: 'done' })).toBe(true);
    expect(names()).toEqual(['EVALSHA', 'WAIT 2 801']);
    made.server.other = () => [null, null, null];
    await store.read('calls:1', 1000);
    made.server.other = () => ['0'];
    await store.list({ prefix: '', limit: 1 });
    expect(names()).toEqual(['HMGET', 'EVALSHA']);
    await store.close();
  });

  it('a write is not acknowledged when too few replicas have it', async () => {
    const made = fakeServer();
    const store = await made.open({ replicas: 2 });
    made.server.other = (command) => (command[0] === 'WAIT' ? 1 : reply(command));
    await expect(store.commit(commit)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: 'Redis: the write reached 1 of 2 replicas in time; it may be there all the same',
    });
    await store.close();
  });

  it('a claim says for how long, for which flow, and whether its answer was lost', async () => {
    const made = fakeServer();
    const store = await made.open();
    made.server.other = () => [];
    made.sent.length = 0;
    await store.claim(CLAIM);
    await store.claim({ ...CLAIM, prefix: 'calls:', again: true });
    expect(made.sent.map((command) => command.slice(4))).toEqual([
      ['1000', '5', '2000', 'me', '', '0'],
      ['1000', '5', '2000', 'me', 'calls:', '1'],
    ]);
    await store.close();
  });

  it('an answered request leaves no timer behind', async () => {
    const made = fakeServer();
    const store = await made.open({ commandMs: 600_000 });
    made.server.other = () => [null, null, null];
    const waiting = (): number => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
    const before = waiting();
    for (let n = 0; n < 200; n += 1) await store.read('calls:1', 1000);
    expect(waiting()).toBeLessThan(before + 100);
    await store.close();
  });

  it('a closed store sends no requests, by any method', async () => {
    const made = fakeServer();
    const store = await made.open();
    await store.close();
    made.sent.length = 0;
    for (const late of [
      store.read('calls:1', 1000),
      store.commit(commit),
      store.claim(CLAIM),
      store.settle(claimed, { kind: 'done' }),
      store.list({ prefix: '', limit: 1 }),
    ]) {
      await expect(late).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', message: 'the store was closed' });
    }
    expect(made.sent).toEqual([]);
  });

  it('a foreign cursor sends no request', async () => {
    const made = fakeServer();
    const store = await made.open();
    made.sent.length = 0;
    for (const after of ['', 'nonsense', '-1', '1.5', '1 or more', '12345678901234567']) {
      await expect(store.list({ prefix: '', after, limit: 1 })).rejects.toThrow(
        new TypeError('"after" must be a cursor that list returned'),
      );
    }
    expect(made.sent).toEqual([]);
    await store.close();
  });

  it('a read returns the record of a key, which is over from its expiry on', async () => {
    const made = fakeServer();
    const store = await made.open();
    made.server.other = () => ['3', 'data', '2000'];
    const record = { key: 'calls:1', revision: 3, data: 'data', expiresAt: 2000 };
    expect([await store.read('calls:1', 1999), await store.read('calls:1', 2000)]).toEqual([record, undefined]);
    for (const never of ['', null]) {
      made.server.other = () => ['3', 'data', never];
      expect(await store.read('calls:1', 9e15)).toEqual({ ...record, expiresAt: null });
    }
    expect(made.sent.at(-1)).toEqual(['HMGET', '{amd}:record:calls:1', 'revision', 'data', 'expires']);
    await store.close();
  });
});

describe('a client', () => {
  const answers: Readonly<Record<string, unknown>> = {
    INFO: 'redis_version:7.4.0\nrole:master\nmaxmemory:0\naof_enabled:1',
    CONFIG: ['', 'noeviction'],
    GET: '1',
    TIME: ['1', '0'],
  };

  it('a client like ioredis is called with the command and its arguments', async () => {
    const calls: string[][] = [];
    const client = {
      sendCommand: () => Promise.reject(new Error('of another kind')),
      call: (...command: string[]) => {
        calls.push(command);
        return Promise.resolve(answers[command[0] ?? ''] ?? 'OK');
      },
    };
    await (await createRedisStore({ client })).close();
    expect(calls).toContainEqual(['SET', '{amd}:format', '1', 'NX']);
  });

  it('a client like node-redis gets a list of its own', async () => {
    const calls: string[][] = [];
    const client = {
      sendCommand: (command: string[]) => {
        const [name = ''] = command;
        calls.push([...command]);
        command.length = 0;
        return Promise.resolve(answers[name] ?? 'OK');
      },
    };
    await (await createRedisStore({ client })).close();
    expect(calls).toContainEqual(['SET', '{amd}:format', '1', 'NX']);
  });

  it.each([
    ['null', { client: null }],
    ['a text', { client: 'redis://localhost' }],
    ['one that can be asked nothing', { client: { call: 'me', sendCommand: 'here' } }],
    ['one beside a function', { client: { call: () => Promise.resolve() }, send: () => Promise.resolve() }],
    ['no function either', { send: 'redis://localhost' }],
  ])('a client that is %s is refused', async (_, options) => {
    await expect(createRedisStore(options as never)).rejects.toThrow(/either "client".*or "send"/);
  });
});

describe('options', () => {
  const { open } = fakeServer();
  it.each([
    ...['', 'amd', '{}', '{a}{b}', 'a{b', 'a}b', '{{amd}}'].map((prefix) => ({ prefix })),
    ...[0, -1, Number.NaN].flatMap((ms) => [{ commandMs: ms }, { syncEveryMs: ms }]),
    ...[-1, 1.5, Number.NaN].map((replicas) => ({ replicas })),
  ])('%j are refused, naming the option', async (options) => {
    const [name = ''] = Object.keys(options);
    await expect(open(options)).rejects.toThrow(`"${name}" must`);
  });

  it.each([{ prefix: 'staging:{amd}:2' }, { commandMs: 50 }, { replicas: 0 }])('%j are accepted', async (options) => {
    await (await open(options)).close();
  });
});

describe('the time of the server', () => {
  it("the server's time is needed at the start: without it no store is created, and no more requests are sent", async () => {
    const made = fakeServer();
    let times = 0;
    const send = ([name = '']: readonly string[]): Promise<unknown> => {
      if (name === 'TIME') return Promise.reject(new Error(`no time ${String((times += 1))}`));
      const known: Readonly<Record<string, string>> = {
        INFO: 'redis_version:7.4.0\nmaxmemory:0\naof_enabled:1\nmaxmemory_policy:noeviction',
      };
      return Promise.resolve(known[name] ?? '1');
    };
    await expect(made.open({ send })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: 'Redis: TIME: no time 1',
    });
    await made.clock.advanceBy(600_000, settled);
    expect(times).toBe(1);
  });

  it("the server's time is requested again, by default every half minute, until the store is closed", async () => {
    const { clock, server, open } = fakeServer();
    const store = await open();
    expect([store.clock.now(), server.asked]).toEqual([START, 3]);
    server.aheadMs = 4000;
    await clock.advanceBy(29_999, settled);
    expect([store.clock.now(), server.asked]).toEqual([START + 29_999, 3]);
    await clock.advanceBy(1, settled);
    expect([store.clock.now(), server.asked]).toEqual([START + 34_000, 6]);
    server.aheadMs = 9000;
    await clock.advanceBy(30_000, settled);
    expect(store.clock.now()).toBe(START + 69_000);
    await store.close();
    await clock.advanceBy(600_000, settled);
    expect(server.asked).toBe(9);
  });

  it("the server's time is requested again after it was unreachable", async () => {
    const { clock, server, open } = fakeServer();
    const store = await open({ syncEveryMs: 1000 });
    server.reachable = false;
    await clock.advanceBy(5000, settled);
    Object.assign(server, { reachable: true, aheadMs: 700 });
    await clock.advanceBy(1000, settled);
    expect(store.clock.now()).toBe(START + 6700);
    await store.close();
  });

  it("the server's time is the middle of the quickest of three answers", async () => {
    const { server, open } = fakeServer();
    Object.assign(server, { slowMs: 80, aheadMs: 500 });
    const store = await open();
    expect(store.clock.now()).toBe(START + 3 * 80 + 500);
    await store.close();
  });

  it.each([
    [
      [0, 400],
      [10, 10],
      [300, 0],
    ],
    [
      [10, 10],
      [0, 400],
      [300, 0],
    ],
    [
      [300, 0],
      [0, 400],
      [10, 10],
    ],
  ] as const)('the quickest answer counts, whichever it is: %j %j %j', async (...ways) => {
    const { clock, server, open } = fakeServer();
    server.aheadMs = 500;
    server.ways.push(...ways);
    const store = await open();
    expect(store.clock.now()).toBe(clock.now() + 500);
    await store.close();
  });

  it('an answer in transit is no longer waited for once the store is closed', async () => {
    const { clock, server, open } = fakeServer();
    const waiting = new Set<object>();
    const localClock: Clock = {
      ...clock,
      wakeAt(at, run) {
        const wakeUp = {};
        waiting.add(wakeUp);
        const cancel = clock.wakeAt(at, () => {
          waiting.delete(wakeUp);
          run();
        });
        return () => {
          waiting.delete(wakeUp);
          cancel();
        };
      },
    };
    const store = await open({ syncEveryMs: 1000, localClock });
    let answer = (_: readonly string[]): void => undefined;
    const slow = new Promise<readonly string[]>((resolve) => (answer = resolve));
    server.time = () => slow;
    expect(waiting.size).toBe(1);
    await clock.advanceBy(1000, settled);
    await store.close();
    answer(['2000000000', '0']);
    await settled();
    expect(waiting.size).toBe(0);
  });

  it("the server's time never goes back here, whether the server or this machine is set back or replaced", async () => {
    const { clock, server, open } = fakeServer();
    server.aheadMs = 60_000;
    const store = await open();
    const woken: number[] = [];
    store.clock.wakeAt(store.clock.now() + 45_000, () => woken.push(clock.elapsed?.() ?? NaN));
    server.aheadMs = 0;
    await clock.advanceBy(30_000, settled);
    expect(store.clock.now()).toBe(START + 90_000);
    clock.step(-3_600_000);
    expect(store.clock.now()).toBe(START + 90_000);
    await clock.advanceBy(30_000, settled);
    expect(store.clock.now()).toBe(START + 120_000);
    expect(woken).toEqual([START + 45_000]);
    await store.close();
  });
});
