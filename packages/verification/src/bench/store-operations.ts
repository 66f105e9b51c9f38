import { setImmediate } from 'node:timers/promises';
import { createMemoryStore, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createBench, plain, webhooks } from './calls.js';
import type { Section } from './figure.js';
import { playOnAgenda } from './on-agenda.js';
import { atMost, short } from './samples.js';

const OPERATIONS = 'store operations of a whole call';
const ROUND_TRIPS = 'round trips to the store before the reply to /inbound';
const RECORD = 'bytes of the record of a one-leg call';

const LIMITS = { atOnce: 5000, perCaller: { calls: 100, seconds: 60 } };
const METHODS = ['read', 'commit', 'claim', 'settle'] as const;

/** Requests to the store. Counted, not timed: the same on every machine. */
export const storeOperations: Section = {
  name: 'store operations',
  figures: [OPERATIONS, ROUND_TRIPS, RECORD],
  async run({ quick }) {
    const calls = quick ? 50 : 200;
    const { counts, records } = await wholeCalls(calls);
    const each = METHODS.map((name) => `${short(counts[name] / calls)} ${name}`).join(', ');
    const total = METHODS.reduce((sum, name) => sum + counts[name], 0) / calls;
    const sizes = records.map(String).join(', ');
    return [
      atMost(OPERATIONS, [total], 25, '', `${each}; calls of a minute with limits, five new ones a second`),
      atMost(ROUND_TRIPS, [await roundTripsToReply()], 3, '', 'a new caller with limits, one after the other'),
      atMost(RECORD, [Math.max(...records)], 1300, ' bytes', `the largest; from commit to commit: ${sizes}`),
    ];
  },
};

/** Plays whole calls of a minute; `records`: bytes of the last call's record, commit by commit. */
async function wholeCalls(calls: number): Promise<{
  readonly counts: Record<(typeof METHODS)[number], number>;
  readonly records: readonly number[];
}> {
  const clock = manualClock();
  const inner = createMemoryStore();
  const counts = { read: 0, commit: 0, claim: 0, settle: 0 };
  const records: number[] = [];
  const last = webhooks.inbound(calls - 1);
  const sid = new URLSearchParams(last.body).get('CallSid') ?? '';
  const store: Store = {
    ...inner,
    read(...args) {
      counts.read += 1;
      return inner.read(...args);
    },
    commit(commit) {
      counts.commit += 1;
      if (commit.key.endsWith(`:${sid}`)) records.push(Buffer.byteLength(commit.data));
      return inner.commit(commit);
    },
    claim(...args) {
      counts.claim += 1;
      return inner.claim(...args);
    },
    settle(...args) {
      counts.settle += 1;
      return inner.settle(...args);
    },
  };
  const bench = createBench({ clock, store, limits: LIMITS, pollMs: 1000 });
  const start = clock.now();
  // No two calls have their webhooks at the same moments.
  const groups = Array.from({ length: calls }, (_, n) => ({
    at: start + Math.round(n * 200 + ((n % 7) / 7) * 1000),
    calls: [n],
  }));
  await playOnAgenda(bench, clock, groups);
  return { counts, records };
}

/** Counts round trips: simultaneous requests are answered together, so the answers before the reply are the round trips. */
async function roundTripsToReply(): Promise<number> {
  const inner = createMemoryStore();
  const asked: (() => void)[] = [];
  async function turn<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => asked.push(resolve));
    return work();
  }
  const store: Store = {
    read: (...args) => turn(() => inner.read(...args)),
    commit: (...args) => turn(() => inner.commit(...args)),
    claim: (...args) => turn(() => inner.claim(...args)),
    settle: (...args) => turn(() => inner.settle(...args)),
    list: (...args) => turn(() => inner.list(...args)),
  };
  const { endpoint } = createBench({ store, limits: LIMITS });
  let most = 0;
  for (let n = 0; n < 3; n += 1) {
    const replies: number[] = [];
    const reply = endpoint.handle(plain(webhooks.inbound(n))).then(({ status }) => replies.push(status));
    let turns = 0;
    for (;;) {
      // Code that waits for its answer may need a turn of the event loop before it asks for more.
      for (let idle = 0; idle < 4; idle += 1) await setImmediate();
      if (replies.length > 0) break;
      if (asked.length > 0) turns += 1;
      for (const answer of asked.splice(0)) answer();
    }
    await reply;
    if (replies[0] !== 200) throw new Error(`/inbound was answered ${String(replies[0])}`);
    most = Math.max(most, turns);
  }
  return most;
}
