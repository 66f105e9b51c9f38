import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryStore, type Clock, type Store } from '@amd/core';
import { createSqliteStore } from '@amd/store-sqlite';
import type { Logger } from 'pino';
import { openRedis } from './open-redis.js';

/** Where the state is kept, and how it is released. */
export interface OpenStore {
  readonly store: Store;
  /** The clock of a store that has its own time. */
  readonly clock: Clock | undefined;
  /** What survives, for people to read. */
  readonly kept: string;
  /** Releases the store, after the work is done. */
  readonly close: () => Promise<void>;
}

/**
 * Opens memory, a file in the folder `AMD_DATA`, or the Redis at `REDIS_URL`.
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
