import { AmdError } from '../kernel/errors.js';
import type { EpochMs } from '../kernel/flow.js';

/** CallSid and time of a call that was counted. */
export type Counted = readonly [sid: string, at: EpochMs];

/**
 * The calls of one count, as they are stored and as they are looked at. A list of a thousand calls is 60 kB: what can be kept of the
 * list before is not made anew.
 */
export interface CountedList {
  readonly data: string;
  readonly calls: readonly Counted[];
  readonly latest: EpochMs;
  /** Where each SID is. A list that is added to hands them on, and does not see what lies behind its own end. */
  readonly places: Map<string, number>;
  /** Whether the call of this SID is on it. */
  has(sid: string): boolean;
}

export const EMPTY_LIST: CountedList = listOf([]);

export function listOf(calls: readonly Counted[]): CountedList {
  return { data: JSON.stringify({ v: 1, calls }), ...read(calls) };
}

/** @throws AmdError `ERR_STORE_CORRUPT` */
export function parseList(key: string, data: string): CountedList {
  try {
    const { calls } = JSON.parse(data) as { calls: readonly Counted[] };
    if (Array.isArray(calls)) return { data, ...read(calls as readonly Counted[]) };
  } catch (cause) {
    throw new AmdError('ERR_STORE_CORRUPT', `record "${key}" is not JSON`, { cause });
  }
  throw new AmdError('ERR_STORE_CORRUPT', `record "${key}" has no list of calls`);
}

/** The list before, and these. */
export function append(list: CountedList, added: readonly Counted[]): CountedList {
  const calls = [...list.calls, ...added];
  if (list.calls.length === 0 || added.length === 0 || !list.data.endsWith(']]}')) return listOf(calls);
  const places = placesOf(list);
  added.forEach(([sid], index) => places.set(sid, list.calls.length + index));
  return {
    data: `${list.data.slice(0, -2)},${JSON.stringify(added).slice(1)}}`,
    ...found(calls, places),
    latest: latestOf(added, list.latest),
  };
}

function read(calls: readonly Counted[]): Omit<CountedList, 'data'> {
  return { ...found(calls, placesIn(calls)), latest: latestOf(calls, -Infinity) };
}

type Found = Pick<CountedList, 'calls' | 'places' | 'has'>;

function found(calls: readonly Counted[], places: Found['places']): Found {
  return { calls, places, has: (sid) => calls[places.get(sid) ?? -1]?.[0] === sid };
}

/** Others may have been added to this list before: then the places behind its end are theirs. */
function placesOf({ calls, places }: CountedList): Found['places'] {
  return places.size === calls.length ? places : placesIn(calls);
}

function placesIn(calls: readonly Counted[]): Found['places'] {
  return new Map(calls.map(([sid], index) => [sid, index]));
}

function latestOf(calls: readonly Counted[], before: EpochMs): EpochMs {
  return calls.reduce((latest, [, at]) => Math.max(latest, at), before);
}
