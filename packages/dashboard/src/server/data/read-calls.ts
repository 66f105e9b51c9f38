import { decodeState, forwarding, type Store, type StoredRecord } from '@amd/core';
import type { CallRow } from '../../shared/protocol.js';
import { toCallRow } from './call-row.js';

const PREFIX = `${forwarding.name}:`;
const PAGE = 500;

/** A call's row, and when the store forgets it. */
export interface ReadCall {
  readonly row: CallRow;
  readonly expiresAt: number | null;
}

export interface ReadPage {
  readonly calls: readonly ReadCall[];
  readonly cursor: string;
  /** There may be more after the cursor. */
  readonly more: boolean;
  /** Why records were left out: corrupt, or written by a newer version of this program. */
  readonly unreadable: readonly unknown[];
}

/** The next calls in commit order, each in its newest state. */
export async function readCalls(store: Store, after: string | undefined): Promise<ReadPage> {
  const { records, cursor } = await store.list({ prefix: PREFIX, after, limit: PAGE });
  const calls: ReadCall[] = [];
  const unreadable: unknown[] = [];
  for (const record of records) {
    try {
      const row = rowOf(record);
      if (row !== null) calls.push({ row, expiresAt: record.expiresAt });
    } catch (error) {
      unreadable.push(error);
    }
  }
  return { calls, cursor, more: records.length === PAGE, unreadable };
}

function rowOf(record: StoredRecord): CallRow | null {
  const { state } = decodeState(forwarding, record.key, record.data);
  return state.kind === 'call' ? toCallRow(state, record.revision) : null;
}
