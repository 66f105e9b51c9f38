import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore, type Store, type StoredRecord } from '@amd/core';
import { createRedisStore, type RedisStore } from '@amd/store-redis';
import { createSqliteStore, type SqliteStore } from '@amd/store-sqlite';
import { ready, startRedis } from '../../../store-redis/test/helpers/redis.js';
import type { Database } from './cluster.js';

/** Creates new, empty databases, one for each run. */
export interface Databases {
  readonly name: 'memory' | 'SQLite' | 'Redis';
  readonly make: () => Promise<Database>;
  /** Ends it after the last run. */
  readonly end: () => Promise<void>;
}

/** Creates memory that outlives the nodes, as a database would. */
export function memoryDatabase(): Promise<Database> {
  const store = createMemoryStore();
  return Promise.resolve({
    open: () => Promise.resolve(store),
    look: (prefix) => everything(store, prefix),
    close: () => Promise.resolve(),
  });
}

export const MEMORY: Databases = { name: 'memory', make: memoryDatabase, end: () => Promise.resolve() };

/** Creates files in a folder of their own; a starting node opens the file anew. For one node. */
export function sqliteDatabases(): Databases {
  // These nodes crash in a program, not with the machine: a disk in memory is as good, and much faster.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'amd-chaos-'));
  let files = 0;
  return {
    name: 'SQLite',
    make: () => {
      const file = join(folder, `${String((files += 1))}.db`);
      let store: SqliteStore | undefined;
      const open = async (): Promise<SqliteStore> => {
        await store?.close();
        return (store = await createSqliteStore({ file }));
      };
      return Promise.resolve({
        open,
        look: (prefix) => (store === undefined ? Promise.resolve([]) : everything(store, prefix)),
        close: async () => {
          await store?.close();
          for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
        },
      });
    },
    end: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** Starts a Redis of our own; each run has a prefix, and each starting node checks the server's settings anew. */
export async function redisDatabases(): Promise<Databases> {
  const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '']);
  const client = await ready(redis.connect());
  return {
    name: 'Redis',
    make: async () => {
      await client.flushall();
      const opened: RedisStore[] = [];
      const open = async (): Promise<RedisStore> => {
        const store = await createRedisStore({ client });
        opened.push(store);
        return store;
      };
      const watching = await open();
      return {
        open,
        look: (prefix) => everything(watching, prefix),
        close: async () => {
          for (const store of opened) await store.close();
        },
      };
    },
    end: () => redis.end(),
  };
}

/** Returns the newest row of each key. */
async function everything(store: Store, prefix: string): Promise<readonly StoredRecord[]> {
  const rows: StoredRecord[] = [];
  let after: string | undefined;
  for (;;) {
    const { records, cursor } = await store.list({ prefix, after, limit: 1000 });
    if (records.length === 0) return rows;
    rows.push(...records);
    after = cursor;
  }
}
