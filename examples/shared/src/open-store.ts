import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryStore, type Clock, type Store } from '@amd/core';
import { createRedisStore } from '@amd/store-redis';
import { createSqliteStore } from '@amd/store-sqlite';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** Where the state is kept, and how it is let go of. */
export interface OpenStore {
  readonly store: Store;
  /** Of a store that has a time of its own. */
  readonly clock: Clock | undefined;
  /** For people: what survives. */
  readonly kept: string;
  /** After the work is done. */
  readonly close: () => Promise<void>;
}

/**
 * Memory, or a file in the folder `AMD_DATA`, or the Redis at `REDIS_URL`.
 * @throws Error that says what to do
 */
export async function openStore(
  { AMD_DATA, REDIS_URL }: { readonly AMD_DATA?: string | undefined; readonly REDIS_URL?: string | undefined },
  logger: Pick<Logger, 'warn'>,
): Promise<OpenStore> {
  if (REDIS_URL !== undefined) return openRedis(REDIS_URL, logger);
  if (AMD_DATA !== undefined) return openFile(AMD_DATA);
  const kept = 'State is kept in memory: a restart forgets calls in progress. AMD_DATA or REDIS_URL keeps them.';
  return { store: createMemoryStore(), clock: undefined, kept, close: () => Promise.resolve() };
}

async function openFile(folder: string): Promise<OpenStore> {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`AMD_DATA must be a folder that can be written to: ${reason}`, { cause: error });
  }
  const file = join(folder, 'calls.db');
  const store = await createSqliteStore({ file });
  return { store, clock: undefined, kept: `State is kept in ${file} (${store.driver}).`, close: () => store.close() };
}

async function openRedis(url: string, logger: Pick<Logger, 'warn'>): Promise<OpenStore> {
  const client = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true });
  let last = '';
  client.on('error', ({ message }: Error) => {
    // While it is away each try fails alike.
    if (message !== last) logger.warn({ code: 'redis', error: message }, `Redis: ${message}`);
    last = message;
  });
  client.on('ready', () => (last = ''));
  try {
    await client.connect();
    const store = await createRedisStore({
      client,
      onWarning: (message) => {
        logger.warn({ code: 'redis.settings' }, `Redis: ${message}`);
      },
    });
    const { hostname, port } = new URL(url);
    return {
      store,
      clock: store.clock,
      kept: `State is kept in Redis at ${hostname}:${port === '' ? '6379' : port}.`,
      close: async () => {
        await store.close();
        client.disconnect();
      },
    };
  } catch (error) {
    client.disconnect();
    // What ioredis rejects with says only that the connection is closed.
    const reason = last !== '' ? last : error instanceof Error ? error.message : String(error);
    throw new Error(`REDIS_URL: the store cannot be opened: ${reason}`, { cause: error });
  }
}
