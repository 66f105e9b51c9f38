import { manualClock, START } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';
import { createRedisStore } from '../src/index.js';

/** A server of our own making: what it says of itself, and what it thinks the time is. */
function fakeServer(info: Readonly<Record<string, string>> = {}) {
  const told = { redis_version: '7.4.0', role: 'master', maxmemory: '0', aof_enabled: '1', ...info };
  const config: Readonly<Record<string, string>> = { 'maxmemory-policy': 'noeviction', appendfsync: 'always' };
  const clock = manualClock();
  const server = { aheadMs: 0, reachable: true, slowMs: 0, asked: 0 };
  const send = async ([name = '', , what = '']: readonly string[]): Promise<unknown> => {
    if (!server.reachable) throw new Error('no route to host');
    switch (name) {
      case 'INFO':
        return Object.entries(told)
          .map(([key, value]) => `${key}:${value}`)
          .join('\r\n');
      case 'CONFIG':
        return [what, config[what] ?? ''];
      case 'GET':
        return '1';
      case 'TIME': {
        server.asked += 1;
        // Half of the way there, half back.
        await clock.advanceBy(server.slowMs / 2);
        const ms = (clock.elapsed?.() ?? 0) + server.aheadMs;
        await clock.advanceBy(server.slowMs / 2);
        return [String(Math.floor(ms / 1000)), String((ms % 1000) * 1000)];
      }
      default:
        return 'OK';
    }
  };
  const open = (options: object = {}) => createRedisStore({ send, localClock: clock, ...options });
  return { clock, server, open };
}

/** What was asked for is answered. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 50; n += 1) await Promise.resolve();
};

describe('a server that is none for us', () => {
  it.each([
    [{ role: 'slave' }, /this server is a replica: connect to the primary/],
    [{ redis_version: '6.0.16' }, /Redis 6\.0\.16 is too old: 6\.2 or later is needed/],
    [{ redis_version: '5.3.0' }, /Redis 5\.3\.0 is too old/],
  ])('%j is refused, saying why', async (info, message) => {
    const refusal = await fakeServer(info)
      .open()
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'ERR_STORE_SETTINGS', message: expect.stringMatching(message) as string });
  });

  it.each(['6.2.0', '7.0.0', '10.1.0'])('version %s is taken', async (version) => {
    const { open } = fakeServer({ redis_version: version });
    await (await open()).close();
  });
});

describe('the time of the server', () => {
  it('is asked for again, by default every half minute, until the store is closed', async () => {
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

  it('is asked for again also after it was out of reach', async () => {
    const { clock, server, open } = fakeServer();
    const store = await open({ syncEveryMs: 1000 });
    server.reachable = false;
    await clock.advanceBy(5000, settled);
    Object.assign(server, { reachable: true, aheadMs: 700 });
    await clock.advanceBy(1000, settled);
    expect(store.clock.now()).toBe(START + 6700);
    await store.close();
  });

  it('is the middle of the quickest of three answers', async () => {
    const { server, open } = fakeServer();
    Object.assign(server, { slowMs: 80, aheadMs: 500 });
    const store = await open();
    expect(store.clock.now()).toBe(START + 3 * 80 + 500);
    await store.close();
  });

  it('never goes back here, when the server is set back or replaced by one that is behind, nor when this machine is', async () => {
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
