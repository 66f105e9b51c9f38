import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectWithin } from '../../../packages/core/test/helpers/measured.js';
import { hasRedis } from '../../../packages/store-redis/test/helpers/programs.js';
import { ready, startRedis, type OwnRedis } from '../../../packages/store-redis/test/helpers/redis.js';
import { tcpProxy, type TcpProxy } from './helpers/tcp-proxy.js';
import { openStore, type OpenStore } from '../src/open-store.js';

const VOLATILE = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
const logger = { warn: vi.fn() };
const commit = { expected: 0, data: 'one', expiresAt: null, now: 1000, put: [], drop: [] };

describe.skipIf(!hasRedis())('a Redis that fails over, without a restart of the app', () => {
  const servers: OwnRedis[] = [];
  let proxy: TcpProxy;
  let open: OpenStore;

  async function openThrough(server: OwnRedis): Promise<void> {
    proxy = await tcpProxy(server.port);
    open = await openStore({ REDIS_URL: `redis://127.0.0.1:${String(proxy.port)}` }, logger);
  }

  async function startServer(): Promise<OwnRedis> {
    const server = await startRedis(VOLATILE);
    servers.push(server);
    return server;
  }

  afterEach(async () => {
    await open.close();
    proxy.close();
    await Promise.all(servers.splice(0).map((server) => server.end()));
  });

  /** True if a new record can be written now. */
  const canWrite = async (key: string): Promise<boolean> => {
    try {
      return (await open.store.commit({ ...commit, key })).ok;
    } catch {
      return false;
    }
  };

  it('writes go to the new primary although the old one, now a replica, still holds the connection', async () => {
    const [old, next] = [await startServer(), await startServer()];
    await openThrough(old);
    expect(await canWrite('calls:1')).toBe(true);

    const [oldAdmin, nextAdmin] = await Promise.all([ready(old.connect()), ready(next.connect())]);
    await nextAdmin.call('REPLICAOF', '127.0.0.1', String(old.port));
    await expect.poll(() => nextAdmin.info('replication')).toContain('master_link_status:up');
    await nextAdmin.call('REPLICAOF', 'NO', 'ONE');
    await oldAdmin.call('REPLICAOF', '127.0.0.1', String(next.port));
    proxy.leadTo(next.port);

    await expect.poll(() => canWrite('calls:2')).toBe(true);
    expect(await open.store.read('calls:1', 1000)).toMatchObject({ data: 'one' });
    expect(await nextAdmin.hget('{amd}:record:calls:2', 'data')).toBe('one');
  });

  it('a silent connection is given up, and a new one serves', async () => {
    await openThrough(await startServer());
    expect(await canWrite('calls:1')).toBe(true);

    proxy.silence();
    const silentSince = performance.now();
    expect(await canWrite('calls:2')).toBe(false);
    let tries = 2;
    await expect.poll(() => canWrite(`calls:${String((tries += 1))}`)).toBe(true);
    expectWithin('a silent connection to Redis is replaced after', performance.now() - silentSince, 6000);
  });
});
