import { AmdError } from '../kernel/errors.js';
import type { EpochMs } from '../kernel/flow.js';
import type { Store } from '../store/store.js';
import type { Clock } from './clock.js';
import { append, EMPTY_LIST, listOf, parseList, type Counted, type CountedList } from './counted-list.js';
import { REAL_WAITS, type Waits } from './waits.js';

/** What is still counted when somebody new wants to be. */
export interface Room {
  readonly calls: readonly Counted[];
  /** Calls that are counted already, and are not counted again. */
  readonly known: Pick<CountedList, 'has'>;
  /** Why more places may be free than `calls` shows: callers without a place get this error, no refusal. */
  readonly unsure?: { readonly because: unknown };
}

export interface SharedCountOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Of the record. */
  readonly key: string;
  readonly limit: number;
  readonly keepMs: number;
  /** Begins with the read of the record, and is waited for with it. Never rejects. `callers`: how many wait, 0 for a tidying. */
  readonly beside?: ((callers: number) => Promise<void>) | undefined;
  /** Says what is still counted. `wanted`: how many new calls want a place. */
  readonly room: (list: CountedList, now: EpochMs, wanted: number) => Room | Promise<Room>;
  /** Told of the list as it is now, after each batch. */
  readonly onCounted?: ((calls: readonly Counted[], refused: number) => void) | undefined;
  /** Called when no request waits for an answer. */
  readonly onIdle?: (() => void) | undefined;
  /** Real time, whatever the clock is: what waits for other processes is no part of any simulation. */
  readonly waits?: Waits | undefined;
}

/** Calls counted in one record of the store, in any number of processes. */
export interface SharedCount {
  /**
   * `false`: there is no room.
   * @throws AmdError `ERR_STORE_CONFLICT`, `ERR_STORE_CORRUPT`, or what the store throws: the call may not be counted
   */
  add(sid: string): Promise<boolean>;
  /** Reads and frees places, without a caller. @throws as `add` does */
  tidy(): Promise<void>;
}

/** So long a caller is tried for while other processes count theirs first; by then they were answered without us. */
const TRY_MS = 2000;
/** So long a process may take a record for unread as it left it: the others most likely changed an older one. */
const UNREAD_MS = 10_000;
/** The longest pause after a conflict. */
const PAUSE_MS = 40;
/** So far may the clocks of two machines be apart. A time further ahead was taken before a clock was set back. */
export const SKEW_MS = 1000;

