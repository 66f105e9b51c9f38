import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createRedisStore } from '@amd/store-redis';
import { CliError, EXIT } from '../../terminal/exit.js';
import type { Kept, OldBytes } from './kept.js';

/** The part of ioredis that is needed here. */
interface Client {
  call(command: string, ...args: string[]): Promise<unknown>;
  connect(): Promise<void>;
  disconnect(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Looks so often, in ms, whether Redis has written its file anew, and at most so many times. */
const LOOK_MS = 200;
const LOOKS = 600;

/**
 * Opens the Redis at this address, with the client that the app has installed.
 * @throws CliError when it cannot be reached, or there is no client
 * @throws AmdError as `createRedisStore`
 */
export async function openKeptRedis(url: string, prefix: string | undefined): Promise<Kept> {
  if (!/^rediss?:\/\/\S+$/.test(url) || !URL.canParse(url)) {
    throw new CliError('The address of Redis must be like redis://127.0.0.1:6379');
  }
  const { hostname, port } = new URL(url);
  const name = `Redis at ${hostname}:${port === '' ? '6379' : port}`;
  const Redis = await loadClient();
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 3000 });
  let last = '';
  client.on('error', ({ message }) => (last = message));
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    const reason = last !== '' ? last : error instanceof Error ? error.message : String(error);
    throw new CliError(`${name} cannot be reached: ${reason}`, { exit: EXIT.failed });
  }
  try {
    // Nothing is kept here that could be lost, and a large store is read in large pages.
    const store = await createRedisStore({
      client,
      allowVolatile: true,
      commandMs: 30_000,
      ...(prefix === undefined ? {} : { prefix }),
    });
    return {
      store,
      name,
      now: () => store.clock.now(),
      clean: () => clean(client),
      close: async () => {
        await store.close();
        client.disconnect();
      },
    };
  } catch (error) {
    client.disconnect();
    if (error instanceof TypeError) throw new CliError(error.message.replace('"prefix"', '--prefix'));
    throw error;
  }
}

/** Removed keys are still in the append-only file and in snapshots, until Redis writes them anew. */
async function clean(client: Client): Promise<OldBytes> {
  try {
    const info = String(await client.call('INFO', 'persistence'));
    if (info.includes('aof_enabled:1')) {
      return await rewritten(
        client,
        ['BGREWRITEAOF'],
        ['aof_rewrite_in_progress', 'aof_rewrite_scheduled'],
        'aof_last_bgrewrite_status',
      );
    }
    if (await savesSnapshots(client)) {
      return await rewritten(client, ['BGSAVE', 'SCHEDULE'], ['rdb_bgsave_in_progress'], 'rdb_last_bgsave_status');
    }
    return { ok: true, said: 'Redis keeps no file with their old bytes.' };
  } catch (error) {
    return { ok: false, said: notWritten(error instanceof Error ? error.message : String(error)) };
  }
}

/** Waits until Redis has written its file. A rewrite that was under way has begun too early: another one follows it. */
async function rewritten(
  client: Client,
  [command = '', ...args]: readonly string[],
  progress: readonly string[],
  status: string,
): Promise<OldBytes> {
  const read = async (): Promise<string> => String(await client.call('INFO', 'persistence'));
  const isBusy = (info: string): boolean => progress.some((field) => info.includes(`${field}:1`));
  let looks = 0;
  const idle = async (): Promise<string | null> => {
    for (; looks < LOOKS; looks += 1) {
      const info = await read();
      if (!isBusy(info)) return info;
      await wait(LOOK_MS);
    }
    return null;
  };
  if ((await idle()) !== null) {
    await client.call(command, ...args);
    const info = await idle();
    if (info?.includes(`${status}:ok`) === true) {
      return { ok: true, said: 'Redis wrote its file anew, without their old bytes.' };
    }
    if (info !== null) return { ok: false, said: notWritten(`${command} failed, see the log of the server`) };
  }
  return { ok: false, said: notWritten(`${command} was not done after two minutes`) };
}

async function savesSnapshots(client: Client): Promise<boolean> {
  try {
    const reply = (await client.call('CONFIG', 'GET', 'save')) as readonly string[];
    return reply[1] !== '';
  } catch {
    // A managed server does not say.
    return true;
  }
}

function notWritten(reason: string): string {
  return `Their old bytes may still be in the file of Redis, run BGREWRITEAOF (or BGSAVE) there: ${reason}`;
}

/** The client beside this program, or that of the app in this folder. @throws CliError */
async function loadClient(): Promise<new (url: string, options: object) => Client> {
  const name = 'ioredis';
  for (const find of [
    () => name,
    () => pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(name)).href,
  ]) {
    try {
      const module = (await import(find())) as { readonly Redis?: unknown; readonly default?: unknown };
      const found = module.Redis ?? module.default;
      if (typeof found === 'function') return found as new (url: string, options: object) => Client;
    } catch {
      // Perhaps at the next place.
    }
  }
  throw new CliError('Redis needs the package ioredis: npm install ioredis', { exit: EXIT.failed });
}
