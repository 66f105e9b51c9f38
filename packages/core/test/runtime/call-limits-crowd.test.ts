import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCallLimits,
  createMemoryStore,
  encodeState,
  forwarding,
  taskrouter,
  type Admission,
  type CallLimitsOptions,
  type Store,
} from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { jostling } from './jostling.js';

const callSid = (index: number): string => `CA${String(index).padStart(32, '0')}`;
const from = (index: number): string => `+1212555${String(1000 + index)}`;
const call = (index: number) => ({ sid: callSid(index), from: from(index) });
const upTo = (count: number, first = 0): number[] => Array.from({ length: count }, (_, index) => first + index);
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
const admittedOf = (admissions: readonly Admission[]): number => admissions.filter((one) => one === 'admitted').length;

/** Counts what a store is asked, by method and by record. */
function counting(inner: Store) {
  const asked: string[] = [];
  const store: Store = {
    ...inner,
    read: (key, now) => {
      asked.push(`read ${key}`);
      return inner.read(key, now);
    },
    commit: (commit) => {
      asked.push(`commit ${commit.key}`);
      return inner.commit(commit);
    },
    list: async (options) => {
      const page = await inner.list(options);
      asked.push('list', ...page.records.map(({ key }) => `listed ${key}`));
      return page;
    },
  };
  return {
    store,
    asked,
    of: (start: string) => asked.filter((one) => one.startsWith(start)).length,
    forget: () => asked.splice(0),
  };
}

/** One store and any number of processes; calls get their records and end as a test says. */
function scene(options: Partial<CallLimitsOptions> = {}) {
  const clock = manualClock();
  const counted = counting(createMemoryStore());
  const open = (more: Partial<CallLimitsOptions> = {}) =>
    createCallLimits({ store: counted.store, clock, ...options, ...more });
  const write = async (index: number, phase: 'held' | 'ended', flow: 'forwarding' | 'taskrouter' = 'forwarding') => {
    const key = `${flow}:${callSid(index)}`;
    const now = clock.now();
    const state = {
      kind: 'call',
      settings: {},
      call: { sid: callSid(index) },
      caller: { phase },
      legs: [],
      reservations: [],
      task: { sid: null },
    };
    const { schema } = flow === 'forwarding' ? forwarding : taskrouter;
    await counted.store.commit({
      key,
      expected: (await counted.store.read(key, now))?.revision ?? 0,
      data: encodeState({ schema }, { state, at: now }),
      expiresAt: null,
      now,
      put: [],
      drop: [],
    });
  };
  return { clock, counted, open, write, later: (ms: number) => clock.advanceBy(ms, settled) };
}

describe('callers of one process', () => {
  it('P-140 all callers who come at the same moment are counted together', async () => {
    // Given that no call is in progress
    const { open, counted } = scene({ atOnce: 1000 });
    const limits = open();
    // When 300 people call at once
    const admissions = await Promise.all(upTo(300).map((index) => limits.admit(call(index))));
    // Then all are let in, in batches
    expect(admittedOf(admissions)).toBe(300);
    expect(counted.of('read limits:at-once')).toBeLessThanOrEqual(3);
    expect(counted.of('commit limits:at-once')).toBeLessThanOrEqual(3);
    expect(counted.of('read limits:from:'), 'of numbers that have not called').toBe(0);
    expect(counted.of('commit limits:from:')).toBe(300);
  });

  it('callers who share a number are counted together, and exactly as many as allowed are admitted', async () => {
    const { open, counted } = scene({ atOnce: 1000 });
    const limits = open();
    const admissions = await Promise.all(
      upTo(300).map((index) => limits.admit({ sid: callSid(index), from: from(0) })),
    );
    expect(admittedOf(admissions)).toBe(10);
    expect(new Set(admissions)).toEqual(new Set(['admitted', 'tooManyFromCaller']));
    expect(counted.of('commit limits:from:')).toBeLessThanOrEqual(2);
  });

  it('callers who hide their number share one count, however it is hidden', async () => {
    const limits = scene({ perCaller: { calls: 3, seconds: 60 } }).open();
    const names = ['anonymous', '', 'Restricted', '+266696687', 'UNAVAILABLE'];
    const admissions: Admission[] = [];
    for (const [index, name] of names.entries())
      admissions.push(await limits.admit({ sid: callSid(index), from: name }));
    expect(admissions).toEqual(['admitted', 'admitted', 'admitted', 'tooManyFromCaller', 'tooManyFromCaller']);
  });

  it('all callers get the error of a failing store, none is admitted uncounted, and later ones are counted', async () => {
    // Given a store that takes no commit of the list of all
    const { open, counted } = scene({ atOnce: 5 });
    let isAway = true;
    const store: Store = {
      ...counted.store,
      commit: (commit) =>
        isAway && commit.key === 'limits:at-once' ? Promise.reject(new Error('away')) : counted.store.commit(commit),
    };
    const limits = open({ store });
    // When five call at once
    const failed = await Promise.allSettled(upTo(5).map((index) => limits.admit(call(index))));
    // Then each of them gets the error
    expect(failed.map((one) => one.status === 'rejected' && (one.reason as Error).message)).toEqual(
      Array(5).fill('away'),
    );
    // And five others are admitted when the store is back
    isAway = false;
    const next = await Promise.all(upTo(6, 10).map((index) => limits.admit(call(index))));
    expect(admittedOf(next)).toBe(5);
  });

  it('a caller who comes twice is counted once, even by two processes at the same moment', async () => {
    const { open } = scene({ atOnce: 2 });
    const [one, other] = [open(), open()];
    const twice = await Promise.all([one, one, other, other].map((limits) => limits.admit(call(1))));
    expect(twice).toEqual(Array(4).fill('admitted'));
    expect(await other.admit(call(2))).toBe('admitted');
    expect(await one.admit(call(3))).toBe('tooManyAtOnce');
  });
});

