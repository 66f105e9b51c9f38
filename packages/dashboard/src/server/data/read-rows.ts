import { decodeState, type Flow, type FlowEvent, type Store } from '@amd/core';
import type { Keyed } from '../../shared/protocol.js';

const PAGE = 500;

/** Reads the records of one flow as rows. */
export interface Source<Row extends Keyed> {
  /** Prefix of the records' keys, up to the SID. */
  readonly prefix: string;
  /**
   * Builds a row; `null`: there is nothing to show, or no longer.
   * @throws AmdError when it cannot be read
   */
  row(key: string, data: string, revision: number): Row | null;
}

/** Creates a source of rows from the records of a flow. */
export function sourceOf<State, Event extends FlowEvent, Effect, Reply, Config, Row extends Keyed>(
  flow: Flow<State, Event, Effect, Reply, Config>,
  toRow: (state: State, revision: number) => Row | null,
): Source<Row> {
  return {
    prefix: `${flow.name}:`,
    row: (key, data, revision) => toRow(decodeState(flow, key, data).state, revision),
  };
}

/** A row, and when the store forgets it. */
export interface ReadRow<Row> {
  readonly sid: string;
  readonly row: Row | null;
  readonly expiresAt: number | null;
}

export interface ReadPage<Row> {
  readonly rows: readonly ReadRow<Row>[];
  readonly cursor: string;
  /** There may be more after the cursor. */
  readonly more: boolean;
  /** Why records were left out: corrupt, or written by a newer version of this program. */
  readonly unreadable: readonly unknown[];
}

/** Reads the next rows in commit order, each in its newest state. */
export async function readRows<Row extends Keyed>(
  store: Store,
  source: Source<Row>,
  after: string | undefined,
): Promise<ReadPage<Row>> {
  const { prefix } = source;
  const { records, cursor } = await store.list({ prefix, after, limit: PAGE });
  const rows: ReadRow<Row>[] = [];
  const unreadable: unknown[] = [];
  for (const { key, data, revision, expiresAt } of records) {
    try {
      rows.push({ sid: key.slice(prefix.length), row: source.row(key, data, revision), expiresAt });
    } catch (error) {
      unreadable.push(error);
    }
  }
  return { rows, cursor, more: records.length === PAGE, unreadable };
}
