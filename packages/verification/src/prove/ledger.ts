import type { Store } from '@amd/core';

/** What a writer reports, one line each, before or after the store has acknowledged it. */
export type LedgerEntry =
  /** The commit of this revision was acknowledged. */
  | { readonly is: 'committed'; readonly key: string; readonly revision: number }
  /** The task of this revision is about to be settled: it may or may not still be there. */
  | { readonly is: 'settling'; readonly key: string; readonly revision: number }
  /** That settlement was acknowledged. */
  | { readonly is: 'settled'; readonly key: string; readonly revision: number };

/** Keeps what was acknowledged, and compares it with the store. */
export class Ledger {
  readonly #committed = new Map<string, number>();
  readonly #settling = new Set<string>();
  readonly #settled = new Set<string>();
  acked = 0;

  enter(entry: LedgerEntry): void {
    const task = `${entry.key} ${String(entry.revision)}`;
    if (entry.is === 'settling') {
      this.#settling.add(task);
      return;
    }
    this.acked += 1;
    if (entry.is === 'settled') this.#settled.add(task);
    else this.#committed.set(entry.key, Math.max(entry.revision, this.#committed.get(entry.key) ?? 0));
  }

  /**
   * Checks that each acknowledged write is in the store, and that each record has its one task. Reads the tasks by claiming all
   * of them, at a time far in the future.
   */
  async check(store: Store): Promise<{ lost: number; problems: string[] }> {
    let lost = 0;
    const problems: string[] = [];
    const tasks = new Map<string, string[]>();
    const far = Date.now() + 10 * 365 * 86_400_000;
    for (;;) {
      const claims = await store.claim({ now: far, limit: 1000, leaseMs: 1000, lease: 'check' });
      for (const { key, id } of claims) tasks.set(key, [...(tasks.get(key) ?? []), id]);
      // The next writer needs them: they are put back unchanged.
      for (const claim of claims) {
        const again = { kind: 'retry', dueAt: far + 1_000_000, counts: false } as const;
        if (!(await store.settle(claim, again)))
          problems.push(`${claim.key} ${claim.id}: a claim of ours was not ours`);
      }
      if (claims.length === 0) break;
    }
    for (const [key, revision] of this.#committed) {
      const record = await store.read(key, far);
      if (record === undefined || record.revision < revision) {
        lost += 1;
        problems.push(`${key}: revision ${String(revision)} was acknowledged, there is ${String(record?.revision)}`);
        continue;
      }
      const task = `${key} ${String(record.revision)}`;
      const there = tasks.get(key) ?? [];
      if (record.data !== task) problems.push(`${key}: revision ${String(record.revision)} says "${record.data}"`);
      if (there.some((id) => id !== `task ${String(record.revision)}`)) {
        problems.push(`${key}: at revision ${String(record.revision)} it has ${there.join(', ')}`);
      }
      if (there.length > 0 && this.#settled.has(task)) {
        lost += 1;
        problems.push(`${task}: its settlement was acknowledged, and its task is still there`);
      }
      if (there.length === 0 && !this.#settling.has(task)) {
        lost += 1;
        problems.push(`${task}: its task is gone, and nobody has settled it`);
      }
    }
    return { lost, problems };
  }
}

/**
 * Writes to all keys as fast as possible, forever: a commit replaces the task of the one before; now and then a task is claimed
 * and settled.
 */
export async function writeForEver(
  store: Store,
  keys: readonly string[],
  say: (entry: LedgerEntry) => void,
): Promise<never> {
  return (await Promise.all(keys.map((key, index) => writeTo(store, key, index, say))))[0] as never;
}

async function writeTo(store: Store, key: string, index: number, say: (entry: LedgerEntry) => void): Promise<never> {
  let revision = (await store.read(key, Date.now()))?.revision ?? 0;
  for (;;) {
    const now = Date.now();
    const next = revision + 1;
    const result = await store.commit({
      key,
      expected: revision,
      data: `${key} ${String(next)}`,
      expiresAt: null,
      now,
      put: [{ id: `task ${String(next)}`, dueAt: now, data: '' }],
      drop: [`task ${String(revision)}`],
    });
    if (!result.ok) throw new Error(`${key} was changed by somebody else: ${JSON.stringify(result)}`);
    revision = next;
    say({ is: 'committed', key, revision });
    if ((revision + index) % 5 !== 0) continue;
    const prefix = key.slice(0, key.indexOf(':') + 1);
    const claims = await store.claim({ now: Date.now(), prefix, limit: 1, leaseMs: 60_000, lease: key });
    for (const claim of claims) {
      if (claim.id !== `task ${String(revision)}`) continue;
      say({ is: 'settling', key, revision });
      if (await store.settle(claim, { kind: 'done' })) say({ is: 'settled', key, revision });
    }
  }
}
