export { createSqliteStore } from './sqlite-store.js';
export type { SqliteStore, SqliteStoreOptions } from './sqlite-store.js';
export type { Database, DriverName, Statement, Value } from './driver.js';
