import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { bundle } from '../../../../scripts/bundle.mjs';
import { busyClient } from '../helpers/busy-client.js';
import { buildExample } from '../helpers/example-process.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { startRedis } from '../../../store-redis/test/helpers/redis.js';

/** Replaces the app: it is ready at once, and finishes work in progress in half a second, or fails to. */
const APP = `
import { createServer } from 'node:http';
if (process.env.WRONG === 'yes') { console.error('FORWARD_TO is missing'); process.exit(1); }
createServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log('pid ' + process.pid);
  process.send('listening');
});
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  if (asked) return;
  asked = true;
  setTimeout(() => { console.log('finished'); process.exit(Number(process.env.STOPS_WITH ?? 0)); }, 500);
});
`;

let start: string;
beforeAll(async () => {
  start = fileURLToPath(await bundle('examples/cluster/src/start.ts'));
});

/** Sends a signal to the process and to all processes it has started, as a terminal does. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    kill(-(pid ?? 0), name);
  } catch {
    // They have ended.
  }
}

/** 0 stands for this process and its whole group. */
function kill(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined || pid === 0) throw new Error('the process has not said its number');
  process.kill(pid, name);
}

/** `app`: the code of its processes. They end with the test. */
async function startCluster(
  { onTestFinished }: TestContext,
  { app = APP, ...env }: Readonly<Record<string, string>> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'amd-start-'));
  for (const name of ['cluster', 'forwarding']) mkdirSync(join(folder, 'examples', name, 'dist'), { recursive: true });
  const script = join(folder, 'examples', 'cluster', 'dist', 'start.mjs');
  copyFileSync(start, script);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'examples', 'forwarding', 'dist', 'start.js'), app);
  const port = Number(env['PORT'] ?? (await freePorts()));
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{ HOST: '127.0.0.1', DRAIN_SECONDS: '0.2', REDIS_URL: 'redis://127.0.0.1:1' },
      ...env,
      PORT: String(port),
    },
  });
  onTestFinished(() => {
    signal(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ready = () =>
    fetch(`http://127.0.0.1:${String(port)}/`).then(
      ({ ok }) => ok,
      () => false,
    );
  return {
    child,
    port,
    ready,
    said: () => said,
    pids: () => [...said.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid)),
    listening: () => said.match(/Listening on/g)?.length ?? 0,
  };
}

let nextPort = 20_000 + 3 * Math.floor(Math.random() * 4000);

/**
 * Returns the first of three consecutive unused ports, different ones each time. They are below those that this machine assigns
 * to connections: a connection on a port of the cluster would keep its process from listening.
 */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = nextPort;
    nextPort = first + 3 < 32_000 ? first + 3 : 20_000;
    const servers = [await listen(first), await listen(first + 1), await listen(first + 2)];
    for (const server of servers) server?.close();
    if (!servers.includes(undefined)) return first;
  }
}

/** `undefined`: the port is in use. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => {
        resolve(undefined);
      })
      .listen(port, '127.0.0.1', () => {
        resolve(server);
      });
  });
}

// Concurrently: they mostly wait.
describe.concurrent('the start of a cluster', () => {
  it('bug: with wrong settings its processes were restarted forever', async (context) => {
    const { expect } = context;
    const { child, said } = await startCluster(context, { WRONG: 'yes' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toContain('FORWARD_TO is missing');
    expect(said().match(/It could not be started: see above\./g)).toHaveLength(1);
    expect(said()).not.toContain('it is started again');
  });

  it('a process that was killed is started again', async (context) => {
    const { expect } = context;
    const { child, ready, said, pids } = await startCluster(context);
    await expect.poll(ready).toBe(true);
    // It may answer before its start is noticed here.
    await expect.poll(pids).toHaveLength(2);
    kill(pids()[0], 'SIGKILL');
    await expect.poll(pids).toHaveLength(3);
    expect(said()).toMatch(/The process on port \d+ has ended \(SIGKILL\); it is started again\./);
    expect(await ready()).toBe(true);
    expect(child.exitCode).toBeNull();
  });

  it('Ctrl-C, which reaches every process, lets each finish its work in progress', async (context) => {
    const { expect } = context;
    const { child, ready, said, pids } = await startCluster(context);
    await expect.poll(ready).toBe(true);
    await expect.poll(pids).toHaveLength(2);
    signal(child, 'SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said().match(/finished/g)).toHaveLength(2);
  });

  it('a taken port is reported', async (context) => {
    const { expect } = context;
    const other = await listen(0);
    const { child, said } = await startCluster(context, { PORT: String((other?.address() as AddressInfo).port) });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toMatch(/The balancer cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.* Set PORT or HOST\./);
    other?.close();
  });

  it('the start ends with the code of a process that could not stop properly', async (context) => {
    const { expect } = context;
    const { child, pids } = await startCluster(context, { STOPS_WITH: '3' });
    await expect.poll(pids).toHaveLength(2);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([3, null]);
  });

  it('bug: a process port on which another program answers kept the start from ever settling', async (context) => {
    const { expect } = context;
    const port = await freePorts();
    const other = createHttpServer((_, response) => response.end('ok')).listen(port + 2, '127.0.0.1');
    await once(other, 'listening');
    const { child, said } = await startCluster(context, { PORT: String(port) });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toContain('It could not be started: see above.');
    other.closeAllConnections();
    other.close();
  });
});

describe.skipIf(!hasRedis())('the cluster', () => {
  const settings = {
    TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'an auth token for tests',
    TWILIO_PHONE_NUMBER: '+14155550199',
    FORWARD_TO: '+14155550142',
    PUBLIC_BASE_URL: 'https://calls.example.com',
    MAX_CALLS: '10000',
    // Nothing listens there: Twilio's REST API is unreachable.
    HTTP_PROXY: 'http://127.0.0.1:9',
  };

  it('the cluster restarts under traffic, unnoticed by callers; killed, it leaves no process behind', async (context) => {
    const redis = await startRedis();
    onTestFinished(() => redis.end());
    const script = pathToFileURL(await buildExample('forwarding')).href;
    const env = {
      ...settings,
      app: `console.log('pid ' + process.pid); await import(${JSON.stringify(script)});`,
      REDIS_URL: redis.url,
    };
    const first = await startCluster(context, env);
    await expect.poll(first.listening).toBe(2);
    const client = busyClient({
      port: first.port,
      connections: 3,
      publicBaseUrl: settings.PUBLIC_BASE_URL,
      accountSid: settings.TWILIO_ACCOUNT_SID,
      authToken: settings.TWILIO_AUTH_TOKEN,
      to: settings.TWILIO_PHONE_NUMBER,
    });
    for (const nth of [0, 1, 2]) {
      const served = client.answers();
      kill(first.pids()[nth], 'SIGTERM');
      await expect.poll(first.listening).toBe(3 + nth);
      await expect.poll(client.answers).toBeGreaterThan(served);
    }
    client.leave();
    await client.over;
    // A slow machine may take longer than the reply budget (503); no connection was reset or refused.
    expect(Object.keys(client.seen).filter((what) => !['200', '204', '503'].includes(what))).toEqual([]);
    expect(first.said().match(/has ended \(0\); it is started again/g)).toHaveLength(3);

    first.child.kill('SIGKILL');
    await expect.poll(() => first.pids().filter(isAlive)).toEqual([]);
    for (const port of [first.port + 1, first.port + 2]) {
      expect(first.said()).toMatch(new RegExp(`"process":"${hostname()}:${String(port)}".*"code":"stopped"`));
    }
    const second = await startCluster(context, { PORT: String(first.port) });
    await expect.poll(second.ready).toBe(true);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
