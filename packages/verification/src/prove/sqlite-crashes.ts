import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createSqliteStore, type DriverName } from '@amd/store-sqlite';
import { chance, startWriter, type CrashReport } from './crashes.js';
import { Ledger } from './ledger.js';

export interface KillSqlite {
  readonly times: number;
  readonly seed: number;
  /** `sqlite-writer.ts`, bundled: the URL of a file. */
  readonly writer: string;
  readonly driver?: DriverName;
  readonly onProgress?: (kills: number) => void;
}

/** Kills a process that writes to a file at random moments; after each kill everything acknowledged must be there. */
export async function killSqlite({ times, seed, writer, driver, onProgress }: KillSqlite): Promise<CrashReport> {
  const random = chance(seed);
  const folder = mkdtempSync(join(tmpdir(), 'amd-crashes-'));
  const file = join(folder, 'calls.db');
  const ledger = new Ledger();
  const problems: string[] = [];
  let [kills, lost, slowestReopenMs] = [0, 0, 0];
  try {
    while (kills < times) {
      const writing = startWriter(writer, driver === undefined ? [file] : [file, driver], ledger);
      await writing.started;
      await Promise.race([wait(random() * 120), writing.ended]);
      writing.kill();
      const complaint = await writing.ended;
      if (complaint !== undefined) throw new Error(`the writer ${complaint}`);
      kills += 1;
      const began = performance.now();
      const store = await createSqliteStore({ file, ...(driver === undefined ? {} : { driver }) });
      await store.read('calls0:one', Date.now());
      slowestReopenMs = Math.max(slowestReopenMs, performance.now() - began);
      const found = await ledger.check(store);
      lost += found.lost;
      problems.push(...found.problems);
      await store.close();
      onProgress?.(kills);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { kills, acked: ledger.acked, lost, slowestReopenMs, problems: problems.slice(0, 20) };
}
