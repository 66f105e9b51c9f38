import type { Store } from '@amd/core';

/** What became of bytes that a store does not need any longer. */
export interface OldBytes {
  readonly ok: boolean;
  /** For people to read. */
  readonly said: string;
}

/** Where an app keeps its calls, opened to forget from. */
export interface Kept {
  readonly store: Store;
  /** For people to read; it has no password. */
  readonly name: string;
  /** The store's time, in epoch ms. */
  readonly now: () => number;
  /** Removes what a store leaves behind of removed records. Nothing can be forgotten after it. */
  readonly clean: () => Promise<OldBytes>;
  readonly close: () => Promise<void>;
}
