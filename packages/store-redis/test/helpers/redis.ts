import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';

/** A redis-server of our own: started, killed, stopped and restarted, with its files in a folder of its own. */
export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  /** Opens a connection with the recommended settings. Closed at the end. */
  connect(): Redis;
  /** Restarts it on the same files; resolves when it answers. */
  start(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Freezes it, or lets it continue. */
  freeze(frozen: boolean): void;
  /** Stops it for good. */
  end(): Promise<void>;
}

/** Flushes every write to disk before acknowledging it: what is acknowledged survives a kill. */
export const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

export async function startRedis(settings: readonly string[] = DURABLE): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-redis-'));
  const port = await freePort();
  const clients: Redis[] = [];
  let server: ChildProcess | undefined;

  function connect(): Redis {
    const client = new Redis({
      port,
      host: '127.0.0.1',
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      retryStrategy: () => 50,
    });
    // Without a listener, ioredis writes each of them to the console.
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  async function start(): Promise<void> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--loglevel', 'warning'];
    server = spawn('redis-server', [...args, ...settings], { stdio: 'ignore' });
    for (let tries = 0; tries < 400; tries += 1) {
      const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.ping();
        return;
      } catch {
        await wait(25);
      } finally {
        client.disconnect();
      }
    }
    throw new Error(`redis-server on port ${String(port)} does not answer`);
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    const dying = server;
    if (dying?.exitCode !== null || dying.signalCode !== null) return;
    const ended = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill(signal);
    await ended;
  }

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${String(port)}`,
    connect,
    start,
    kill,
    freeze(frozen) {
      server?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
    },
    async end() {
      for (const client of clients) client.disconnect();
      await kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the connection can be used. */
export async function ready(client: Redis): Promise<Redis> {
  if (client.status !== 'ready') await new Promise<void>((resolve) => client.once('ready', resolve));
  return client;
}
