/**
 * Calls that survive a restart: the state of `@amd/core` in one SQLite file, for one process.
 *
 * @example
 * ```ts
 * import { createRuntime, forwarding, type Executor } from '@amd/core';
 * import { createSqliteStore } from '@amd/store-sqlite';
 *
 * declare const execute: Executor; // createTwilioExecutor(…) of @amd/core/twilio
 *
 * const store = await createSqliteStore({ file: '/var/lib/calls/calls.db' });
 * const runtime = createRuntime({ flow: forwarding, store, execute });
 * runtime.start(); // takes over the work that the last process left
 * ```
 *
 * @module @amd/store-sqlite
 */
export { createSqliteStore } from './sqlite-store.js';
export type { SqliteStore, SqliteStoreOptions } from './sqlite-store.js';
export type { Database, DriverName, GivenDatabase, Statement, Value } from './driver.js';
