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
  readonly sids: ReadonlySet<string>;
  readonly latest: EpochMs;
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
  return {
    data: `${list.data.slice(0, -2)},${JSON.stringify(added).slice(1)}}`,
    calls,
    sids: new Set([...list.sids, ...added.map(([sid]) => sid)]),
    latest: added.reduce((latest, [, at]) => Math.max(latest, at), list.latest),
  };
}

function read(calls: readonly Counted[]): Omit<CountedList, 'data'> {
  return {
    calls,
    sids: new Set(calls.map(([sid]) => sid)),
    latest: calls.reduce((latest, [, at]) => Math.max(latest, at), -Infinity),
  };
}
