import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '@amd/cli';
import { createCallLimits, createRuntime, forget, forwarding, recordKey, type Store } from '@amd/core';
import { events, manualClock, recorder, sids } from '@amd/core/testing';
import { createCallForwarding } from '@amd/core/twilio';
import { createTestApp, human, virtualClock, voicemail } from '@amd/simulator';
import { createRedisStore } from '@amd/store-redis';
import { createSqliteStore } from '@amd/store-sqlite';
import { DRIVERS, findDriver } from '../../../store-sqlite/src/driver.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { type OwnRedis, ready, startRedis } from '../../../store-redis/test/helpers/redis.js';

const CALLER = '+12125550123';
const OTHER = '+12125550777';
const ANN = '+14155550142';
const BEN = '+14155550143';
const DIGITS = CALLER.slice(1);

interface Said {
  readonly exit: number;
  readonly out: string;
  readonly stderr: string;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'amd-forget-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `amd forget …`; `answer`: of somebody at the terminal. */
async function amd(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  answer?: boolean,
): Promise<Said> {
  const [out, stderr]: [string[], string[]] = [[], []];
  const exit = await run(['forget', ...args], {
    version: '0.0.0',
    environment,
    terminal: {
      out: (line) => out.push(line),
      stderr: (line) => stderr.push(line),
      progress: (text) => stderr.push(text),
      confirm: answer === undefined ? null : () => Promise.resolve(answer),
      paint: (_style, text) => text,
    },
  });
  return { exit, out: out.join('\n'), stderr: stderr.join('\n') };
}

/** An app has served calls of two callers, with messages, recorded talks and hooks that wait; and a limit counted them. */
async function serve(store: Store): Promise<void> {
  const fails = (): Promise<void> => Promise.reject(new Error('the CRM is away'));
  const hooks = { rung: fails, connected: fails, ended: fails, missed: fails, voicemail: fails, recording: fails };
  const clock = virtualClock({ start: Date.now() - 3_600_000 });
  const log = (): void => undefined;
  const app = createTestApp(
    ({ number, ...parts }) =>
      createCallForwarding({
        ...parts,
        store,
        hooks,
        log,
        ownNumber: number,
        forwardTo: [ANN, BEN],
        fallback: { kind: 'voicemail' },
        record: true,
      }),
    { clock },
  );
  const limits = createCallLimits({ store, clock });
  try {
    await app.call({ from: CALLER, people: { [ANN]: voicemail(), [BEN]: human({ talkMs: 20_000 }) } });
    await app.call({ from: CALLER });
    await app.call({ from: DIGITS });
    await app.call({ from: OTHER, forwardedFrom: CALLER });
    await app.call({ from: OTHER });
    await limits.admit({ sid: sids.call(1), from: CALLER });
    await limits.admit({ sid: sids.call(2), from: OTHER });
  } finally {
    await app.close();
  }
}

const GOES_ON = recordKey('forwarding', sids.call(9));

function runtimeOn(store: Store) {
  const clock = manualClock({ start: Date.now() });
  return createRuntime({ flow: forwarding, store, clock, execute: recorder(), pollMs: null });
}

/** A call of the same caller goes on. */
async function goesOn(store: Store): Promise<void> {
  await runtimeOn(store).handle(
    GOES_ON,
    events.inbound({ sid: sids.call(9), from: CALLER, options: { forwardTo: [] } }),
  );
}

async function hangUp(store: Store): Promise<void> {
  await runtimeOn(store).handle(GOES_ON, events.callerStatus());
}

/** Where the text stands in any file of the folder. */
function filesWith(path: string, text: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

describe('in SQLite', () => {
  const open = () => createSqliteStore({ file: join(folder, 'calls.db') });
  async function filled(work: (store: Store) => Promise<void> = async () => undefined): Promise<void> {
    const store = await open();
    await serve(store);
    await work(store);
    await store.close();
  }

  it('the number is in no byte of the files any more, and that of another caller is', async () => {
    await filled();
    expect(filesWith(folder, DIGITS)).toHaveLength(1);
    const { exit, out, stderr } = await amd([CALLER, '--yes'], { AMD_DATA: folder });
    expect(out).toContain('Forgotten: 5 records. The file was written anew, without their old bytes.');
    expect(out).toContain(`- limits:from:${CALLER}`);
    expect(out).toMatch(/Recordings that stay at Twilio:\n {2}- RE[0-9a-f]{32}/);
    expect(stderr).toContain('Forgetting: 5/5');
    expect(exit).toBe(0);
    expect(filesWith(folder, DIGITS)).toEqual([]);
    expect(filesWith(folder, OTHER)).toHaveLength(1);
    // The file still works, and the call of the other caller is in it.
    const store = await open();
    const { records } = await store.list({ prefix: 'forwarding:', limit: 10 });
    expect(records.filter(({ data }) => data.includes(OTHER))).toHaveLength(1);
    await store.close();
    expect(await amd([CALLER, '--yes'], { AMD_DATA: folder })).toMatchObject({ exit: 0 });
  });

  it('first shows what would go, and asks', async () => {
    await filled();
    const before = readFileSync(join(folder, 'calls.db'));
    const dry = await amd([CALLER, '--dry-run'], { AMD_DATA: folder });
    expect(dry.out.match(/- forwarding:CA[0-9a-f]{32}/g)).toHaveLength(4);
    expect([dry.exit, dry.out]).toEqual([0, expect.stringContaining('this was a dry run')]);
    expect(await amd([CALLER], { AMD_DATA: folder })).toMatchObject({ exit: 2 });
    expect(await amd([CALLER, '--json'], { AMD_DATA: folder })).toMatchObject({ exit: 2 });
    expect(await amd([CALLER], { AMD_DATA: folder }, false)).toMatchObject({ exit: 1 });
    expect(readFileSync(join(folder, 'calls.db')).includes(DIGITS)).toBe(true);
    expect(before.includes(DIGITS)).toBe(true);
    expect(await amd([CALLER], { AMD_DATA: folder }, true)).toMatchObject({ exit: 0 });
    expect(filesWith(folder, DIGITS)).toEqual([]);
  });

  it('names a call that goes on, and forgets it when it is over', async () => {
    await filled(async (store) => {
      await goesOn(store);
      const path = join(folder, 'calls.db');
      // One process owns the file.
      const busy = await amd([CALLER, '--yes', '--file', path]);
      expect([busy.exit, busy.stderr]).toEqual([1, expect.stringContaining('Stop the app first')]);
    });
    const first = await amd([CALLER, '--yes', '--json'], { AMD_DATA: folder });
    expect(first.exit).toBe(3);
    expect(JSON.parse(first.out)).toMatchObject({
      number: CALLER,
      dryRun: false,
      kept: [{ key: GOES_ON, why: 'live' }],
      others: [`limits:from:${CALLER}`],
      bytes: { ok: true },
    });
    const store = await open();
    await hangUp(store);
    await store.close();
    expect(await amd([CALLER, '--yes'], { AMD_DATA: folder })).toMatchObject({ exit: 0 });
    expect(filesWith(folder, DIGITS)).toEqual([]);
  });

  it('forgets a callee with all calls whose plan had them', async () => {
    await filled();
    expect(await amd([BEN, '--yes'], { AMD_DATA: folder })).toMatchObject({ exit: 0 });
    expect(filesWith(folder, BEN.slice(1))).toEqual([]);
  });

  it('deletes recordings at Twilio first, and forgets nothing when Twilio refuses', async () => {
    await filled();
    const asked: string[] = [];
    let status = 500;
    const twilio = createServer((request, response) => {
      asked.push(`${String(request.method)} ${String(request.url)}`);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 204 ? '' : JSON.stringify({ code: 20_500, message: 'out of order', status }));
    });
    await new Promise<void>((resolve) => twilio.listen(0, '127.0.0.1', resolve));
    const api = `http://127.0.0.1:${String((twilio.address() as AddressInfo).port)}`;
    const args = [CALLER, '--yes', '--delete-recordings', '--api-url', api];
    try {
      const none = await amd(args, { AMD_DATA: folder });
      expect([none.exit, none.stderr]).toEqual([2, expect.stringContaining('TWILIO_ACCOUNT_SID is missing')]);
      const environment = { AMD_DATA: folder, TWILIO_ACCOUNT_SID: sids.account(), TWILIO_AUTH_TOKEN: 'secret' };
      const refused = await amd(args, environment);
      expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining('out of order')]);
      expect(filesWith(folder, DIGITS)).toHaveLength(1);
      status = 204;
      asked.length = 0;
      const done = await amd(args, environment);
      expect([done.exit, done.out]).toEqual([0, expect.stringMatching(/Deleted at Twilio: \d recordings/)]);
      expect(new Set(asked).size).toBe(asked.length);
      expect(asked[0]).toMatch(
        /^DELETE \/api\.twilio\.com\/2010-04-01\/Accounts\/AC0+\/Recordings\/RE[0-9a-f]{32}\.json$/,
      );
      expect(filesWith(folder, DIGITS)).toEqual([]);
    } finally {
      twilio.close();
    }
  });

