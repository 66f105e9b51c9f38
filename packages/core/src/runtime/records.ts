import { isAmdError } from '../kernel/errors.js';
import type { Flow, FlowEvent } from '../kernel/flow.js';
import { decodeState, type Envelope } from '../store/envelope.js';
import type { Store, StoredRecord } from '../store/store.js';
import type { Clock } from './clock.js';
import { rarely, type Log } from './log.js';
import { sidOf } from './record-key.js';

/** A record as it is stored, and what it says. */
export interface ReadRecord<State> {
  readonly revision: StoredRecord['revision'];
  readonly envelope: Envelope<State>;
}

/**
 * Reads a flow's records.
 * @throws AmdError `ERR_STATE_VERSION`, `ERR_STORE_CORRUPT` (said once for each record), or what the store throws
 */
export type ReadState<State> = (key: string) => Promise<ReadRecord<State> | undefined>;

export function createReadState<State, Event extends FlowEvent, Effect, Reply, Config>(parts: {
  readonly flow: Flow<State, Event, Effect, Reply, Config>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}): ReadState<State> {
  const { flow, store, clock, log } = parts;
  const isNews = rarely(() => clock.now(), Infinity);
  return async (key) => {
    const record = await store.read(key, clock.now());
    if (record === undefined) return undefined;
    try {
      return { revision: record.revision, envelope: decodeState(flow, key, record.data) };
    } catch (error) {
      if (isUnreadable(error) && isNews(key)) {
        const message = `${error.message}. If nobody serves this call, it is served anew after three heartbeats, where lost callers are looked for`;
        log({ level: 'error', code: 'record.unreadable', call: sidOf(key), message });
      }
      throw error;
    }
  };
}

/** Written by a newer version of this program, or not by it at all. */
export function isUnreadable(error: unknown): error is Error {
  return isAmdError(error) && (error.code === 'ERR_STATE_VERSION' || error.code === 'ERR_STORE_CORRUPT');
}
