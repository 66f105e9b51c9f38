import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems assign by themselves, to connections and on request: such a port would soon be taken. */
const [FIRST, PORTS] = [12_000, 8000];

/** Returns a free port of this machine for a server in another process. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${String(FIRST)} and ${String(FIRST + PORTS)} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
