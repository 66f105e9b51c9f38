import { onlyKnown } from '../kernel/check.js';
import type { EpochMs } from '../kernel/flow.js';
import { isE164 } from '../kernel/ids.js';
import { sidOf } from '../kernel/record-key.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { taskrouter } from '../flows/taskrouter/taskrouter.js';
import { checkedStore, type Commit, type Store, type StoredRecord } from '../store/store.js';
import { isWithheld } from '../wire/caller-id.js';
import { listOf, parseList } from './counted-list.js';
import { type Finding, type ForgottenCall, isExpired, judge, type WhyKept } from './forget-record.js';
import { atOnceKey, LIMITS } from './limit-keys.js';
import { numberIn, type NumberIn } from './number-in.js';

/** What to forget, and where. */
export interface ForgetOptions {
  readonly store: Store;
  /** The number in E.164 form. Records are searched for it in every spelling. */
  readonly number: string;
  /** The store's present time, in epoch ms: `store.clock.now()` of a store with a clock of its own. */
  readonly now: EpochMs;
  /** Only says what would be forgotten. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Called after each page that was read, and after each group of records that was forgotten. */
  readonly onProgress?: ((progress: ForgetProgress) => void) | undefined;
}

/** How far `forget` is, in records. `of`: how many are to be forgotten; `null` while the store is read. */
export interface ForgetProgress {
  readonly read: number;
  readonly forgotten: number;
  readonly of: number | null;
}

/** What was forgotten, and what was not. */
export interface Forgotten {
  /** Calls that are over. */
  readonly calls: readonly ForgottenCall[];
  /** Keys of other records that were forgotten: limits of a caller, and deleted workers. */
  readonly others: readonly string[];
  /** Records that have the number still. Repeat it when they are over. */
  readonly kept: readonly { readonly key: string; readonly why: WhyKept }[];
  /** Keys that contain the number and have expired, but that the store has not removed yet: it will by itself. */
  readonly expiring: readonly string[];
}

const OPTIONS = {
  store: true,
  number: true,
  now: true,
  dryRun: true,
  onProgress: true,
} as const satisfies Record<keyof ForgetOptions, true>;

/** Records in one read of the list. */
const PAGE = 500;
/** Records that are written at the same time: a store waits for the disk once for all of them. */
const TOGETHER = 20;
/** How often a record that others change is tried. */
const TRIES = 5;
/** How many times the store is asked to remove what has expired; it removes a few each time. */
const SWEEPS = 500;
const SWEEPS_TOGETHER = 10;

/**
 * Removes a phone number from a store, for a person who asks to be forgotten: records of calls that are over in which it is the
 * caller, the called party, a party that forwarded, a callee or anything else; their hooks and calls that still wait; the
 * caller's limits. Calls that go on are left alone and named. Reads the whole store, and may be repeated at any time.
 * @throws TypeError naming the option
 * @throws AmdError what the store throws: what was forgotten until then stays forgotten
 */
