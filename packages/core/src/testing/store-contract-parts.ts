import { strict as assert } from 'node:assert';
import type { EpochMs } from '../kernel/flow.js';
import type { Claim, Commit, Store, Task } from '../store/store.js';

/** A test of the contract: two handles on one empty store. */
export type ContractTest = (name: string, body: (store: Store, other: Store) => Promise<void>) => void;

/** The part of the contract for a store whose connection can be lost and restored. */
export type ReconnectTest = (
  name: string,
  body: (store: Store, reconnect: () => Promise<Store>) => Promise<void>,
) => void;

/** 2033, in 13 digits. */
export const T: EpochMs = 2_000_000_000_000;
export const KEY = 'forwarding:CA00000000000000000000000000000001';

export function commitOf(change: Partial<Commit> = {}): Commit {
  return { key: KEY, expected: 0, data: 'one', expiresAt: null, now: T, put: [], drop: [], ...change };
}

export function task(id: string, dueAt: EpochMs = T, data = `data of ${id}`): Task {
  return { id, dueAt, data };
}

/** Commits a record with these tasks, at revision 1. */
export async function withTasks(store: Store, ...tasks: readonly Task[]): Promise<void> {
  assert.deepEqual(await store.commit(commitOf({ put: tasks })), { ok: true, revision: 1 });
}

interface ClaimChange {
  readonly prefix?: string;
  readonly now?: EpochMs;
  readonly limit?: number;
  readonly leaseMs?: number;
  readonly lease?: string;
}

export function claim(store: Store, change: ClaimChange = {}): Promise<readonly Claim[]> {
  return store.claim({ now: T, limit: 100, leaseMs: 15_000, lease: 'worker', ...change });
}

/** Claims the only task there is. */
export async function claimOne(store: Store, change: ClaimChange = {}): Promise<Claim> {
  const [first, ...more] = await claim(store, change);
  assert.ok(first !== undefined, 'there is a task to claim');
  assert.equal(more.length, 0, 'there is one task to claim');
  return first;
}

export async function idsOf(claims: Promise<readonly Claim[]>): Promise<string[]> {
  return (await claims).map(({ id }) => id);
}
