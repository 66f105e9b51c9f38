import type { Commit, CommitResult, Store } from '@amd/core';

/** What is needed of a driver; node:sqlite, better-sqlite3 and libsql have it. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: (string | number | null)[]): unknown;
    get(...values: (string | number | null)[]): unknown;
    all(...values: (string | number | null)[]): unknown[];
  };
}

export const TABLES = `
  CREATE TABLE IF NOT EXISTS records (
    key TEXT PRIMARY KEY, revision INTEGER NOT NULL, data TEXT NOT NULL,
    expires_at INTEGER, place INTEGER NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS tasks (
    key TEXT NOT NULL, id TEXT NOT NULL, due_at INTEGER NOT NULL, data TEXT NOT NULL, attempt INTEGER NOT NULL,
    lease TEXT, claimable_at INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (key, id)
  );
  CREATE INDEX IF NOT EXISTS tasks_due ON tasks (claimable_at, place);
  CREATE TABLE IF NOT EXISTS counter (one INTEGER PRIMARY KEY CHECK (one = 1), place INTEGER NOT NULL);
  INSERT OR IGNORE INTO counter VALUES (1, 0);
`;

/** Numbers that only grow, for the order of records and of tasks; none is given twice, not even after a restart. */
export function placesOf(db: Database): () => number {
  const count = db.prepare('UPDATE counter SET place = place + 1 RETURNING place');
  return () => (count.get() as { place: number }).place;
}

/** Does all of the work or none of it, while nobody else writes. */
export function atomically<Result>(db: Database, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

export function readFrom(db: Database): Store['read'] {
  const find = db.prepare(
    'SELECT revision, data, expires_at FROM records WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)',
  );
  type Row = { revision: number; data: string; expires_at: number | null };
  return async (key, now) => {
    const row = find.get(key, now) as Row | null | undefined;
    return row ? { key, revision: row.revision, data: row.data, expiresAt: row.expires_at } : undefined;
  };
}

export function commitTo(db: Database, nextPlace: () => number): Store['commit'] {
  const find = db.prepare('SELECT revision FROM records WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)');
  const write = db.prepare(
    'INSERT OR REPLACE INTO records (key, revision, data, expires_at, place) VALUES (?, ?, ?, ?, ?)',
  );
  const drop = db.prepare('DELETE FROM tasks WHERE key = ? AND id = ?');
  const put = db.prepare(
    `INSERT OR REPLACE INTO tasks (key, id, due_at, data, attempt, lease, claimable_at, place)
     VALUES (?, ?, ?, ?, 0, NULL, ?, ?)`,
  );
  const commit = ({ key, expected, data, expiresAt, now, put: tasks, drop: ids }: Commit): CommitResult => {
    const actual = (find.get(key, now) as { revision: number } | undefined)?.revision ?? 0;
    if (actual !== expected) return { ok: false, actual };
    write.run(key, expected + 1, data, expiresAt, nextPlace());
    for (const id of ids) drop.run(key, id);
    for (const task of tasks) put.run(key, task.id, task.dueAt, task.data, task.dueAt, nextPlace());
    return { ok: true, revision: expected + 1 };
  };
  return async (wanted) => atomically(db, () => commit(wanted));
}

export function claimFrom(db: Database, nextPlace: () => number): Store['claim'] {
  const sweep = db.prepare(
    'DELETE FROM records WHERE expires_at <= ? AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.key = records.key)',
  );
  const due = db.prepare(
    `SELECT key, id, due_at AS dueAt, data, attempt FROM tasks
     WHERE claimable_at <= ? AND substr(key, 1, length(?)) = ? ORDER BY claimable_at, place LIMIT ?`,
  );
  const take = db.prepare(
    'UPDATE tasks SET attempt = ?, lease = ?, claimable_at = ?, place = ? WHERE key = ? AND id = ?',
  );
  type Due = { key: string; id: string; dueAt: number; data: string; attempt: number };
  return async ({ now, prefix = '', limit, leaseMs, lease }) =>
    atomically(db, () => {
      sweep.run(now);
      const leaseUntil = now + leaseMs;
      return (due.all(now, prefix, prefix, limit) as Due[]).map(({ key, id, dueAt, data, attempt: before }) => {
        const attempt = before + 1;
        take.run(attempt, lease, leaseUntil, nextPlace(), key, id);
        return { key, id, dueAt, data, attempt, lease, leaseUntil };
      });
    });
}

export function settleIn(db: Database, nextPlace: () => number): Store['settle'] {
  const held = 'key = ? AND id = ? AND lease = ? AND claimable_at = ? RETURNING id';
  const done = db.prepare(`DELETE FROM tasks WHERE ${held}`);
  const retry = db.prepare(
    `UPDATE tasks SET due_at = ?, claimable_at = ?, attempt = attempt - ?, lease = NULL, place = ? WHERE ${held}`,
  );
  return async ({ key, id, lease, leaseUntil }, settlement) =>
    atomically(db, () => {
      const mine = [key, id, lease, leaseUntil];
      if (settlement.kind === 'done') return done.all(...mine).length === 1;
      const { dueAt, counts } = settlement;
      return retry.all(dueAt, dueAt, counts ? 0 : 1, nextPlace(), ...mine).length === 1;
    });
}

export function listOf(db: Database): Store['list'] {
  const page = db.prepare(
    `SELECT key, revision, data, expires_at AS expiresAt, place FROM records
     WHERE place > ? AND substr(key, 1, length(?)) = ? ORDER BY place LIMIT ?`,
  );
  type Row = { key: string; revision: number; data: string; expiresAt: number | null; place: number };
  return async ({ prefix, after = '0', limit }) => {
    const rows = page.all(Number(after), prefix, prefix, limit) as Row[];
    const records = rows.map(({ key, revision, data, expiresAt }) => ({ key, revision, data, expiresAt }));
    return { records, cursor: String(rows.at(-1)?.place ?? after) };
  };
}

/** State, effects and timers in one SQLite file, which nothing else writes to. */
export function createSmallStore(db: Database): Store {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 1000;');
  db.exec(TABLES);
  const nextPlace = placesOf(db);
  return {
    read: readFrom(db),
    commit: commitTo(db, nextPlace),
    claim: claimFrom(db, nextPlace),
    settle: settleIn(db, nextPlace),
    list: listOf(db),
  };
}
