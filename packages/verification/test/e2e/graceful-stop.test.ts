import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@amd/store-sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyClient } from '../helpers/busy-client.js';
import { buildExample, startExample } from '../helpers/example-process.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { startRedis, type OwnRedis } from '../../../store-redis/test/helpers/redis.js';
import { tcpProxy, type TcpProxy } from '../../../../examples/shared/test/helpers/tcp-proxy.js';

const OURS = '+14155550199';
const SETTINGS = {
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'an auth token for tests',
  TWILIO_PHONE_NUMBER: OURS,
  FORWARD_TO: '+14155550142',
  PUBLIC_BASE_URL: 'https://calls.example.com',
  MAX_CALLS: '10000',
  // Nothing listens there: Twilio's REST API is unreachable.
  HTTP_PROXY: 'http://127.0.0.1:9',
};
const STORE_MS = 60;

describe('the forwarding example', () => {
  let script: string;
  let redis: OwnRedis | undefined;
  let store: TcpProxy | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'amd-stop-'));

  beforeAll(async () => {
    script = await buildExample('forwarding');
    if (!hasRedis()) return;
    redis = await startRedis();
    store = await tcpProxy(redis.port, { delayMs: STORE_MS / 2 });
  });
  afterAll(async () => {
    store?.close();
    await redis?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('P-116 a stop under traffic cuts no busy connection, on a slow store', async () => {
    const kept = store === undefined ? {} : { REDIS_URL: `redis://127.0.0.1:${String(store.port)}` };
    const app = await startExample(script, { ...SETTINGS, ...kept, DRAIN_SECONDS: '60' });
    const client = busyClient({
      port: app.port,
      connections: 4,
      publicBaseUrl: SETTINGS.PUBLIC_BASE_URL,
      accountSid: SETTINGS.TWILIO_ACCOUNT_SID,
      authToken: SETTINGS.TWILIO_AUTH_TOKEN,
      to: OURS,
    });
    await expect.poll(() => client.seen['200']).toBeGreaterThan(8);

    const exit = app.signal('SIGTERM');
    // A load balancer asks until it gets a no, on connections that it keeps as long as they are kept open.
    await expect.poll(() => fetch(`${app.url}/readyz`).then(({ status }) => status), { interval: 10 }).toBe(503);
    client.leave();
    await client.over;
    // It would serve for another minute, which is enough for the slowest machine; now no client is left, and its parent is gone.
    app.disconnect();

    expect(await exit).toBe(0);
    // A slow machine may take longer than the reply budget (503); no connection was cut.
    expect(Object.keys(client.seen).filter((what) => !['200', '204', '503'].includes(what))).toEqual([]);
    expect(client.kept).toBe(0);
    expect(app.said()).toContain('"code":"stopped"');
    expect(app.said()).not.toContain('stop.late');
  });

  it('P-118 a process whose port is taken gives up without having claimed any work', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const file = join(folder, 'calls.db');
    const store = await createSqliteStore({ file });
    const key = 'forwarding:CA0';
    const due = { id: `${key}:due`, key, dueAt: 0, data: 'for whoever serves' };
    await store.commit({ key, expected: 0, data: 'a call', expiresAt: null, now: 0, put: [due], drop: [] });
    await store.close();

    const port = String((other.address() as AddressInfo).port);
    await expect(startExample(script, { ...SETTINGS, AMD_DATA: folder, PORT: port })).rejects.toThrow('EADDRINUSE');

    other.close();
    const next = await createSqliteStore({ file });
    const claims = await next.claim({ now: Date.now(), limit: 10, leaseMs: 1000, lease: 'ours' });
    expect(claims.map((claim) => [claim.id, claim.attempt])).toEqual([[due.id, 1]]);
    await next.close();
  });
});