interface Waiting {
  /** `null`: nobody; a tidying. */
  readonly sid: string | null;
  readonly since: number;
  readonly resolve: (counted: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface Decision {
  readonly list: CountedList;
  readonly isAnswered: readonly boolean[];
  readonly added: number;
  readonly unsure: Room['unsure'];
}

/**
 * One read and one commit at a time for all who wait in this process; who comes meanwhile is in the next batch. Between processes
 * compare-and-set decides, and whoever comes second waits a moment and reads again.
 */
export function createSharedCount(options: SharedCountOptions): SharedCount {
  const { store, clock, key, limit, keepMs, beside, room, onCounted, onIdle, waits = REAL_WAITS } = options;
  const waiting: Waiting[] = [];
  let running = false;
  /** What was read or written last: the same text is not parsed twice. */
  let last = EMPTY_LIST;
  /** The record as this process left it, or none at first: a place that is taken on top of it is refused if that is wrong. */
  let left = { revision: 0, at: clock.now() };

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const batch: Waiting[] = [];
      try {
        await count(batch);
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    running = false;
    onIdle?.();
  }

  /** Answers everybody in the batch, or throws. */
  async function count(batch: Waiting[]): Promise<void> {
    if (await countUnread(batch)) return;
    for (let conflicts = 0; batch.length + waiting.length > 0; conflicts += 1) {
      batch.push(...waiting.splice(0));
      const looked = beside?.(batch.filter(({ sid }) => sid !== null).length);
      const [record] = await Promise.all([store.read(key, clock.now()), looked]);
      batch.push(...waiting.splice(0));

      const now = clock.now();
      if (record === undefined) last = EMPTY_LIST;
      else if (record.data !== last.data) last = parseList(key, record.data);
      left = { revision: record?.revision ?? 0, at: now };
      const before = last;
      const decision = await decide(batch, beforeNow(before, now), now);
      const { list } = decision;
      const isTidied = batch.some(({ sid }) => sid === null) && list.data !== before.data;
      // A refusal writes nothing, unless it has to mend the times.
      if (decision.added > 0 || isTidied || before.latest > now + SKEW_MS) {
        if (!(await write(list, now))) {
          giveUp(batch);
          await waits.pause(waits.random() * Math.min(PAUSE_MS, 2 ** conflicts));
          continue;
        }
      }
      answer(batch, decision);
      onCounted?.(list.calls, decision.isAnswered.filter((isCounted) => !isCounted).length);
      return;
    }
  }

  /** While there is plenty of room, and nobody else was here since, one commit is all it takes. */
  async function countUnread(batch: Waiting[]): Promise<boolean> {
    const now = clock.now();
    const isOld = Math.abs(now - left.at) >= Math.min(keepMs, UNREAD_MS);
    const isFilling = (last.calls.length + waiting.length) * 2 > limit;
    if (isOld || isFilling || waiting.some(({ sid }) => sid === null || last.has(sid)) || last.latest > now + SKEW_MS)
      return false;
    batch.push(...waiting.splice(0));
    const decision = await decide(batch, last, now);
    const { list, isAnswered, unsure } = decision;
    if (!isAnswered.every(Boolean) || decision.added === 0 || unsure !== undefined) return false;
    if (!(await write(list, now))) return false;
    answer(batch, decision);
    onCounted?.(list.calls, 0);
    return true;
  }

  /** On top of the record as it was left; whether nobody else was here since. */
  async function write(list: CountedList, now: EpochMs): Promise<boolean> {
    const { data } = list;
    const expected = left.revision;
    const written = await store.commit({ key, expected, data, expiresAt: now + keepMs, now, put: [], drop: [] });
    if (!written.ok) return false;
    last = list;
    left = { revision: written.revision, at: now };
    return true;
  }

  async function decide(batch: readonly Waiting[], before: CountedList, now: EpochMs): Promise<Decision> {
    const wanted = new Set(batch.flatMap(({ sid }) => (sid === null || before.has(sid) ? [] : sid)));
    const { calls, known, unsure } = await room(before, now, wanted.size);
    const added = new Map<string, Counted>();
    const isAnswered = batch.map(({ sid }) => {
      if (sid === null || known.has(sid) || added.has(sid)) return true;
      if (calls.length + added.size >= limit) return false;
      added.set(sid, [sid, now]);
      return true;
    });
    const kept = calls === before.calls ? before : listOf(calls);
    const list = added.size === 0 ? kept : append(kept, [...added.values()]);
    return { list, isAnswered, added: added.size, unsure };
  }

  function answer(batch: readonly Waiting[], { isAnswered, unsure }: Decision): void {
    batch.forEach(({ resolve, reject }, index) => {
      const isCounted = isAnswered[index] === true;
      if (isCounted || unsure === undefined) resolve(isCounted);
      else reject(unsure.because);
    });
  }

  /** Who has waited for too long hears so; the others go on. */
  function giveUp(batch: Waiting[]): void {
    const latest = waits.elapsed() - TRY_MS;
    const going = batch.filter(({ since }) => since > latest);
    for (const { since, reject } of batch) {
      if (since > latest) continue;
      reject(new AmdError('ERR_STORE_CONFLICT', `"${key}" was changed by others for ${String(TRY_MS)} ms`));
    }
    batch.splice(0, batch.length, ...going);
  }

  function wait(sid: string | null): Promise<boolean> {
    return new Promise((resolve, reject) => {
      waiting.push({ sid, since: waits.elapsed(), resolve, reject });
      if (!running) void run();
    });
  }

  return {
    add: (sid) => wait(sid),
    async tidy() {
      await wait(null);
    },
  };
}

/** A time to come was taken before a clock was set back: it would hold its place for as long as the clock was wrong. */
function beforeNow(list: CountedList, now: EpochMs): CountedList {
  if (list.latest <= now + SKEW_MS) return list;
  return listOf(list.calls.map(([sid, at]): Counted => [sid, Math.min(at, now)]));
}