describe('a refusal', () => {
  it.each(['one after the other', 'all at once'])(
    'a refusal reads ten records at most, the first one and each after it, when 200 came %s',
    async (how) => {
      // Given all places are taken by calls in progress
      const { open, counted, write } = scene({ atOnce: 200 });
      const limits = open();
      if (how === 'all at once') await Promise.all(upTo(200).map((index) => limits.admit(call(index))));
      for (const index of upTo(200)) {
        await limits.admit(call(index));
        await write(index, 'held');
      }
      // When twenty more call
      for (const index of upTo(20, 500)) {
        counted.forget();
        expect(await limits.admit(call(index))).toBe('tooManyAtOnce');
        // Then each costs little, whatever the limit
        expect(counted.of('read ') + counted.of('listed ')).toBeLessThanOrEqual(10);
      }
    },
  );

  it('a refusal costs no more in a process that has never looked, beside a thousand calls it did not count', async () => {
    const { open, counted, write } = scene({ atOnce: 1000 });
    const limits = open();
    await Promise.all(upTo(1000).map((index) => limits.admit(call(index))));
    for (const index of upTo(1000)) await write(index, 'held');
    const other = open();
    counted.forget();
    expect(await other.admit(call(5000))).toBe('tooManyAtOnce');
    expect(counted.of('read ') + counted.of('listed ')).toBeLessThanOrEqual(10);
  });

  it('nothing is refused if the store cannot say which calls have ended: the caller gets its error and may ask again', async () => {
    const { open, counted } = scene({ atOnce: 2 });
    const store: Store = { ...counted.store, list: () => Promise.reject(new Error('away')) };
    const limits = open({ store });
    expect([await limits.admit(call(1)), await limits.admit(call(2))]).toEqual(['admitted', 'admitted']);
    await expect(limits.admit(call(3))).rejects.toThrow('away');
    expect(await limits.admit(call(1))).toBe('admitted');
  });
});

