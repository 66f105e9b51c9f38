import { onlyKnown } from '../kernel/check.js';
import type { EpochMs } from '../kernel/flow.js';
import { CommitLog } from './commit-log.js';
import { DueTasks } from './due-tasks.js';
import type { Claim, Store, StoredRecord, Task } from './store.js';
import type { HeldTask } from './due-tasks.js';

interface Row {
  record: StoredRecord;
  readonly tasks: Map<string, HeldTask>;
  /** Its place in the log. */
  sequence: number;
}

/** Expired records are also swept when nothing is committed. */
const SWEEP_MS = 60_000;

/** How `createMemoryStore` removes old records. */
export interface MemoryStoreOptions {
  /** Expired records are swept after this many commits. Default 1000. */
  readonly sweepEvery?: number;
}

const OPTIONS = {
  sweepEvery: true,
} as const satisfies Record<keyof MemoryStoreOptions, true>;

/** Creates the reference store: its data lives and ends with the process. Every method is atomic because it waits for nothing. */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  onlyKnown(options, 'createMemoryStore', OPTIONS);
  const sweepEvery = options.sweepEvery ?? 1000;
  const rows = new Map<string, Row>();
  const due = new DueTasks();
  const log = new CommitLog();
  let commits = 0;
  let sweptAt = -Infinity;

  const isNewest = ({ key, sequence }: { key: string; sequence: number }): boolean =>
    rows.get(key)?.sequence === sequence;

  const remove = (tasks: Map<string, HeldTask>, id: string): void => {
    const task = tasks.get(id);
    if (task === undefined) return;
    tasks.delete(id);
    due.remove(task);
  };

  const hold = (tasks: Map<string, HeldTask>, task: HeldTask): void => {
    remove(tasks, task.id);
    tasks.set(task.id, task);
    due.push(task);
  };

  const sweep = (now: EpochMs): void => {
    sweptAt = now;
    for (const [key, { record, tasks }] of rows) if (expired(record, now) && tasks.size === 0) rows.delete(key);
    log.tidy(rows.size, isNewest);
  };

  return {
    read(key, now) {
      const record = rows.get(key)?.record;
      return Promise.resolve(record === undefined || expired(record, now) ? undefined : record);
    },

    commit({ key, expected, data, expiresAt, now, put, drop }) {
      const row = rows.get(key);
      const live = row === undefined || expired(row.record, now) ? undefined : row;
      const actual = live?.record.revision ?? 0;
      if (actual !== expected) return Promise.resolve({ ok: false, actual });

      // One copy of the key, however many commits name it.
      const own = row?.record.key ?? key;
      const record = { key: own, revision: expected + 1, data, expiresAt };
      const tasks = row?.tasks ?? new Map<string, HeldTask>();
      rows.set(own, { record, tasks, sequence: log.append(own) });
      for (const id of drop) remove(tasks, id);
      for (const task of put) hold(tasks, newTask(own, task, 0));
      commits += 1;
      if (commits % sweepEvery === 0) sweep(now);
      else log.tidy(rows.size, isNewest);
      return Promise.resolve({ ok: true, revision: record.revision });
    },

    claim({ now, prefix, limit, leaseMs, lease }) {
      const claims: Claim[] = [];
      if (now >= sweptAt + SWEEP_MS) sweep(now);
      while (claims.length < limit) {
        const task = due.popDue(now, prefix);
        if (task === undefined) break;
        task.attempt += 1;
        task.lease = lease;
        task.claimableAt = now + leaseMs;
        due.push(task);
        claims.push({
          key: task.key,
          id: task.id,
          dueAt: task.dueAt,
          data: task.data,
          attempt: task.attempt,
          lease,
          leaseUntil: task.claimableAt,
        });
      }
      return Promise.resolve(claims);
    },

    settle(claim, settlement) {
      const tasks = rows.get(claim.key)?.tasks;
      const task = tasks?.get(claim.id);
      if (tasks === undefined || task === undefined) return Promise.resolve(false);
      if (task.lease !== claim.lease || task.claimableAt !== claim.leaseUntil) return Promise.resolve(false);
      if (settlement.kind === 'done') remove(tasks, claim.id);
      else {
        const { dueAt, counts } = settlement;
        hold(tasks, newTask(task.key, { ...task, dueAt }, counts ? task.attempt : task.attempt - 1));
      }
      return Promise.resolve(true);
    },

    list({ prefix, after, limit }) {
      const from = after === undefined ? 0 : Number(after);
      if (!Number.isSafeInteger(from) || from < 0) {
        return Promise.reject(new TypeError('"after" must be a cursor that list returned'));
      }
      const records: StoredRecord[] = [];
      let cursor = from;
      for (const { sequence, key } of log.after(from)) {
        if (records.length >= limit) break;
        cursor = sequence;
        const row = rows.get(key);
        if (row?.sequence === sequence && key.startsWith(prefix)) records.push(row.record);
      }
      return Promise.resolve({ records, cursor: String(cursor) });
    },
  };
}

function newTask(key: string, { id, dueAt, data }: Task, attempt: number): HeldTask {
  return { key, id, dueAt, data, attempt, lease: null, claimableAt: dueAt, order: 0, place: -1 };
}

function expired(record: StoredRecord, now: EpochMs): boolean {
  return record.expiresAt !== null && record.expiresAt <= now;
}
