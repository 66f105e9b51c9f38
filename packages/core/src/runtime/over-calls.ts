import type { EpochMs } from '../kernel/flow.js';
import type { Store, StoredRecord } from '../store/store.js';
import type { Clock } from './clock.js';
import type { Counted } from './counted-list.js';
import { recordKey, sidOf } from '../kernel/record-key.js';
import { SKEW_MS } from './shared-count.js';

/** What a call's record says: `null` when it cannot be read, and so is not ours to judge. */
export type ReadEnd = (key: string, data: string) => { readonly isOver: boolean; readonly at: EpochMs } | null;

/** Knows which of the counted calls are over. */
export interface OverCalls {
  /** The list as it is in the store now; `isOurs`: this process has just written it. */
  see(counted: readonly Counted[], isOurs?: boolean): void;
  /**
   * Reads up to `most` records: what has changed since the last look, then calls of which nothing is known. Returns how many.
   * @throws what the store throws
   */
  look(most: number): Promise<number>;
  /** Whether a look would find something to read that is known to be there. */
  isBehind(): boolean;
  /** Those of the list that was seen last that are not known to be over. */
  there(): readonly Counted[];
}

/** A call that was counted, but has no record yet, is on its way to one; or was refused by something else. */
const GRACE_MS = 30_000;
/** What is known of a call is asked anew after so long; and changes are not followed after so long without a look. */
const TRUST_MS = 60_000;
/** The same for a call without a record. */
const HOPE_MS = 5000;
/** No record is called so: a list of none ends where the log ends. */
const NOTHING = 'limits:end-of-log';

interface Known {
  readonly sid: string;
  readonly at: EpochMs;
  is: 'unknown' | 'live' | 'over';
  until: EpochMs;
}

/**
 * The store lists what has changed, in the order of its commits: to know who has gone, not every call is read, but only those that
 * were written since the last look. A call of which nothing is known (counted before this process looked for the first time, or
 * without news for a minute) is read by itself.
 */
export function createOverCalls(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly flow: string;
  readonly read: ReadEnd;
}): OverCalls {
  const { store, clock, flow, read } = parts;
  let seen: readonly Counted[] = [];
  let calls = new Map<string, Known>();
  let unknown: Known[] = [];
  /** When the first of what is known expires. */
  let knownUntil = Infinity;
  let cursor: string | undefined;
  let lookedAt = -Infinity;
  let moreToList = false;
  let overs = 0;

  function see(counted: readonly Counted[], now: EpochMs, isOurs: boolean): void {
    if (counted === seen && now < knownUntil) return;
    // A list that was only added to is read on from where it ended.
    const isLonger = now < knownUntil && seen.length > 0 && counted[seen.length - 1] === seen.at(-1);
    const before = calls;
    if (!isLonger) {
      calls = new Map();
      unknown = [];
      knownUntil = Infinity;
      overs = 0;
    }
    for (const [sid, at] of isLonger ? counted.slice(seen.length) : counted) {
      const call = before.get(sid);
      if (call?.at === at) keep(call, now);
      // Whatever becomes of it will be on the list of changes.
      else if (call === undefined && isOurs && cursor !== undefined)
        keep({ sid, at, is: 'live', until: now + HOPE_MS }, now);
      else keep({ sid, at, is: 'unknown', until: Infinity }, now);
    }
    seen = counted;
  }

  function keep(call: Known, now: EpochMs): void {
    calls.set(call.sid, call);
    if (call.until <= now) call.is = 'unknown';
    if (call.is === 'unknown') unknown.push(call);
    else knownUntil = Math.min(knownUntil, call.until);
    if (call.is === 'over') overs += 1;
  }

  function learn(call: Known, record: StoredRecord | undefined, now: EpochMs): void {
    const end = record === undefined ? undefined : read(record.key, record.data);
    // A record from before the call was counted is of an earlier visit: the next is on its way.
    if (end === undefined || (end?.isOver === true && end.at + SKEW_MS < call.at)) {
      const isLost = call.at + GRACE_MS <= now;
      know(call, isLost ? 'over' : 'live', isLost ? Infinity : Math.min(call.at + GRACE_MS, now + HOPE_MS));
    } else if (end?.isOver === true) know(call, 'over', Infinity);
    else know(call, 'live', now + TRUST_MS);
  }

  function know(call: Known, is: 'live' | 'over', until: EpochMs): void {
    overs += Number(is === 'over') - Number(call.is === 'over');
    call.is = is;
    call.until = until;
    knownUntil = Math.min(knownUntil, until);
  }

  /** What has changed since the last look; who looks for the first time begins here. */
  async function follow(most: number, now: EpochMs): Promise<number> {
    if (cursor === undefined || now - lookedAt >= TRUST_MS) {
      ({ cursor } = await store.list({ prefix: NOTHING, after: cursor, limit: 1 }));
      lookedAt = now;
      moreToList = false;
      // What ended in between is not on the list to come.
      const counted = seen;
      seen = [];
      calls = new Map();
      see(counted, now, false);
      return 0;
    }
    const page = await store.list({ prefix: recordKey(flow, ''), after: cursor, limit: most });
    for (const record of page.records) {
      const call = calls.get(sidOf(record.key));
      if (call !== undefined) learn(call, record, now);
    }
    cursor = page.cursor;
    lookedAt = now;
    moreToList = page.records.length >= most;
    return page.records.length;
  }

  return {
    see: (counted, isOurs = false) => {
      // Also the list of changes begins anew where a store was emptied.
      if (counted.length === 0) cursor = undefined;
      see(counted, clock.now(), isOurs);
    },
    async look(most) {
      const now = clock.now();
      const listed = await follow(most, now);
      unknown = unknown.filter(({ is }) => is === 'unknown');
      const asked = unknown.slice(0, Math.max(0, most - listed));
      const records = await Promise.all(asked.map(({ sid }) => store.read(recordKey(flow, sid), now)));
      asked.forEach((call, index) => {
        learn(call, records[index], now);
      });
      unknown = unknown.filter(({ is }) => is === 'unknown');
      return listed + asked.length;
    },
    isBehind: () => calls.size > 0 && (cursor === undefined || moreToList || unknown.length > 0),
    there: () => (overs === 0 ? seen : seen.filter(([sid]) => calls.get(sid)?.is !== 'over')),
  };
}
