import { AmdError } from '../kernel/errors.js';
import type { EpochMs } from '../kernel/flow.js';
import { isFinal } from '../flows/forwarding/state.js';
import { forwarding } from '../flows/forwarding/transition.js';
import { decodeState } from '../store/envelope.js';
import type { Store } from '../store/store.js';
import { clockFrom, type Clock } from './clock.js';

export type Admission = 'admitted' | 'tooManyAtOnce' | 'tooManyFromCaller';

export interface CallLimits {
  /**
   * Counts an inbound call, once for each CallSid. Exact, however many come at the same moment and on however many machines.
   * @throws AmdError `ERR_STORE_CONFLICT`, or what the store throws: the call was not counted
   */
  admit(call: { readonly sid: string; readonly from: string }): Promise<Admission>;
}

export interface CallLimitsOptions {
  readonly store: Store;
  /** Calls that are not over at the same time. Default 100. */
  readonly atOnce?: number | undefined;
  /** Calls from one number within a time. Withheld callers share one count. Default 10 calls in 60 s. */
  readonly perCaller?: { readonly calls: number; readonly seconds: number } | undefined;
  readonly clock?: Clock | undefined;
}

/** CallSid and time of a call that was counted. */
type Counted = readonly [sid: string, at: EpochMs];

/** A call that was counted, but has no record yet, is on its way to one; or was refused by something else. */
const GRACE_MS = 30_000;
const DAY_MS = 86_400_000;
const TRIES = 1000;

/**
 * Against call bombing and toll fraud: what comes in makes us call out. Each count is a record in the store, replaced by
 * compare-and-set; a place is free again when its call's own record says that it is over, so that no crash loses one.
 * @throws RangeError naming the option
 */
export function createCallLimits(options: CallLimitsOptions): CallLimits {
  const { store, atOnce = 100, perCaller = { calls: 10, seconds: 60 } } = options;
  const clock = clockFrom(options.clock);
  wholeAbove0(atOnce, 'atOnce');
  wholeAbove0(perCaller.calls, 'perCaller.calls');
  wholeAbove0(perCaller.seconds, 'perCaller.seconds');

  /** Adds the call to a list, if `room` finds place for it. */
  async function count(
    key: string,
    sid: string,
    keepMs: number,
    room: (counted: readonly Counted[], now: EpochMs) => Promise<readonly Counted[] | null>,
  ): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const now = clock.now();
      const record = await store.read(key, now);
      const counted = record === undefined ? [] : (JSON.parse(record.data) as { calls: Counted[] }).calls;
      if (counted.some(([known]) => known === sid)) return true;
      const others = await room(counted, now);
      if (others === null) return false;
      const { ok } = await store.commit({
        key,
        expected: record?.revision ?? 0,
        data: JSON.stringify({ v: 1, calls: [...others, [sid, now]] }),
        expiresAt: now + keepMs,
        now,
        put: [],
        drop: [],
      });
      if (ok) return true;
    }
    throw new AmdError('ERR_STORE_CONFLICT', `"${key}" was changed by others ${String(TRIES)} times in a row`);
  }

  async function isOver([sid, at]: Counted, now: EpochMs): Promise<boolean> {
    const key = keyOf(sid);
    const record = await store.read(key, now);
    if (record === undefined) return at + GRACE_MS <= now;
    try {
      return isFinal(decodeState(forwarding, key, record.data).state);
    } catch {
      // Written by a newer version of this program: it is not ours to judge.
      return false;
    }
  }

  return {
    async admit({ sid, from }) {
      const windowMs = perCaller.seconds * 1000;
      const fromCaller = await count(`limits:from:${from.slice(0, 64)}`, sid, windowMs, (counted, now) => {
        const recent = counted.filter(([, at]) => at + windowMs > now);
        return Promise.resolve(recent.length < perCaller.calls ? recent : null);
      });
      if (!fromCaller) return (await isKnown(sid)) ? 'admitted' : 'tooManyFromCaller';
      const withAll = await count('limits:at-once', sid, DAY_MS, async (counted, now) => {
        if (counted.length < atOnce) return counted;
        // Full, or so it seems: only now is it worth asking who is still there.
        const over = await Promise.all(counted.map((call) => isOver(call, now)));
        const there = counted.filter((_, index) => over[index] !== true);
        return there.length < atOnce ? there : null;
      });
      return withAll || (await isKnown(sid)) ? 'admitted' : 'tooManyAtOnce';
    },
  };

  /** A call that goes on is never refused when its webhook is repeated, whatever was counted since. */
  async function isKnown(sid: string): Promise<boolean> {
    return (await store.read(keyOf(sid), clock.now())) !== undefined;
  }
}

function keyOf(sid: string): string {
  return `${forwarding.name}:${sid}`;
}

function wholeAbove0(value: number, option: string): void {
  if (!Number.isInteger(value) || value <= 0) {
    throw new RangeError(`"${option}" must be a whole number above 0; got ${String(value)}`);
  }
}
