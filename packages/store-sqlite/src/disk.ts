import { closeSync, fdatasync, openSync } from 'node:fs';
import type { Database } from './driver.js';

/** Pages of the log after which SQLite writes it back into the file, which nobody else can do meanwhile: 16 MB, four times the default. */
const LOG_PAGES = 4000;

/** Waits for the disk while the event loop goes on. */
export interface Disk {
  /** Resolves when everything that was written to the log before is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * Takes the waiting over from SQLite: with `synchronous=NORMAL` it waits only where the log begins anew and is written back into the
 * file (sqlite.org/pragma.html#pragma_synchronous), and what was appended is waited for here, before anybody is told. That is what
 * `FULL` does, in a thread of the pool instead of this one. `null` where there is no log in a file: then SQLite waits itself.
 */
export function takeOver(database: Database): Disk | null {
  const main = database.prepare('PRAGMA database_list').get() as { readonly file?: unknown } | null | undefined;
  if (typeof main?.file !== 'string' || main.file === '') return null;
  let log: number;
  try {
    // Windows syncs only what may be written. No lock is on the log, so that closing it gives up none.
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
 * After a sync that failed the next one may say that all is well, though what it was about never reached the disk (see
 * "fsyncgate", wiki.postgresql.org/wiki/Fsync_Errors). So all of the log is written once more, into the file.
 * @throws Error when that does not work either
 */
export function writeOnceMore(database: Database): void {
  const done = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy?: unknown } | undefined;
  if (done?.busy !== 0) throw new Error('what did not reach the disk could not be written once more');
}
