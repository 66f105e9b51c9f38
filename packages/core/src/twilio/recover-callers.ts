import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';
import { type CallSid, isCallSid } from '../kernel/ids.js';
import { recordKey } from '../kernel/record-key.js';
import type { CallbackRef } from '../wire/callbacks.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { type Clock, clockFrom } from '../runtime/clock.js';
import { isUnreadable } from '../runtime/records.js';
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
type Standing =
  | { readonly kind: 'served' }
  | { readonly kind: 'unknown' | 'abandoned'; readonly key: string; readonly revision: number };

interface Records {
  /** Each look remembers what the one before has seen; what is no longer asked about is forgotten. */
  begin(): void;
  standingOf(sid: string): Promise<Standing>;
  /** Whether the caller is ours to serve anew: of all who find them at once, one. Their record is as good as new. */
  take(standing: Exclude<Standing, { kind: 'served' }>): Promise<boolean>;
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
      if (record === undefined) return { kind: 'unknown', key, revision: 0 };
      try {
        decodeState(flow, key, record.data);
        return { kind: 'served' };
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        return isQuiet(record, now) ? { kind: 'abandoned', key, revision: record.revision } : { kind: 'served' };
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

/** What is asked of the official client. */
export interface ConferenceClient {
  readonly conferences: {
    (sid: string): {
      readonly participants: { list(params: { limit: number }): Promise<{ readonly callSid: string }[]> };
    };
    list(params: {
      readonly status: 'init' | 'in-progress';
      readonly limit: number;
    }): Promise<{ readonly sid: string; readonly friendlyName: string }[]>;
  };
  readonly calls: (sid: string) => {
    fetch(): Promise<{ readonly direction: string; readonly status: string; readonly to: string }>;
    update(params: { url: string; method: string }): Promise<unknown>;
  };
  readonly incomingPhoneNumbers: {
    list(params: { phoneNumber: string; limit: number }): Promise<{ readonly voiceUrl: string | null }[]>;
  };
}

/** Where `lostCallers` looks, and how it tells our callers from those of others. */
export interface LostCallersOptions {
  readonly client: ConferenceClient;
  readonly store: Store;
  /** Where callbacks lead: `callbackUrls(publicBaseUrl)` of `@amd/core/http`. */
  readonly url: (ref: CallbackRef) => string;
  /** A number whose voice URL begins with it is answered by us, and by nobody else. */
  readonly publicBaseUrl: string;
  readonly clock?: Clock | undefined;
  /** Conferences looked at. Default 500. */
  readonly limit?: number | undefined;
}

/** What became of each conference that is named like ours. */
export interface LostCallers {
  /** Callers who were sent to us again. */
  readonly recovered: readonly CallSid[];
  /** Known, not alone, no longer on the line, or of another application: left as they are. */
  readonly leftAlone: number;
  /** Could not be asked about, or be sent. */
  readonly failed: readonly { readonly sid: CallSid; readonly error: unknown }[];
}

const ROOM = /^amd-(CA[0-9a-fA-F]{32})$/;

/**
 * Looks for callers who wait alone in a room of ours while nobody serves them: nothing is known of them, as with the memory
 * store at every restart, or their record cannot be read (a newer version wrote it, or it is damaged) and nobody has written
 * to it for three heartbeats. They are sent to us again and served like a new call; of all processes that find one, by the one
 * that replaces the record. Where a newer process serves them, the record changes, and they are left alone. What a look finds
 * unreadable it remembers for the next.
 *
 * Only what is proved ours is touched: the room is named after an inbound call that is in progress, its number's voice URL is
 * ours (so that another deployment on the same account never takes a caller), and nobody else is in the room.
 * @throws whatever the client does when conferences cannot be listed
 */
export function lostCallers(options: LostCallersOptions): () => Promise<LostCallers> {
  const { client, store, url, limit = 500 } = options;
  const clock = clockFrom(options.clock);
  const base = options.publicBaseUrl.replace(/\/+$/, '');
  const records = createRecords({ flow: forwarding, store, clock });

  return async () => {
    const recovered: CallSid[] = [];
    const failed: { sid: CallSid; error: unknown }[] = [];
    let leftAlone = 0;
    records.begin();
    // One who waits for the first other party is in a room that has not begun.
    for (const status of ['init', 'in-progress'] as const) {
      for (const { sid: conference, friendlyName } of await client.conferences.list({ status, limit })) {
        const sid = ROOM.exec(friendlyName)?.[1];
        if (!isCallSid(sid)) continue;
        try {
          if (await recover(conference, sid)) recovered.push(sid);
          else leftAlone += 1;
        } catch (error) {
          failed.push({ sid, error });
        }
      }
    }
    return { recovered, leftAlone, failed };
  };

  async function recover(conference: string, sid: CallSid): Promise<boolean> {
    const standing = await records.standingOf(sid);
    if (standing.kind === 'served' || !(await isAloneWithUs(conference, sid))) return false;
    if (!(await records.take(standing))) return false;
    await client.calls(sid).update({ url: url(again(sid)), method: 'POST' });
    return true;
  }

  async function isAloneWithUs(conference: string, sid: CallSid): Promise<boolean> {
    const inside = await client.conferences(conference).participants.list({ limit: 2 });
    if (inside.length !== 1 || inside[0]?.callSid !== sid) return false;
    const { direction, status, to } = await client.calls(sid).fetch();
    if (direction !== 'inbound' || status !== 'in-progress') return false;
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: to, limit: 1 });
    return isBelow(number?.voiceUrl ?? '', base);
  }

  /** Its visit is not known: one that differs from start to start keeps the legs of each apart. */
  function again(key: CallSid): CallbackRef {
    const visit = 1 + (Math.floor(clock.now() / 1000) % 89);
    return { flow: 'forwarding', key, visit, leg: 0, purpose: 'caller.again' };
  }
}

/** One look of `lostCallers`. To look at the start and every minute: `watchLostCallers`. */
export function recoverLostCallers(options: LostCallersOptions): Promise<LostCallers> {
  return lostCallers(options)();
}

function isBelow(url: string, base: string): boolean {
  return url === base || url.startsWith(`${base}/`);
}
