import type { EpochMs } from '../kernel/flow.js';

/** One record: an opaque value, and the revision that a commit must name to replace it. */
export interface StoredRecord {
  readonly key: string;
  /** Starts at 1 and grows by one with each commit. */
  readonly revision: number;
  readonly data: string;
  /** `null`: never. An expired record counts as deleted. */
  readonly expiresAt: EpochMs | null;
}

/** Work that is due, now or later: effects and timers alike. Its id is unique within its key. */
export interface Task {
  readonly id: string;
  readonly dueAt: EpochMs;
  readonly data: string;
}

/** A task handed to one worker until `leaseUntil`; after that, any worker may claim it again. */
export interface Claim extends Task {
  readonly key: string;
  /** Starts at 1; counts claims, except those settled with `counts: false`. */
  readonly attempt: number;
  readonly lease: string;
  readonly leaseUntil: EpochMs;
}

/** One compare-and-set of a record, with the tasks that are written and removed together with it. */
export interface Commit {
  readonly key: string;
  /** The revision that was read; 0 if there was no record. */
  readonly expected: number;
  readonly data: string;
  readonly expiresAt: EpochMs | null;
  readonly now: EpochMs;
  /** Written together with the data; replaces a task of the same id, whose attempts start anew. */
  readonly put: readonly Task[];
  /** Removed together with the data, before `put`, even while they are claimed. */
  readonly drop: readonly string[];
}

/** Whether a commit was written: the new revision, or the one that was found instead of the expected one. */
export type CommitResult =
  { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly actual: number };

/** What becomes of a claimed task: it is removed, or it is claimed again from `dueAt` (epoch ms) on. */
export type Settlement =
  | { readonly kind: 'done' }
  /** `counts: false`: it was not executed, so the next claim has the same attempt. */
  | { readonly kind: 'retry'; readonly dueAt: EpochMs; readonly counts: boolean };

/** Some of the records of a store, and where the next page begins. */
export interface ListPage {
  readonly records: readonly StoredRecord[];
  /** Pass as `after` to get the next page, even if this page is empty. */
  readonly cursor: string;
}

/**
 * Where state, effects and timers live. Five methods; every time is an argument, so the whole contract runs on a fake clock.
 * Values are opaque. The contract is executable: `storeContract` in `@amd/core/testing`.
 */
export interface Store {
  /** Returns the record, or `undefined` if there is none or it has expired. */
  read(key: string, now: EpochMs): Promise<StoredRecord | undefined>;
  /** Commits a record and its tasks by compare-and-set, all or nothing. A conflict is a value: read again and decide again. */
  commit(commit: Commit): Promise<CommitResult>;
  /** Claims up to `limit` due tasks that are not claimed, earliest first, for `leaseMs`. */
  claim(options: {
    readonly now: EpochMs;
    /** Only tasks of this flow: their keys' prefix up to and including the first colon (`forwarding:`). Absent: all tasks. */
    readonly prefix?: string | undefined;
    readonly limit: number;
    readonly leaseMs: number;
    readonly lease: string;
    /** The answer to a claim with this lease was lost: a store on a network returns the tasks that it took and still holds. */
    readonly again?: boolean;
  }): Promise<readonly Claim[]>;
  /** Ends a claim. Returns `false` if the task was dropped or replaced meanwhile, or was claimed anew after the lease. */
  settle(claim: Claim, settlement: Settlement): Promise<boolean>;
  /** Lists the newest row of each key with the prefix, in commit order, after the cursor; none is missed. */
  list(options: {
    readonly prefix: string;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<ListPage>;
}

const METHODS = ['read', 'commit', 'claim', 'settle', 'list'] as const satisfies readonly (keyof Store)[];

/** @throws TypeError when it is a promise of a store, or no store */
export function checkedStore(value: unknown): Store {
  const store = (value ?? {}) as Partial<Store> & { readonly then?: unknown };
  if (typeof store.then === 'function') {
    throw new TypeError('"store" is a promise: await it first, as in store: await createSqliteStore(…)');
  }
  const missing = METHODS.filter((name) => typeof store[name] !== 'function');
  if (missing.length > 0) throw new TypeError(`"store" must be a store: it has no ${missing.join(', ')}`);
  return store as Store;
}
