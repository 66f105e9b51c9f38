import { createSqliteStore } from '@amd/store-sqlite';
import type { Kept, OldBytes } from './kept.js';

/** The part of a driver that is needed here; all of them have it. */
interface Database {
  exec(sql: string): unknown;
  close(): unknown;
}

/**
 * Opens a file of `@amd/store-sqlite`.
 * @throws AmdError as `createSqliteStore`
 */
export async function openKeptFile(file: string): Promise<Kept> {
  const store = await createSqliteStore({ file });

  /** With the store closed its log is gone; `VACUUM` writes a new file of what is still there. */
  async function clean(): Promise<OldBytes> {
    await store.close();
    try {
      const database = await openWith(store.driver, file);
      try {
        // Freed pages are overwritten with zeros before the file gets shorter (sqlite.org/pragma.html#pragma_secure_delete).
        database.exec('PRAGMA secure_delete = ON; PRAGMA locking_mode = EXCLUSIVE; VACUUM');
      } finally {
        database.close();
      }
      return { ok: true, said: 'The file was written anew, without their old bytes.' };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, said: `Their old bytes may still be in the file, run this again: VACUUM failed: ${reason}` };
    }
  }

  return { store, name: file, now: Date.now, clean, close: () => store.close() };
}

/** Not a constant: the store has found the driver, and no bundler may want it. */
async function openWith(driver: string, file: string): Promise<Database> {
  const module = (await import(driver)) as Record<string, unknown>;
  const Class = (module['DatabaseSync'] ?? module['default']) as new (file: string) => Database;
  return new Class(file);
}
