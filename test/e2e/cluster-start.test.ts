import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/bundle.mjs';

/** In the place of the app: it is ready at once, and finishes what is under way in half a second. */
const APP = `
import { createServer } from 'node:http';
if (process.env.WRONG === 'yes') { console.error('FORWARD_TO is missing'); process.exit(1); }
createServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log('pid ' + process.pid);
});
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  if (asked) return;
  asked = true;
  setTimeout(() => { console.log('finished'); process.exit(0); }, 500);
});
`;

const folders: string[] = [];
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) signal(child, 'SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** To all processes that it has started as well, as a terminal does. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(pid ?? 0), name);
  } catch {
    // They have ended.
  }
}

async function startCluster(env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'amd-start-'));
  folders.push(folder);
  for (const name of ['cluster', 'forwarding']) mkdirSync(join(folder, 'examples', name, 'dist'), { recursive: true });
  const script = join(folder, 'examples', 'cluster', 'dist', 'start.mjs');
  copyFileSync(fileURLToPath(await bundle('examples/cluster/src/start.ts')), script);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'examples', 'forwarding', 'dist', 'start.js'), APP);
  const port = await freePorts();
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', REDIS_URL: 'redis://127.0.0.1:1', ...env },
  });
  running.push(child);
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
  };
}

/** The first of three in a row that nobody uses. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = await listen(0);
    const { port } = first?.address() as AddressInfo;
    const more = [await listen(port + 1), await listen(port + 2)];
    for (const server of [first, ...more]) server?.close();
    if (!more.includes(undefined)) return port;
  }
}

/** `undefined`: somebody does. */
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

describe('the start of a cluster', () => {
  it('bug: with wrong settings its processes were started again for ever', async () => {
    const { child, said } = await startCluster({ WRONG: 'yes' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toContain('FORWARD_TO is missing');
    expect(said().match(/It could not be started: see above\./g)).toHaveLength(1);
    expect(said()).not.toContain('it is started again');
  });

  it('starts a process again that was killed', async () => {
    const { child, ready, said, pids } = await startCluster();
    await expect.poll(ready).toBe(true);
    const [first = 0] = pids();
    process.kill(first, 'SIGKILL');
    await expect.poll(pids).toHaveLength(3);
    expect(said()).toMatch(/The process on port \d+ has ended \(SIGKILL\); it is started again\./);
    expect(await ready()).toBe(true);
    expect(child.exitCode).toBeNull();
  });

  it('Ctrl-C, which reaches every process, lets each finish what is under way', async () => {
    const { child, ready, said, pids } = await startCluster();
    await expect.poll(ready).toBe(true);
    await expect.poll(pids).toHaveLength(2);
    signal(child, 'SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said().match(/finished/g)).toHaveLength(2);
  });

  it('says that its port is taken', async () => {
    const other = await listen(0);
    const { child, said } = await startCluster({ PORT: String((other?.address() as AddressInfo).port) });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toMatch(/The balancer cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.* Set PORT or HOST\./);
    other?.close();
  });
});
