import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens before the app is created, because every URL that the app gives to Twilio begins with the address. */
export async function listen(wanted: {
  host: string;
  port: number;
  orAnyPort: boolean;
}): Promise<{ server: Server; url: string }> {
  const server = createServer();
  const attempt = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, wanted.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await attempt(wanted.port);
  } catch (error) {
    if (!wanted.orAnyPort) throw error;
    await attempt(0);
  }
  const { address, port } = server.address() as AddressInfo;
  return { server, url: `http://${address}:${String(port)}` };
}

/** Returns a free port for a server in another process. */
export async function freePort(wanted: Parameters<typeof listen>[0]): Promise<{ url: string; port: number }> {
  const { server, url } = await listen(wanted);
  await new Promise((resolve) => server.close(resolve));
  return { url, port: Number(new URL(url).port) };
}

/** Prints a log line for a person at a terminal. */
export function printLine(line: string): void {
  const { level, code, msg } = JSON.parse(line) as { level: string; code?: string; msg: string };
  console.error(`  ${level} ${code ?? ''}: ${msg}`);
}
