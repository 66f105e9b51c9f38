import { onlyKnown } from '../kernel/check.js';
import { isFinal } from '../flows/forwarding/state.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { isTaskCallFinal } from '../flows/taskrouter/state.js';
import { taskrouter } from '../flows/taskrouter/taskrouter.js';
import { decodeState } from '../store/envelope.js';
import type { Store } from '../store/store.js';
import { clockFrom, type Clock } from './clock.js';
import type { Counted, CountedList } from './counted-list.js';
import { atOnceKey, callerKey } from './limit-keys.js';
import { createOverCalls, type ReadEnd } from './over-calls.js';
import { recordKey } from '../kernel/record-key.js';
import { createSharedCount, type Room, type SharedCount } from './shared-count.js';

/** Whether a call is let in; if not, which limit it met. */
export type Admission = 'admitted' | 'tooManyAtOnce' | 'tooManyFromCaller';

/** Counts calls, so that too many are turned away before anyone is rung. */
export interface CallLimits {
  /**
   * Counts an inbound call, once for each CallSid. Exact, however many come at the same moment and on however many machines.
   * A place is free again within a second of the end of its call. `flow`: whose call it is; calls that wait in a queue are
   * counted apart. Default `forwarding`.
   * @throws AmdError `ERR_STORE_CONFLICT` (other processes were first for 2 s), `ERR_STORE_CORRUPT`, or what the store throws:
   * the call may not be counted, and must not be let in
   */
  admit(call: {
    readonly sid: string;
    readonly from: string;
    readonly flow?: 'forwarding' | 'taskrouter' | undefined;
  }): Promise<Admission>;
}

/** How many calls are let in: at once, and from one number within a time. */
export interface CallLimitsOptions {
  readonly store: Store;
  /** Calls that are not over at the same time. Default 100. */
  readonly atOnce?: number | undefined;
  /** Calls from one number within a time. Withheld callers share one count. Default 10 calls in 60 s. */
  readonly perCaller?: { readonly calls: number; readonly seconds: number } | undefined;
  readonly clock?: Clock | undefined;
}

const DAY_MS = 86_400_000;
/** So many records are read for a caller who needs a place, to see who has gone: with the others, ten at most. */
const LOOKS = 6;
/** So many at most for callers in one go, so that other requests need not wait for it. */
const SLICE = 200;
/** While it is full, all are looked at within a second, and changes so often. */
const BEHIND_MS = 50;
const FOLLOW_MS = 400;
/** Nothing has changed and nobody has called for so long: the next caller will look. */
const QUIET_MS = 60_000;

const OPTIONS = {
  store: true,
  atOnce: true,
  perCaller: true,
  clock: true,
} as const satisfies Record<keyof CallLimitsOptions, true>;

/**
 * Against call bombing and toll fraud: what comes in makes us call out. Each count is a record in the store, replaced by
 * compare-and-set; a place is free again when its call's own record says that it is over, so that no crash loses one.
 * Callers of one process are counted together, with one read and one commit.
 * @throws RangeError naming the option
 */
export function createCallLimits(options: CallLimitsOptions): CallLimits {
  onlyKnown(options, 'createCallLimits', OPTIONS);
  const { store, atOnce = 100, perCaller = { calls: 10, seconds: 60 } } = options;
  const clock = clockFrom(options.clock);
  wholeAbove0(atOnce, 'atOnce');
  wholeAbove0(perCaller.calls, 'perCaller.calls');
  wholeAbove0(perCaller.seconds, 'perCaller.seconds');
  const windowMs = perCaller.seconds * 1000;
  const live = { forwarding: liveCalls('forwarding'), taskrouter: liveCalls('taskrouter') };
  /** Of numbers that are being counted at this moment. */
  const callers = new Map<string, SharedCount>();

  function liveCalls(flow: Flow): SharedCount {
    return createLiveCount({ store, clock, flow, atOnce });
  }

  async function addFromCaller(from: string, sid: string): Promise<boolean> {
    const key = callerKey(from);
    let count = callers.get(key);
    if (count === undefined) {
      const onIdle = (): void => void callers.delete(key);
      count = createSharedCount({ store, clock, key, limit: perCaller.calls, keepMs: windowMs, room: recent, onIdle });
      callers.set(key, count);
    }
    return count.add(sid);
  }

  function recent(list: CountedList, now: number): Room {
    const isRecent = ([, at]: Counted): boolean => at + windowMs > now;
    return { calls: list.calls.every(isRecent) ? list.calls : list.calls.filter(isRecent), known: list };
  }

  return {
    async admit({ sid, from, flow = 'forwarding' }) {
      /** A call that goes on is never refused when its webhook is repeated, whatever was counted since. */
      const isKnown = async (): Promise<boolean> => (await store.read(recordKey(flow, sid), clock.now())) !== undefined;
      if (!(await addFromCaller(from, sid))) return (await isKnown()) ? 'admitted' : 'tooManyFromCaller';
      return (await live[flow].add(sid)) || (await isKnown()) ? 'admitted' : 'tooManyAtOnce';
    },
  };
}

