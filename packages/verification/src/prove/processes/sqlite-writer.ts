import { writeSync } from 'node:fs';
import { createSqliteStore, type DriverName } from '@amd/store-sqlite';
import { writeForEver } from '../ledger.js';

const [, , file = '', driver] = process.argv;
const store = await createSqliteStore({ file, ...(driver === undefined ? {} : { driver: driver as DriverName }) });
// Each key has a space of its own, so that each claims only its own tasks.
const keys = Array.from({ length: 20 }, (_, n) => `calls${String(n)}:one`);
await writeForEver(store, keys, (entry) => {
  // At once and completely: what was not reported was not acknowledged.
  writeSync(1, `${JSON.stringify(entry)}\n`);
});
