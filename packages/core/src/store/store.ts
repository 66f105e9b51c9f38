import type { EpochMs } from '../kernel/flow.js';

/** One record: an opaque value and the revision that a commit must name to replace it. */
export interface StoredRecord {
  readonly key: string;
  /** From 1, one more with each commit. */
  readonly revision: number;
  readonly data: string;
  /** `null`: never. A record whose time has come is as good as gone. */
  readonly expiresAt: EpochMs | null;
}

/** Work that is due, now or later: effects and timers are one thing. Its id is unique within its key. */
export interface Task {
  readonly id: string;
  readonly dueAt: EpochMs;
  readonly data: string;
}

/** A task handed to one worker until `leaseUntil`; after that anybody may claim it again. */
export interface Claim extends Task {
  readonly key: string;
  /** From 1; counts claims, except those settled with `counts: false`. */
  readonly attempt: number;
  readonly lease: string;
  readonly leaseUntil: EpochMs;
}

export interface Commit {
  readonly key: string;
  /** The revision that was read; 0 when there was no record. */
  readonly expected: number;
  readonly data: string;
  readonly expiresAt: EpochMs | null;
  readonly now: EpochMs;
  /** Written together with the data; a task of the same id is replaced, its attempts start anew. */
  readonly put: readonly Task[];
  /** Removed together with the data, before `put`; also while somebody holds them. */
  readonly drop: readonly string[];
}

export type CommitResult =
  { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly actual: number };

export type Settlement =
  | { readonly kind: 'done' }
  /** `counts: false`: it was not executed, so the next claim has the same attempt. */
  | { readonly kind: 'retry'; readonly dueAt: EpochMs; readonly counts: boolean };

export interface ListPage {
  readonly records: readonly StoredRecord[];
  /** Pass as `after` for the next page; also when the page is empty. */
  readonly cursor: string;
}

/**
 * Where state, effects and timers live. Five methods; every time is an argument, so that the whole contract runs on a
 * fake clock. Values are opaque. The contract is executable: `storeContract` in `@amd/core/testing`.
 */
export interface Store {
  /** The record, or `undefined` when there is none or its time has come. */
  read(key: string, now: EpochMs): Promise<StoredRecord | undefined>;
  /** Compare-and-set of a record and its tasks, all or nothing. A conflict is a value: read again and decide again. */
  commit(commit: Commit): Promise<CommitResult>;
  /** Up to `limit` due tasks, earliest first, that nobody holds, for `leaseMs`. */
  claim(options: {
    readonly now: EpochMs;
    /** Only tasks of this flow: the keys' part up to their first colon, with it (`forwarding:`). Absent: all tasks. */
    readonly prefix?: string | undefined;
    readonly limit: number;
    readonly leaseMs: number;
    readonly lease: string;
    /** The answer to a claim with this lease was lost: a store on a network gives out what that took and is still held. */
    readonly again?: boolean;
  }): Promise<readonly Claim[]>;
  /** Ends a claim. `false` when the task was dropped or replaced meanwhile, or the lease passed to somebody else. */
  settle(claim: Claim, settlement: Settlement): Promise<boolean>;
  /** Newest row of each key with the prefix, in commit order, after the cursor; none is missed. */
  list(options: {
    readonly prefix: string;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<ListPage>;
}
