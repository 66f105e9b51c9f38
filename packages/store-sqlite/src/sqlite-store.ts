import { onlyKnown } from '@amd/core/internal';
import type { Store } from '@amd/core';
import { takeOver } from './disk.js';
import { checkDatabase, findDriver, type Database, type DriverName, type GivenDatabase } from './driver.js';
import { openFailure } from './failure.js';
import { GroupCommit } from './group-commit.js';
import { leaveFile, prepareFile, releaseFile } from './schema.js';
import { prepareStatements } from './statements.js';

/** Which file or open database a store uses, and how; times are in ms. */
export interface SqliteStoreOptions {
  /** The file, created if missing. Its folder must exist. Use this or `database`. */
  readonly file?: string | undefined;
  /** Which driver opens the file. Default: the first installed of `node:sqlite`, `better-sqlite3` and `libsql`. */
  readonly driver?: DriverName | undefined;
  /** An open database of one of these drivers, used by nothing else. */
  readonly database?: GivenDatabase | undefined;
  /** How often expired records are removed, in ms. Default 60000. */
  readonly sweepEveryMs?: number | undefined;
}

export interface SqliteStore extends Store {
  /** The driver that opened the file; `given` for a database that you passed. */
  readonly driver: DriverName | 'given';
  /** Answers pending requests, then releases the file. Later requests are refused. */
  close(): Promise<void>;
}

const OPTIONS = {
  file: true,
  driver: true,
  database: true,
  sweepEveryMs: true,
} as const satisfies Record<keyof SqliteStoreOptions, true>;

/**
 * Creates a store that keeps the state of `@amd/core` in one SQLite file, for one process: acknowledged data survives the process
 * and a power loss. A second process on the same file is refused; a killed one never blocks the next.
 * @throws TypeError naming the option
 * @throws AmdError `ERR_STORE_DRIVER`, `ERR_STORE_LOCKED`, `ERR_STORE_SETTINGS`, `ERR_STORE_VERSION`, `ERR_STORE_UNAVAILABLE`
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  onlyKnown(options, 'createSqliteStore', OPTIONS);
  const { sweepEveryMs = 60_000 } = options;
  if (!(sweepEveryMs >= 0)) throw new RangeError(`"sweepEveryMs" must be 0 or more; got ${String(sweepEveryMs)}`);
  const { database, driver } = await open(options);
  const statements = prepareStatements(database);
  // The owner of a given database may choose its settings: there SQLite waits for the disk itself.
  const disk = driver === 'given' ? null : takeOver(database);
  const group = new GroupCommit(database, disk, statements);
  let sweptAt = -Infinity;

  function sweepSometimes(now: number): void {
    if (now < sweptAt + sweepEveryMs) return;
    sweptAt = now;
    statements.sweep(now);
  }

  return {
    driver,
    read: (key, now) => group.look(() => statements.read(key, now)),
    commit: (commit) => group.run(() => statements.commit(commit)),
    claim: ({ now, prefix, limit, leaseMs, lease }) =>
      group.run(() => {
        sweepSometimes(now);
        return statements.claim(now, prefix, limit, leaseMs, lease);
      }),
    settle: (claim, settlement) => group.run(() => statements.settle(claim, settlement)),
    list: ({ prefix, after, limit }) => {
      const from = after === undefined ? 0 : Number(after);
      if (!Number.isSafeInteger(from) || from < 0) {
        return Promise.reject(new TypeError('"after" must be a cursor that list returned'));
      }
      return group.look(() => statements.list(prefix, from, limit));
    },
    async close() {
      if (group.closed) return;
      await group.close();
      releaseFile(database);
      database.close();
    },
  };
}

async function open(options: SqliteStoreOptions): Promise<{ database: Database; driver: SqliteStore['driver'] }> {
  const { file, database, driver } = options;
  if ((file === undefined) === (database === undefined)) {
    throw new TypeError('either "file" or "database" must be given: createSqliteStore({ file: "calls.db" })');
  }
  if (file === undefined) {
    const given = checkDatabase(database);
    return { database: prepared(given, 'the database', () => undefined), driver: 'given' };
  }
  if (typeof file !== 'string' || file === '') throw new TypeError('"file" must be the path of a file');
  const found = await findDriver(driver);
  let made: Database;
  try {
    made = found.open(file);
  } catch (error) {
    throw openFailure(error, file);
  }
  return { database: prepared(made, file, () => made.close()), driver: found.name };
}

function prepared(database: Database, file: string, giveUp: () => unknown): Database {
  try {
    prepareFile(database);
    return database;
  } catch (error) {
    leaveFile(database);
    giveUp();
    throw openFailure(error, file);
  }
}
