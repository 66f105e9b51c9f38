import type { Claim, Commit, CommitResult, EpochMs, ListPage, Settlement, StoredRecord } from '@amd/core';
import type { Database } from './driver.js';

interface RecordRow {
  readonly key: string;
  readonly revision: number;
  readonly data: string;
  readonly expires_at: number | null;
  readonly sequence: number;
}

type RevisionRow = Pick<RecordRow, 'revision' | 'expires_at'>;

interface TaskRow {
  readonly key: string;
  readonly id: string;
  readonly due_at: number;
  readonly data: string;
  readonly attempt: number;
}

/** All operations of the store, each part of a transaction. */
export interface Statements {
  read(key: string, now: EpochMs): StoredRecord | undefined;
  commit(commit: Commit): CommitResult;
  claim(now: EpochMs, prefix: string | undefined, limit: number, leaseMs: number, lease: string): readonly Claim[];
  settle(claim: Claim, settlement: Settlement): boolean;
  list(prefix: string, after: number, limit: number): ListPage;
  /** Removes what has expired and has no work left. */
  sweep(now: EpochMs): void;
  /** The last statement of a transaction. */
  end(): void;
  /** Counts writes; an unchanged number means that nothing was written. */
  writes(): number;
}

export function prepareStatements(database: Database): Statements {
  const sql = (text: string) => database.prepare(text);
  const readRecord = sql('SELECT key, revision, data, expires_at, sequence FROM records WHERE key = ?');
  const readRevision = sql('SELECT revision, expires_at FROM records WHERE key = ?');
  // Both compare and set. An expired record counts as missing.
  const writeFirst = sql(
    `INSERT INTO records (revision, data, expires_at, sequence, key) VALUES (1, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET revision = 1, data = excluded.data,
       expires_at = excluded.expires_at, sequence = excluded.sequence WHERE records.expires_at <= ?`,
  );
  const writeNext = sql(
    `UPDATE records SET revision = revision + 1, data = ?, expires_at = ?, sequence = ?
     WHERE key = ? AND (expires_at IS NULL OR expires_at > ?) AND revision = ?`,
  );
  const dropTask = sql('DELETE FROM tasks WHERE key = ? AND id = ?');
  const putTask = sql(
    `INSERT OR REPLACE INTO tasks (key, id, space, due_at, data, attempt, lease, claimable_at, turn)
     VALUES (?, ?, ?, ?, ?, 0, NULL, ?, ?)`,
  );
  const due = 'SELECT key, id, due_at, data, attempt FROM tasks WHERE claimable_at <= ?';
  const dueTasks = sql(`${due} ORDER BY claimable_at, turn LIMIT ?`);
  const dueTasksIn = sql(`${due} AND space = ? ORDER BY claimable_at, turn LIMIT ?`);
  const takeTask = sql('UPDATE tasks SET attempt = ?, lease = ?, claimable_at = ?, turn = ? WHERE key = ? AND id = ?');
  const heldTask = sql('SELECT attempt FROM tasks WHERE key = ? AND id = ? AND lease = ? AND claimable_at = ?');
  const retryTask = sql(
    `UPDATE tasks SET due_at = ?, claimable_at = ?, attempt = ?, lease = NULL, turn = ? WHERE key = ? AND id = ?`,
  );
  const page = sql(
    `SELECT key, revision, data, expires_at, sequence FROM records
     WHERE sequence > ? AND substr(key, 1, length(?)) = ? ORDER BY sequence LIMIT ?`,
  );
  const sweepRecords = sql(
    `DELETE FROM records WHERE expires_at <= ? AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.key = records.key)`,
  );
  const count = sql('UPDATE counters SET sequence = ?');
  const known = sql('SELECT sequence, (SELECT max(turn) FROM tasks) AS turn FROM counters').get();
  // A place is never given twice, not even by the next process: a list would miss what lies behind its cursor.
  let { sequence, turn } = known as { sequence: number; turn: number | null };
  let counted = sequence;
  let writes = 0;

  /** Orders tasks that may be claimed at the same time. */
  const nextTurn = (): number => (turn = (turn ?? 0) + 1);

  const revisionOf = (key: string, now: EpochMs): number => {
    const row = readRevision.get(key) as RevisionRow | null | undefined;
    return row === undefined || row === null || isOver(row, now) ? 0 : row.revision;
  };

  return {
    read(key, now) {
      const row = readRecord.get(key) as RecordRow | null | undefined;
      return row === undefined || row === null || isOver(row, now) ? undefined : stored(row);
    },

    commit({ key, expected, data, expiresAt, now, put, drop }) {
      const values = [data, expiresAt, sequence + 1, key, now];
      const written = expected === 0 ? writeFirst.run(...values) : writeNext.run(...values, expected);
      // A number, or a bigint where the driver is configured so.
      if (Number((written as { readonly changes: number | bigint }).changes) === 0) {
        return { ok: false, actual: revisionOf(key, now) };
      }
      sequence += 1;
      writes += 1;
      for (const id of drop) dropTask.run(key, id);
      for (const { id, dueAt, data: what } of put) putTask.run(key, id, spaceOf(key), dueAt, what, dueAt, nextTurn());
      return { ok: true, revision: expected + 1 };
    },

    claim(now, prefix, limit, leaseMs, lease) {
      const rows = (prefix === undefined ? dueTasks.all(now, limit) : dueTasksIn.all(now, prefix, limit)) as TaskRow[];
      const leaseUntil = now + leaseMs;
      writes += rows.length;
      return rows.map(({ key, id, due_at, data, attempt }) => {
        takeTask.run(attempt + 1, lease, leaseUntil, nextTurn(), key, id);
        return { key, id, dueAt: due_at, data, attempt: attempt + 1, lease, leaseUntil };
      });
    },

    settle({ key, id, lease, leaseUntil }, settlement) {
      const held = heldTask.get(key, id, lease, leaseUntil) as { attempt: number } | null | undefined;
      if (held === undefined || held === null) return false;
      writes += 1;
      if (settlement.kind === 'done') dropTask.run(key, id);
      else {
        const attempt = settlement.counts ? held.attempt : held.attempt - 1;
        retryTask.run(settlement.dueAt, settlement.dueAt, attempt, nextTurn(), key, id);
      }
      return true;
    },

    list(prefix, after, limit) {
      const rows = page.all(after, prefix, prefix, limit) as RecordRow[];
      const last = rows.at(-1);
      // Everything was seen: whatever comes next has a higher number.
      const cursor = rows.length === limit && last !== undefined ? last.sequence : Math.max(after, sequence);
      return { records: rows.map(stored), cursor: String(cursor) };
    },

    sweep(now) {
      writes += 1;
      sweepRecords.run(now);
    },

    end() {
      if (sequence === counted) return;
      count.run(sequence);
      counted = sequence;
    },

    writes: () => writes,
  };
}

function isOver({ expires_at }: Pick<RecordRow, 'expires_at'>, now: EpochMs): boolean {
  return expires_at !== null && expires_at <= now;
}

function stored({ key, revision, data, expires_at }: RecordRow): StoredRecord {
  return { key, revision, data, expiresAt: expires_at };
}

/** Returns the key up to and including its first colon. */
function spaceOf(key: string): string {
  return key.slice(0, key.indexOf(':') + 1);
}
