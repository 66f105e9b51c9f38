// A process of its own: whole calls on SQLite, this many at the same moments. Reports when they began and ended and, if asked to
// count, how many transactions wrote something.
import { createSqliteStore, type Database, type SqliteStore } from '@amd/store-sqlite';
import Libsql from 'libsql';
import { manualClock } from '@amd/core/testing';
import { createBench } from '../calls.js';
import { playOnAgenda } from '../on-agenda.js';

/** Epoch ms, and how many transactions wrote something. */
export interface SqliteCalls {
  readonly from: number;
  readonly to: number;
  readonly commits: number;
}

/** Counts transactions that changed a row: in WAL mode with `synchronous=FULL` each of them waits for the disk once. */
function counting(inner: Database): { readonly database: Database; readonly commits: () => number } {
  const changes = inner.prepare('SELECT total_changes() AS changes');
  let [seen, commits] = [0, 0];
  function look(sql: string): void {
    if (!/^\s*COMMIT/i.test(sql)) return;
    const now = (changes.get() as { changes: number }).changes;
    if (now > seen) commits += 1;
    seen = now;
  }
  const database: Database = {
    exec(sql) {
      const result = inner.exec(sql);
      look(sql);
      return result;
    },
    prepare(sql) {
      const statement = inner.prepare(sql);
      if (!/^\s*COMMIT/i.test(sql)) return statement;
      return {
        run(...values) {
          const result = statement.run(...values);
          look(sql);
          return result;
        },
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      };
    },
    close: () => inner.close(),
  };
  return { database, commits: () => commits };
}

const [file = '', groups, size, how] = process.argv.slice(2);
const { store, commits } =
  how === 'counting' ? await countingStore() : { store: await createSqliteStore({ file }), commits: () => 0 };
const clock = manualClock();
const limits = { atOnce: 1000, perCaller: { calls: 100, seconds: 60 } };
const bench = createBench({ clock, store, limits, pollMs: 1000 });
const start = clock.now();
const before = commits();
const from = Date.now();
await playOnAgenda(
  bench,
  clock,
  // Each group is over before the next begins.
  Array.from({ length: Number(groups) }, (_, group) => ({
    at: start + group * 100_000,
    calls: Array.from({ length: Number(size) }, (_each, n) => group * Number(size) + n),
  })),
);
const result: SqliteCalls = { from, to: Date.now(), commits: commits() - before };
console.log(JSON.stringify(result));
await store.close();

async function countingStore(): Promise<{ readonly store: SqliteStore; readonly commits: () => number }> {
  const { database, commits: count } = counting(new Libsql(file));
  return { store: await createSqliteStore({ database }), commits: count };
}
