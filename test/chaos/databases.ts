import { createMemoryStore, type Store, type StoredRecord } from '@amd/core';
import type { Database } from './cluster.js';

/** Memory that outlives the nodes, as a database would. */
export function memoryDatabase(): Promise<Database> {
  const store = createMemoryStore();
  return Promise.resolve({
    open: () => Promise.resolve(store),
    look: (prefix) => everything(store, prefix),
    close: () => Promise.resolve(),
  });
}

/** The newest row of each key. */
export async function everything(store: Store, prefix: string): Promise<readonly StoredRecord[]> {
  const rows: StoredRecord[] = [];
  let after: string | undefined;
  for (;;) {
    const { records, cursor } = await store.list({ prefix, after, limit: 1000 });
    if (records.length === 0) return rows;
    rows.push(...records);
    after = cursor;
  }
}
