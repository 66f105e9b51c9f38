import { AmdError } from '@amd/core';
import type { Database } from './driver.js';

/** "amd1": distinguishes our files from others (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x61_6d_64_31;

/** Each entry upgrades a file from its index to the next version. Never changed once published; a new version is a new entry. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE records (
     key TEXT PRIMARY KEY,
     revision INTEGER NOT NULL,
     data TEXT NOT NULL,
     expires_at INTEGER,
     sequence INTEGER NOT NULL UNIQUE
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX records_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
   CREATE TABLE tasks (
     key TEXT NOT NULL,
     id TEXT NOT NULL,
     space TEXT NOT NULL,
     due_at INTEGER NOT NULL,
     data TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     lease TEXT,
     claimable_at INTEGER NOT NULL,
     turn INTEGER NOT NULL,
     PRIMARY KEY (key, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX tasks_due ON tasks (claimable_at, turn);
   CREATE INDEX tasks_due_in_space ON tasks (space, claimable_at, turn);
   CREATE TABLE counters (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     sequence INTEGER NOT NULL
   ) STRICT;
   INSERT INTO counters VALUES (1, 0);`,
];

/**
 * Locks the file for this process, makes it durable, and upgrades it to our version. `synchronous=FULL` waits for the disk at
 * each commit, so that acknowledged data also survives a power loss (sqlite.org/pragma.html#pragma_synchronous). In exclusive
 * mode the lock is held until the process ends, however it ends, and no shared memory can be left behind
 * (sqlite.org/wal.html#use_of_wal_without_shared_memory).
 * @throws AmdError `ERR_STORE_SETTINGS`, `ERR_STORE_VERSION`, or what the driver throws
 */
export function prepareFile(database: Database): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  // Before changing anything: the file may belong to another program.
  transact(database, checkOurs);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  transact(database, migrate);
  const mode = pragma(database, 'journal_mode');
  if (mode !== 'wal' && mode !== 'memory') {
    throw new AmdError(
      'ERR_STORE_SETTINGS',
      `the file system does not allow "journal_mode = WAL" (it is "${String(mode)}")`,
    );
  }
}

function transact(database: Database, work: (database: Database) => unknown): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work(database);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Returns the version of the file. */
function checkOurs(database: Database): number {
  const id = Number(pragma(database, 'application_id'));
  const version = Number(pragma(database, 'user_version'));
  if (id !== APPLICATION_ID && (id !== 0 || version !== 0 || tablesIn(database) > 0)) {
    throw new AmdError('ERR_STORE_SETTINGS', 'the database belongs to another program: name a file of its own');
  }
  if (version > MIGRATIONS.length) {
    throw new AmdError(
      'ERR_STORE_VERSION',
      `the file has version ${String(version)}, this package knows up to ${String(MIGRATIONS.length)}: install a newer @amd/store-sqlite`,
    );
  }
  return version;
}

function migrate(database: Database): void {
  const version = checkOurs(database);
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
  if (version < MIGRATIONS.length) {
    database.exec(`PRAGMA application_id = ${String(APPLICATION_ID)}`);
    database.exec(`PRAGMA user_version = ${String(MIGRATIONS.length)}`);
  }
}

function tablesIn(database: Database): number {
  return (database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number }).tables;
}

function pragma(database: Database, name: string): unknown {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown> | null | undefined;
  return row?.[name];
}

/** Releases a file that was refused, and leaves it unchanged. */
export function leaveFile(database: Database): void {
  try {
    database.exec('PRAGMA locking_mode = NORMAL');
    // The next statement releases the lock (sqlite.org/pragma.html#pragma_locking_mode).
    tablesIn(database);
  } catch {
    // It was never ours; the lock ends with the process.
  }
}

/**
 * Releases the file even where the driver keeps it open for its prepared statements (libsql): an exclusive lock can only be
 * released outside WAL mode (sqlite.org/pragma.html#pragma_locking_mode).
 */
export function releaseFile(database: Database): void {
  try {
    database.prepare('PRAGMA journal_mode = DELETE').get();
    database.exec('PRAGMA locking_mode = NORMAL');
    database.prepare('SELECT sequence FROM counters').get();
  } catch {
    // Everything is on the disk; the lock ends with the process.
  }
}