export async function forget(options: ForgetOptions): Promise<Forgotten> {
  onlyKnown(options, 'forget', OPTIONS);
  const { number, now, dryRun = false, onProgress } = options;
  const store = checkedStore(options.store);
  if (typeof number !== 'string' || !isE164(number)) {
    throw new TypeError('"number" must be a phone number in E.164 form, such as +14155550142');
  }
  if (isWithheld(number))
    throw new TypeError('"number" must be the number of a person: callers who hide theirs share it');
  if (!Number.isFinite(now)) throw new TypeError('"now" must be a time in epoch ms');
  const isIn = numberIn(number);
  let read = 0;
  let forgotten = 0;

  const found = new Map<string, Finding>();
  /** Expired records that are not removed yet, which `read` does not return. */
  const expired = new Map<string, StoredRecord>();
  for await (const page of pagesOf(store, '')) {
    for (const record of page) {
      expired.delete(record.key);
      if (!isIn(record.key, record.data)) {
        found.delete(record.key);
        continue;
      }
      found.set(record.key, judge(record, now));
      if (isExpired(record, now)) expired.set(record.key, record);
    }
    read += page.length;
    onProgress?.({ read, forgotten, of: null });
  }

  const keys = [...found].filter(([, { kind }]) => kind !== 'kept').map(([key]) => key);
  if (!dryRun) {
    for (let from = 0; from < keys.length; from += TOGETHER) {
      const group = keys.slice(from, from + TOGETHER);
      const findings = await Promise.all(group.map((key) => forgetRecord(store, key, expired.get(key), now, isIn)));
      findings.forEach((finding, index) => {
        // Somebody else may have removed it meanwhile: then it was forgotten as it was found.
        if (finding !== null) found.set(group[index] as string, finding);
      });
      forgotten += group.length;
      onProgress?.({ read, forgotten, of: keys.length });
    }
  }

  const all = [...found];
  const calls = all.flatMap(([key, finding]) =>
    finding.kind === 'call' ? [{ key, sid: sidOf(key), recordings: finding.recordings }] : [],
  );
  const others = all.filter(([, { kind }]) => kind === 'other').map(([key]) => key);
  const kept = all.flatMap(([key, finding]) => (finding.kind === 'kept' ? [{ key, why: finding.why }] : []));
  if (dryRun) return { calls, others, kept, expiring: [] };
  await uncount(store, new Set(calls.map(({ sid }) => sid)), now);
  const expiring = await swept(
    store,
    others.filter((key) => isIn(key, '')),
    now,
  );
  return { calls, others, kept, expiring };
}

async function* pagesOf(store: Store, prefix: string): AsyncGenerator<readonly StoredRecord[]> {
  let after: string | undefined;
  for (let more = true; more;) {
    const { records, cursor } = await store.list({ prefix, after, limit: PAGE });
    yield records;
    after = cursor;
    more = records.length === PAGE;
  }
}

/** Replaces one record as it is now. Returns what it was; `null`: it no longer has the number. */
async function forgetRecord(
  store: Store,
  key: string,
  expired: StoredRecord | undefined,
  now: EpochMs,
  isIn: NumberIn,
): Promise<Finding | null> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const record = (await store.read(key, now)) ?? expired;
    if (record === undefined || !isIn(key, record.data)) return null;
    const finding = judge(record, now);
    if (finding.kind === 'kept') return finding;
    const drop = finding.kind === 'call' ? finding.drop : [];
    if (await replace(store, record, { data: finding.data, expiresAt: now, now, drop })) return finding;
  }
  return { kind: 'kept', why: 'contested' };
}

async function replace(
  store: Store,
  record: StoredRecord,
  written: Pick<Commit, 'data' | 'expiresAt' | 'now' | 'drop'>,
): Promise<boolean> {
  const expected = isExpired(record, written.now) ? 0 : record.revision;
  return (await store.commit({ key: record.key, expected, put: [], ...written })).ok;
}

/** Takes forgotten calls off the lists of calls in progress, which look at them once more before they leave them out. */
async function uncount(store: Store, sids: ReadonlySet<string>, now: EpochMs): Promise<void> {
  if (sids.size === 0) return;
  for (const key of [atOnceKey(forwarding.name), atOnceKey(taskrouter.name)]) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const record = await store.read(key, now);
      if (record === undefined) break;
      const { calls } = parseList(key, record.data);
      const others = calls.filter(([sid]) => !sids.has(sid));
      if (others.length === calls.length) break;
      const { data } = listOf(others);
      if (await replace(store, record, { data, expiresAt: record.expiresAt, now, drop: [] })) break;
    }
  }
}

/**
 * A store removes expired records when it is asked for work, and with them their keys. There is no work for limits. Returns the
 * keys that are still there.
 */
async function swept(store: Store, keys: readonly string[], now: EpochMs): Promise<readonly string[]> {
  let left = keys;
  for (let sweeps = 0; left.length > 0 && sweeps < SWEEPS; sweeps += SWEEPS_TOGETHER) {
    for (let sweep = 0; sweep < SWEEPS_TOGETHER; sweep += 1) {
      await store.claim({ now, prefix: LIMITS, limit: 1, leaseMs: 1, lease: 'forget' });
    }
    const there = new Set<string>();
    for await (const page of pagesOf(store, LIMITS)) for (const { key } of page) there.add(key);
    left = left.filter((key) => there.has(key));
  }
  return left;
}
