import { isAmdError } from '../kernel/errors.js';
import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';
import { decodeState, type Envelope } from '../store/envelope.js';
import type { Store, StoredRecord } from '../store/store.js';
import type { Clock } from './clock.js';
import { rarely, type Log } from './log.js';
import { sidOf } from '../kernel/record-key.js';

/** A record as it is stored, and what it says. */
export interface ReadRecord<State> {
  readonly revision: StoredRecord['revision'];
  readonly envelope: Envelope<State>;
}

export interface Records<State> {
  /**
   * Asks the store. What has not changed since this process knew it is not decoded again.
   * @throws AmdError `ERR_STATE_VERSION`, `ERR_STORE_CORRUPT` (said once for each record), or what the store throws
   */
  readonly read: (key: string) => Promise<ReadRecord<State> | undefined>;
  /**
   * What this process last knew of a live record, if it still remembers: others may have changed it since. `withinMs`: and knew
   * it not longer ago than that.
   */
  readonly recall: (key: string, withinMs?: number) => ReadRecord<State> | undefined;
  /** What this process has committed. `data`: as it is stored. */
  readonly keep: (key: string, record: ReadRecord<State>, data: string, expiresAt: EpochMs | null) => void;
}

interface Known<State> {
  readonly record: ReadRecord<State>;
  readonly data: string;
  readonly at: EpochMs;
}

/** Most records that are remembered. The events of one call come close together: what is older is seldom asked for. */
const REMEMBERED = 1000;

/** What a commit may be based on unread, in ms: two processes that take turns on a call would only make conflicts of more. */
const REMEMBERED_MS = 60_000;

export function createRecords<State, Event extends FlowEvent, Effect, Reply, Config>(parts: {
  readonly flow: Flow<State, Event, Effect, Reply, Config>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}): Records<State> {
  const { flow, store, clock, log } = parts;
  const isNews = rarely(() => clock.now(), Infinity);
  const known = new Map<string, Known<State>>();

  /** A record whose end has been set is not remembered: when it has expired, the same revision may be another one. */
  function keep(key: string, record: ReadRecord<State>, data: string, expiresAt: EpochMs | null): void {
    known.delete(key);
    if (expiresAt !== null) return;
    known.set(key, { record, data, at: clock.now() });
    for (const oldest of known.size > REMEMBERED ? known.keys() : []) {
      known.delete(oldest);
      break;
    }
  }

  async function read(key: string): Promise<ReadRecord<State> | undefined> {
    const stored = await store.read(key, clock.now());
    if (stored === undefined) {
      known.delete(key);
      return undefined;
    }
    const { revision, data, expiresAt } = stored;
    const before = known.get(key);
    if (before?.record.revision === revision && before.data === data) {
      keep(key, before.record, data, expiresAt);
      return before.record;
    }
    try {
      const record = { revision, envelope: decodeState(flow, key, data) };
      keep(key, record, data, expiresAt);
      return record;
    } catch (error) {
      known.delete(key);
      if (isUnreadable(error) && isNews(key)) {
        const message = `${error.message}. If nobody serves this call, it is served anew after three heartbeats, where lost callers are looked for`;
        log({ level: 'error', code: 'record.unreadable', call: sidOf(key), message });
      }
      throw error;
    }
  }

  return {
    read,
    recall: (key, withinMs = REMEMBERED_MS) => {
      const record = known.get(key);
      return record !== undefined && clock.now() - record.at <= withinMs ? record.record : undefined;
    },
    keep,
  };
}

/** Written by a newer version of this program, or not by it at all. */
export function isUnreadable(error: unknown): error is Error {
  return isAmdError(error) && (error.code === 'ERR_STATE_VERSION' || error.code === 'ERR_STORE_CORRUPT');
}
