import { AmdError } from '@amd/core';

/** A value as SQLite stores it. */
export type Value = string | number | null;

/** The part of a prepared statement that we use; all drivers agree on it. */
export interface Statement {
  run(...values: Value[]): unknown;
  /** `undefined` (or `null`) if there is no row. */
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

/** An open database, as all drivers have it. */
export interface Database extends GivenDatabase {
  prepare(sql: string): Statement;
}

/**
 * A database as it is passed: `DatabaseSync` of node:sqlite, or `Database` of better-sqlite3 or libsql. What their types say of
 * `prepare` is a statement only to TypeScript 6, so nothing is said of it here; the store looks at the methods.
 */
export interface GivenDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): unknown;
  close(): unknown;
}

/** In the order they are looked for. */
export const DRIVERS = ['node:sqlite', 'better-sqlite3', 'libsql'] as const;
/** The name of a driver of SQLite that the store can load. */
export type DriverName = (typeof DRIVERS)[number];

type Open = (file: string) => Database;

/**
 * Returns the driver of this name, or the first one that is installed.
 * @throws AmdError `ERR_STORE_DRIVER` when there is none
 */
export async function findDriver(wanted: DriverName | undefined): Promise<{ name: DriverName; open: Open }> {
  const reasons: string[] = [];
  for (const name of wanted === undefined ? DRIVERS : [wanted]) {
    try {
      return { name, open: openWith(await load(name)) };
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
  }
  throw new AmdError(
    'ERR_STORE_DRIVER',
    `no SQLite driver was found (${reasons.join('; ')}): run "npm install libsql", or use Node 22.13 or later, which has node:sqlite`,
  );
}

/** Imports a driver. Its name is not a constant, so that no bundler requires a driver that is not installed. */
async function load(name: string): Promise<Record<string, unknown>> {
  return (await import(name)) as Record<string, unknown>;
}

function openWith(module: Record<string, unknown>): Open {
  const made = module['DatabaseSync'] ?? module['default'];
  if (typeof made !== 'function') throw new TypeError('it has no class of databases');
  const Class = made as new (file: string) => Database;
  return (file) => new Class(file);
}

/**
 * @throws AmdError `ERR_STORE_DRIVER` naming what it lacks
 */
export function checkDatabase(database: unknown): Database {
  const given = database as Partial<Record<keyof Database, unknown>> | null | undefined;
  for (const method of ['exec', 'prepare', 'close'] as const) {
    if (typeof given?.[method] === 'function') continue;
    throw new AmdError(
      'ERR_STORE_DRIVER',
      `"database" must be an open database of node:sqlite, better-sqlite3 or libsql: it has no method "${method}"`,
    );
  }
  return database as Database;
}
