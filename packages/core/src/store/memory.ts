import type { EpochMs } from '../kernel/flow.js';
import type { Claim, Store, StoredRecord } from './store.js';
import { TaskHeap, type HeldTask } from './task-heap.js';

interface Row {
  record: StoredRecord;
  readonly tasks: Map<string, HeldTask>;
  sequence: number;
}

export interface MemoryStoreOptions {
  /** Expired records are swept every so many commits. Default 1000. */
  readonly sweepEvery?: number;
}

/** The reference store: one process, gone with it. Every method is atomic because it does not wait for anything. */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const sweepEvery = options.sweepEvery ?? 1000;
  const rows = new Map<string, Row>();
  const due = new TaskHeap();
  let sequence = 0;

  const sweep = (now: EpochMs): void => {
    for (const [key, { record, tasks }] of rows) if (expired(record, now) && tasks.size === 0) rows.delete(key);
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

      sequence += 1;
      const record = { key, revision: expected + 1, data, expiresAt };
      const tasks = row?.tasks ?? new Map<string, HeldTask>();
      // In commit order: the newest row of a key moves to the end.
      rows.delete(key);
      rows.set(key, { record, tasks, sequence });
      for (const id of drop) tasks.delete(id);
      for (const task of put) {
        const held: HeldTask = { ...task, key, attempt: 0, lease: null, claimableAt: task.dueAt };
        tasks.set(task.id, held);
        due.push(held);
      }
      if (sequence % sweepEvery === 0) sweep(now);
      return Promise.resolve({ ok: true, revision: record.revision });
    },

    claim({ now, limit, leaseMs, lease }) {
      const claims: Claim[] = [];
      const current = (task: HeldTask): boolean => rows.get(task.key)?.tasks.get(task.id) === task;
      while (claims.length < limit) {
        const task = due.popDue(now, current);
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
      tasks.delete(claim.id);
      if (settlement.as === 'retry') {
        const attempt = settlement.counts ? task.attempt : task.attempt - 1;
        const { dueAt } = settlement;
        const again: HeldTask = { ...task, dueAt, attempt, lease: null, claimableAt: dueAt };
        tasks.set(claim.id, again);
        due.push(again);
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
      // Rows stand in commit order, so the walk stops at the first page's end.
      for (const { record, sequence: at } of rows.values()) {
        if (at <= from) continue;
        if (records.length >= limit) break;
        cursor = at;
        if (record.key.startsWith(prefix)) records.push(record);
      }
      return Promise.resolve({ records, cursor: String(cursor) });
    },
  };
}

function expired(record: StoredRecord, now: EpochMs): boolean {
  return record.expiresAt !== null && record.expiresAt <= now;
}
