import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore, type Store, type StoredRecord } from '@amd/core';
import { createRedisStore, type RedisStore } from '@amd/store-redis';
import { createSqliteStore, type SqliteStore } from '@amd/store-sqlite';
import { ready, startRedis } from '../../../store-redis/test/helpers/redis.js';
import type { Database } from './cluster.js';

/** Makes new, empty databases, one for each run. */
export interface Databases {
  readonly name: 'memory' | 'SQLite' | 'Redis';
  readonly make: () => Promise<Database>;
  /** Ends it when there will be no more runs. */
  readonly end: () => Promise<void>;
}

/** Memory that outlives the nodes, as a database would. */
export function memoryDatabase(): Promise<Database> {
  const store = createMemoryStore();
  return Promise.resolve({
    open: () => Promise.resolve(store),
    look: (prefix) => everything(store, prefix),
    close: () => Promise.resolve(),
  });
}

export const MEMORY: Databases = { name: 'memory', make: memoryDatabase, end: () => Promise.resolve() };

/** Files in a folder of their own; a node that starts opens the file anew. For one node. */
export function sqliteDatabases(): Databases {
  // These nodes die in a program, not with the machine: a disk of memory is as good, and much faster.
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

/** A Redis of our own; each run has a prefix, each node that starts asks anew whether the server is as it should be. */
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

/** The newest row of each key. */
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