type Flow = 'forwarding' | 'taskrouter';

/** Whether the calls of a flow are over, and when their records were written. */
const ENDS: Readonly<Record<Flow, ReadEnd>> = {
  forwarding: (key, data) => {
    const { state, at } = decodeState(forwarding, key, data);
    return { isOver: isFinal(state), at };
  },
  taskrouter: (key, data) => {
    const { state, at } = decodeState(taskrouter, key, data);
    return { isOver: state.kind === 'nothing' ? state.goodbye === true : isTaskCallFinal(state), at };
  },
};

/** The count of calls that are not over. */
function createLiveCount(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly flow: Flow;
  readonly atOnce: number;
}): SharedCount {
  const { store, clock, flow, atOnce } = parts;
  const over = createOverCalls({ store, clock, flow, read: readable(ENDS[flow]) });
  let filled = 0;
  /** Of the batch that is being counted: records read for it, and why no more could be. */
  let read = 0;
  let unsure: Room['unsure'];
  let newsAt = clock.now();
  let cancelLook: (() => void) | null = null;

  /** From half full on, every batch looks at some, so that who comes when it is full finds little left to look at. */
  const isFilling = (length: number): boolean => length * 2 >= atOnce;

  async function look(most: number): Promise<void> {
    try {
      const count = await over.look(most);
      if (count > 0) newsAt = clock.now();
      read += count;
    } catch (because) {
      unsure = { because };
    }
  }

  /** A tidying looks at as many as are needed to have seen all within half a second. */
  const tidied = (): number => Math.max(SLICE / 2, Math.ceil(filled / 10));

  const count = createSharedCount({
    store,
    clock,
    key: atOnceKey(flow),
    limit: atOnce,
    keepMs: DAY_MS,
    async beside(callers) {
      [read, unsure] = [0, undefined];
      if (isFilling(filled)) await look(callers === 0 ? tidied() : Math.min(SLICE, LOOKS * callers));
    },
    async room(list, _, wanted) {
      const { calls } = list;
      over.see(calls);
      // Full, or so it seems: only now is it worth asking who is still there.
      while (over.there().length + wanted > atOnce && wanted > 0 && unsure === undefined) {
        const left = LOOKS * wanted - read;
        if (left <= 0 || !over.isBehind()) break;
        await look(Math.min(SLICE, left));
        // What is known may have come to its time meanwhile.
        over.see(calls);
      }
      const there = over.there();
      const known = there === calls ? list : new Set(there.map(([sid]) => sid));
      return { calls: there, known, ...(unsure === undefined ? {} : { unsure }) };
    },
    onCounted(calls, refused) {
      filled = calls.length;
      over.see(calls, true);
      if (refused > 0 || filled >= atOnce) lookLater();
    },
  });

  /** As long as it is full, and somebody might want a place. */
  function lookLater(): void {
    cancelLook ??= clock.wakeAt(clock.now() + (over.isBehind() ? BEHIND_MS : FOLLOW_MS), () => {
      cancelLook = null;
      // What fails is tried again: nobody waits for it.
      void count
        .tidy()
        .catch(() => undefined)
        .then(() => {
          if (filled >= atOnce && clock.now() - newsAt < QUIET_MS) lookLater();
        });
    });
  }

  return {
    add: (sid) => {
      newsAt = clock.now();
      return count.add(sid);
    },
    tidy: () => count.tidy(),
  };
}

/** Written by a newer version of this program, a record is not ours to judge. */
function readable(read: ReadEnd): ReadEnd {
  return (key, data) => {
    try {
      return read(key, data);
    } catch {
      return null;
    }
  };
}

function wholeAbove0(value: number, option: string): void {
  if (!Number.isInteger(value) || value <= 0) {
    throw new RangeError(`"${option}" must be a whole number above 0; got ${String(value)}`);
  }
}