  it('an app that gave the store its database forgets by itself, while it runs', async () => {
    const { name, open: openDatabase } = await findDriver(undefined);
    expect(DRIVERS).toContain(name);
    const database = openDatabase(join(folder, 'calls.db'));
    const store = await createSqliteStore({ database });
    await serve(store);
    const { calls, expiring } = await forget({ store, number: CALLER, now: Date.now() });
    expect([calls.length, expiring]).toEqual([4, []]);
    database.exec('VACUUM');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(filesWith(folder, DIGITS)).toEqual([]);
    expect(filesWith(folder, OTHER)).toHaveLength(1);
    await store.close();
  });

  it.each([
    [['+12'], 'is not a phone number in E.164 form'],
    [['anonymous'], 'is not a phone number in E.164 form'],
    [['+266696687'], 'callers who hide their number'],
    [[CALLER], 'Where are the calls kept?'],
    [[CALLER, '--file', 'a.db', '--redis', 'redis://127.0.0.1'], 'not both'],
    [[CALLER, '--file', 'a.db'], 'There is no file a.db'],
  ])('refuses %j in words', async (args, message) => {
    const { exit, stderr } = await amd(args);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe.skipIf(!hasRedis())('in Redis', () => {
  let redis: OwnRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.end());

  /** Every key and value of the server. */
  async function dump(): Promise<string> {
    const client = await ready(redis.connect());
    const all: string[] = [];
    for (const key of await client.keys('*')) {
      all.push(key);
      switch (await client.type(key)) {
        case 'hash':
          all.push(...Object.entries(await client.hgetall(key)).flat());
          break;
        case 'zset':
          all.push(...((await client.call('ZRANGE', key, '0', '-1')) as string[]));
          break;
        case 'set':
          all.push(...(await client.smembers(key)));
          break;
        default:
          all.push((await client.get(key)) ?? '');
      }
    }
    return all.join('\n');
  }

  it('the number is in no key, no value and no file any more, beside an app that runs', async () => {
    const client = await ready(redis.connect());
    const store = await createRedisStore({ client, prefix: 'mine:{amd}' });
    await serve(store);
    await goesOn(store);
    // A number in a file that Redis compresses would be found in neither place.
    await client.config('SET', 'rdbcompression', 'no');
    const [, dir = ''] = await client.config('GET', 'dir');
    expect(await dump()).toContain(DIGITS);
    expect(await dump()).toContain(`hook:ended:`);
    const args = [CALLER, '--yes', '--prefix', 'mine:{amd}'];
    const first = await amd(args, { REDIS_URL: redis.url });
    expect([first.exit, first.out]).toEqual([3, expect.stringContaining('Redis wrote its file anew')]);
    expect(first.out).toContain(`! ${GOES_ON}: this call goes on`);
    expect((await dump()).split('\n').filter((text) => text.includes(DIGITS))).toHaveLength(1);
    await hangUp(store);
    const second = await amd(args, { REDIS_URL: redis.url });
    expect(second).toMatchObject({ exit: 0 });
    const left = await dump();
    expect(left).not.toContain(DIGITS);
    expect(left).toContain(OTHER);
    await expect.poll(() => filesWith(dir, DIGITS)).toEqual([]);
    // The file that is written anew takes the place of the old one in its own time.
    await expect.poll(() => filesWith(dir, OTHER).length).toBeGreaterThan(0);
    await store.close();
  });

  it('an app forgets by itself, where thousands of records wait to be removed', async () => {
    const client = await ready(redis.connect());
    const store = await createRedisStore({ client });
    const now = store.clock.now();
    for (let n = 0; n < 1000; n += 1) {
      await store.commit({
        key: `old:${String(n)}`,
        expected: 0,
        data: '',
        expiresAt: now - 1,
        now,
        put: [],
        drop: [],
      });
    }
    const clock = { ...store.clock, now: () => store.clock.now() };
    await createCallLimits({ store, clock }).admit({ sid: sids.call(1), from: CALLER });
    const { others, expiring } = await forget({ store, number: CALLER, now: store.clock.now() });
    expect([others, expiring]).toEqual([[`limits:from:${CALLER}`], []]);
    expect(await dump()).not.toContain(DIGITS);
    await store.close();
  });

  it('says what is wrong with an address', async () => {
    const nobody = await amd([CALLER, '--yes', '--redis', 'redis://:hidden@127.0.0.1:1']);
    expect([nobody.exit, nobody.stderr]).toEqual([1, expect.stringContaining('cannot be reached')]);
    expect(nobody.stderr).not.toContain('hidden');
    expect(await amd([CALLER, '--yes', '--redis', '127.0.0.1'])).toMatchObject({ exit: 2 });
    const prefix = await amd([CALLER, '--yes', '--redis', redis.url, '--prefix', 'amd']);
    expect([prefix.exit, prefix.stderr]).toEqual([2, expect.stringContaining('--prefix must have one hash tag')]);
  });
});
