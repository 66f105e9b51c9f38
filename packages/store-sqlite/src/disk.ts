import { closeSync, fdatasync, openSync } from 'node:fs';
import type { Database } from './driver.js';

/** Pages of the log after which SQLite writes it back into the file, which only SQLite can do: 16 MB, four times the default. */
const LOG_PAGES = 4000;

/** Waits for the disk without blocking the event loop. */
export interface Disk {
  /** Resolves when everything written to the log before is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * Takes the waiting over from SQLite: with `synchronous=NORMAL`, SQLite waits only where the log is restarted and written back
 * into the file (sqlite.org/pragma.html#pragma_synchronous), and we wait for what was appended before acknowledging it. That
 * equals `FULL`, but in a thread of the pool instead of this one. Returns `null` if the log is not a file: then SQLite waits
 * itself.
 */
export function takeOver(database: Database): Disk | null {
  const main = database.prepare('PRAGMA database_list').get() as { readonly file?: unknown } | null | undefined;
  if (typeof main?.file !== 'string' || main.file === '') return null;
  let log: number;
  try {
    // Windows syncs only writable files. The log is not locked, so closing it releases no lock.
    log = openSync(`${main.file}-wal`, 'r+');
  } catch {
    return null;
  }
  database.exec(`PRAGMA wal_autocheckpoint = ${String(LOG_PAGES)}; PRAGMA synchronous = NORMAL`);
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(log, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
    close: () => {
      closeSync(log);
    },
  };
}

/**
 * Writes the whole log into the file once more. After a failed sync the next one may report success although the data never
 * reached the disk (see "fsyncgate", wiki.postgresql.org/wiki/Fsync_Errors).
 * @throws Error if that fails as well
 */
export function writeOnceMore(database: Database): void {
  const done = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy?: unknown } | undefined;
  if (done?.busy !== 0) throw new Error('what did not reach the disk could not be written once more');
}
