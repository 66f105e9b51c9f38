// The contract on node:sqlite, run by node:test: for versions of Node that have it (npm run test:nodes).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { storeContract } from '@amd/core/testing';
import { createSqliteStore, type SqliteStore } from '@amd/store-sqlite';

const folder = mkdtempSync(join(tmpdir(), 'amd-node-'));
const files = new WeakMap<object, string>();
let made = 0;

async function open(file = join(folder, `${String((made += 1))}.db`)): Promise<SqliteStore> {
  const store = await createSqliteStore({ file, driver: 'node:sqlite' });
  files.set(store, file);
  return store;
}

after(() => {
  rmSync(folder, { recursive: true, force: true });
});

storeContract({
  describe,
  it,
  createStore: () => open(),
  reconnect: async (store) => {
    await (store as SqliteStore).close();
    return open(files.get(store));
  },
  dispose: (store) => (store as SqliteStore).close(),
});