describe('a place', () => {
  it('a place among 300 is seen to be free within a second by every process, even by one that only then looks', async () => {
    // Given a full house, filled by one process
    const { open, write, later } = scene({ atOnce: 300 });
    const [one, other, third] = [open(), open(), open()];
    await Promise.all(upTo(300).map((index) => one.admit(call(index))));
    for (const index of upTo(300)) await write(index, 'held');
    expect(await other.admit(call(900))).toBe('tooManyAtOnce');
    for (const [index, limits] of [one, other, third].entries()) {
      // When one of them ends, in the middle of the list
      await write(150 + index, 'ended');
      await later(1000);
      // Then exactly one more is let in
      expect(await limits.admit(call(1000 + index))).toBe('admitted');
      expect(await limits.admit(call(2000 + index))).toBe('tooManyAtOnce');
      await write(1000 + index, 'held');
    }
  });

  it('the place of a call that a dead process counted and never recorded is free after 30 s', async () => {
    const { open, write, later } = scene({ atOnce: 50 });
    const [dead, other] = [open(), open()];
    await Promise.all(upTo(50).map((index) => dead.admit(call(index))));
    for (const index of upTo(10)) await write(index, 'held');
    await later(29_000);
    expect(await other.admit(call(100))).toBe('tooManyAtOnce');
    await later(2000);
    const admissions = await Promise.all(upTo(60, 200).map((index) => other.admit(call(index))));
    expect(admittedOf(admissions)).toBe(40);
  });

  it('a caller who comes back to us after their call was over gets their place again', async () => {
    // Given two places: one call is over, and one goes on
    const { open, write, later } = scene({ atOnce: 2 });
    const [one, other] = [open(), open()];
    await one.admit(call(1));
    await one.admit(call(2));
    await write(1, 'ended');
    await write(2, 'held');
    await later(5000);
    // When the first calls in again, and is on the way to their record
    expect(await one.admit(call(1))).toBe('admitted');
    // Then no process gives their place away
    expect(await other.admit(call(3))).toBe('tooManyAtOnce');
    expect(await one.admit(call(4))).toBe('tooManyAtOnce');
  });

  it('a call that waits in a queue keeps its place for as long as it waits', async () => {
    const { open, write, later } = scene({ atOnce: 1 });
    const limits = open();
    const flow = 'taskrouter' as const;
    await limits.admit({ ...call(1), flow });
    await write(1, 'held', flow);
    await later(120_000);
    expect(await limits.admit({ ...call(2), flow })).toBe('tooManyAtOnce');
    expect(await limits.admit({ ...call(1), flow })).toBe('admitted');
    await write(1, 'ended', flow);
    await later(1000);
    expect(await limits.admit({ ...call(3), flow })).toBe('admitted');
  });

  it('a place is not held longer by a time taken before a clock was set back', async () => {
    // Given calls counted by a machine whose clock was an hour ahead
    const { open, counted, clock, later } = scene({ atOnce: 1, perCaller: { calls: 1, seconds: 60 } });
    const ahead = manualClock({ start: clock.now() + 3_600_000 });
    await open({ clock: ahead }).admit(call(1));
    // When others call by the correct time
    const limits = open();
    expect(await limits.admit({ ...call(1), sid: callSid(2) })).toBe('tooManyFromCaller');
    expect(await limits.admit(call(3))).toBe('tooManyAtOnce');
    // Then both counts are right after their usual time
    await later(61_000);
    expect(await limits.admit({ ...call(1), sid: callSid(4) })).toBe('admitted');
    expect(counted.of('commit limits:at-once')).toBeGreaterThan(1);
  });
});

describe('limits of several processes', () => {
  it('limits never admit one call too many, and never refuse while a place has been free for a second, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('burst'), process: fc.nat(2), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant('end'), which: fc.nat(50), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 70_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.array(step, { maxLength: 25 }),
        fc.nat(1e6),
        async (atOnce, steps, seed) => {
          const { open, write, later, counted } = scene({ atOnce });
          const store = jostling(counted.store, seed);
          const processes = [open({ store }), open({ store }), open({ store })];
          const live: number[] = [];
          let [next, isRested] = [0, false];
          for (const one of steps) {
            if (one.kind === 'wait') await later(one.ms);
            if (one.kind === 'end') {
              for (const index of live.splice(one.which % (live.length + 1), one.count)) await write(index, 'ended');
            }
            if (one.kind === 'burst') {
              const free = atOnce - live.length;
              const callers = upTo(one.count, next);
              next += one.count;
              const admissions = await Promise.all(
                callers.map((index) => processes[(one.process + index) % 3]!.admit(call(index))),
              );
              const there = callers.filter((_, index) => admissions[index] === 'admitted');
              expect(there.length).toBeLessThanOrEqual(free);
              if (isRested) expect(there.length).toBe(Math.min(free, one.count));
              for (const index of there) await write(index, 'held');
              live.push(...there);
            }
            isRested = one.kind === 'wait' && one.ms >= 1000;
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
