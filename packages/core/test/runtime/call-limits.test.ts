import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCallLimits, createMemoryStore, encodeState, forwarding, type Admission, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { jostling } from './jostling.js';

const CALLER = '+12125550123';
const callSid = (index: number): string => `CA${String(index).padStart(32, '0')}`;
const other = (index: number): string => `+1212555${String(1000 + index)}`;

const admitted = (admissions: readonly Admission[]): number => admissions.filter((one) => one === 'admitted').length;

describe('limits of calls', () => {
  it('limits admit exactly as many at once as allowed when 50 come at the same moment, from two processes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e6 }), async (atOnce, seed) => {
        const store = jostling(createMemoryStore(), seed);
        const clock = manualClock();
        const nodes = [createCallLimits({ store, clock, atOnce }), createCallLimits({ store, clock, atOnce })];
        const admissions = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            nodes[index % 2]!.admit({ sid: callSid(index), from: other(index) }),
          ),
        );
        expect(admitted(admissions)).toBe(atOnce);
        expect(new Set(admissions.filter((one) => one !== 'admitted'))).toEqual(
          new Set(atOnce < 50 ? ['tooManyAtOnce'] : []),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('limits admit exactly as many from one caller as allowed when 50 come at the same moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 1e6 }), async (calls, seed) => {
        const store = jostling(createMemoryStore(), seed);
        const limits = createCallLimits({ store, clock: manualClock(), perCaller: { calls, seconds: 60 } });
        const admissions = await Promise.all(
          Array.from({ length: 50 }, (_, index) => limits.admit({ sid: callSid(index), from: CALLER })),
        );
        expect(admitted(admissions)).toBe(Math.min(50, calls));
      }),
      { numRuns: 30 },
    );
  });

  it('limits count a call once, however often its webhook is repeated', async () => {
    const limits = createCallLimits({ store: createMemoryStore(), clock: manualClock(), atOnce: 2 });
    const call = { sid: callSid(1), from: CALLER };
    for (let times = 0; times < 5; times += 1) expect(await limits.admit(call)).toBe('admitted');
    expect(await limits.admit({ sid: callSid(2), from: CALLER })).toBe('admitted');
    expect(await limits.admit({ sid: callSid(3), from: CALLER })).toBe('tooManyAtOnce');
    expect(await limits.admit(call)).toBe('admitted');
  });

  it('limits let a caller call again when the time is over', async () => {
    const clock = manualClock();
    const limits = createCallLimits({ store: createMemoryStore(), clock, perCaller: { calls: 1, seconds: 60 } });
    expect(await limits.admit({ sid: callSid(1), from: CALLER })).toBe('admitted');
    await clock.advanceBy(59_000);
    expect(await limits.admit({ sid: callSid(2), from: CALLER })).toBe('tooManyFromCaller');
    expect(await limits.admit({ sid: callSid(3), from: other(1) })).toBe('admitted');
    await clock.advanceBy(1_000);
    expect(await limits.admit({ sid: callSid(4), from: CALLER })).toBe('admitted');
  });

  it('limits free the place of a call that is over, and of one that never became a call', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const limits = createCallLimits({ store, clock, atOnce: 2 });
    await limits.admit({ sid: callSid(1), from: other(1) });
    await limits.admit({ sid: callSid(2), from: other(2) });
    expect(await limits.admit({ sid: callSid(3), from: other(3) })).toBe('tooManyAtOnce');

    await write(store, callSid(1), 'held', clock.now());
    await clock.advanceBy(30_000);
    // The second left no record within half a minute; the first is still on the line.
    expect(await limits.admit({ sid: callSid(4), from: other(4) })).toBe('admitted');
    expect(await limits.admit({ sid: callSid(5), from: other(5) })).toBe('tooManyAtOnce');
    await write(store, callSid(1), 'ended', clock.now());
    expect(await limits.admit({ sid: callSid(6), from: other(6) })).toBe('admitted');
  });

  it('limits never refuse a call in progress when its webhook is repeated', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    await write(store, callSid(1), 'held', clock.now());
    const limits = createCallLimits({ store, clock, atOnce: 1, perCaller: { calls: 1, seconds: 60 } });
    expect(await limits.admit({ sid: callSid(2), from: CALLER })).toBe('admitted');
    expect(await limits.admit({ sid: callSid(3), from: CALLER })).toBe('tooManyFromCaller');
    expect(await limits.admit({ sid: callSid(1), from: CALLER })).toBe('admitted');
    expect(await limits.admit({ sid: callSid(1), from: other(1) })).toBe('admitted');
  });

  it.each([
    [{ atOnce: 0 }, 'atOnce'],
    [{ perCaller: { calls: 1.5, seconds: 60 } }, 'perCaller.calls'],
    [{ perCaller: { calls: 1, seconds: -1 } }, 'perCaller.seconds'],
  ])('limits refuse %j, naming what is wrong', (options, name) => {
    expect(() => createCallLimits({ store: createMemoryStore(), ...options })).toThrow(`"${name}"`);
  });
});

/** A record as far as limits read it. */
async function write(store: Store, call: string, phase: 'held' | 'ended', now: number): Promise<void> {
  const key = `forwarding:${call}`;
  const expected = (await store.read(key, now))?.revision ?? 0;
  const state = { kind: 'call', settings: {}, call: { sid: call }, caller: { phase }, legs: [] };
  const data = encodeState({ schema: forwarding.schema }, { state, at: now });
  await store.commit({ key, expected, data, expiresAt: null, now, put: [], drop: [] });
}
