import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';
import type { Clock } from '../runtime/clock.js';
import { isUnreadable } from '../runtime/records.js';
import { recordKey } from '../runtime/record-key.js';
import { decodeState, encodeState } from '../store/envelope.js';
import type { Store, StoredRecord } from '../store/store.js';

/** Three heartbeats: whoever serves a caller writes to their record at each. */
const QUIET_MS = 90_000;
/** So long nobody else takes a caller who was just taken, in ms; who could not be sent is looked for again afterwards. */
const TAKEN_MS = 45_000;

/**
 * `unknown`: there is no record. `abandoned`: there is one that this process cannot read, and that nobody has written to for
 * three heartbeats. `served`: anything else.
 */
export type Standing =
  { readonly as: 'served' } | { readonly as: 'unknown' | 'abandoned'; readonly key: string; readonly revision: number };

export interface Records {
  /** Each look remembers what the one before has seen; what is no longer asked about is forgotten. */
  begin(): void;
  standingOf(sid: string): Promise<Standing>;
  /** Whether the caller is ours to serve anew: of all who find them at once, one. Their record is as good as new. */
  take(standing: Exclude<Standing, { as: 'served' }>): Promise<boolean>;
}

export function createRecords<State, Event extends FlowEvent, Effect, Reply, Config>(parts: {
  readonly flow: Flow<State, Event, Effect, Reply, Config>;
  readonly store: Store;
  readonly clock: Clock;
}): Records {
  const { flow, store, clock } = parts;
  interface Seen {
    readonly revision: number;
    readonly since: EpochMs;
  }
  let seen = new Map<string, Seen>();
  let before = seen;

  function isQuiet({ key, revision, data }: StoredRecord, now: EpochMs): boolean {
    const known = before.get(key);
    const since = known?.revision === revision ? known.since : now;
    seen.set(key, { revision, since });
    return now - Math.min(since, writtenAt(data) ?? since) >= QUIET_MS;
  }

  return {
    begin() {
      before = seen;
      seen = new Map();
    },
    async standingOf(sid) {
      const key = recordKey(flow.name, sid);
      const now = clock.now();
      const record = await store.read(key, now);
      if (record === undefined) return { as: 'unknown', key, revision: 0 };
      try {
        decodeState(flow, key, record.data);
        return { as: 'served' };
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        return isQuiet(record, now) ? { as: 'abandoned', key, revision: record.revision } : { as: 'served' };
      }
    },
    async take({ key, revision }) {
      const now = clock.now();
      const data = encodeState(flow, { state: flow.initial(), at: now });
      const commit = { key, expected: revision, data, expiresAt: now + TAKEN_MS, now, put: [], drop: [] };
      return (await store.commit(commit)).ok;
    },
  };
}

/** When a record says that it was written; a newer program's says so, too. */
function writtenAt(data: string): EpochMs | null {
  try {
    const { at } = JSON.parse(data) as { readonly at?: unknown };
    return typeof at === 'number' ? at : null;
  } catch {
    return null;
  }
}
