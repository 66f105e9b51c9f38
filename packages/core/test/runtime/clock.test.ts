import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, monotonicClock, type Clock, type TwilioEffect } from '@amd/core';
import { events, executions, manualClock, NUMBERS, recorder, sids, START } from '@amd/core/testing';
import { KEY, setup, untimed } from './setup.js';

const HOUR_MS = 3_600_000;
const voicemail = (leg: number) => untimed(events.answered({ leg, sid: sids.call(leg), answeredBy: 'machine_start' }));
const three = untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ben, NUMBERS.caller] } }));

describe('a monotonic clock', () => {
  it('the monotonic clock goes on when the underlying clock is set back, and follows when it is set forward', async () => {
    const below = manualClock();
    const clock = monotonicClock(below);
    below.step(-HOUR_MS);
    expect(clock.now()).toBe(START);
    await below.advanceBy(1000);
    expect(clock.now()).toBe(START + 1000);
    below.step(HOUR_MS);
    expect(clock.now()).toBe(START + 1000);
    below.step(HOUR_MS);
    expect(clock.now()).toBe(START + 1000 + HOUR_MS);
  });

  it('the monotonic clock goes on without "elapsed" as well', async () => {
    const { elapsed: _, ...below } = manualClock();
    const clock = monotonicClock(below);
    below.step(-HOUR_MS);
    expect(clock.now()).toBe(START);
    await below.advanceBy(1000);
    expect(clock.now()).toBe(START + 1000);
  });

  it('the monotonic clock reports whole milliseconds of elapsed fractions', () => {
    let elapsed = 0.4;
    const below: Clock = { now: () => START, elapsed: () => elapsed, wakeAt: () => () => undefined };
    const clock = monotonicClock(below);
    elapsed += 1.7;
    expect(clock.now()).toBe(START + 1);
  });

  it('the monotonic clock reports whole milliseconds of a clock with fractions, and wakes no earlier than asked', async () => {
    const below = manualClock({ start: START + 0.7 });
    const clock = monotonicClock(below);
    expect(clock.now()).toBe(START);
    let woken = false;
    clock.wakeAt(START + 1000, () => (woken = true));
    await below.advanceBy(999.9);
    expect([woken, clock.now()]).toEqual([false, START + 1000]);
    await below.advanceBy(0.2);
    expect(woken).toBe(true);
  });

  it('the monotonic clock wakes after the requested time, whatever happens to the underlying clock', async () => {
    for (const step of [-HOUR_MS, -1, 1, HOUR_MS]) {
      const below = manualClock();
      const clock = monotonicClock(below);
      const woken: number[] = [];
      const wake = (): void => {
        clock.wakeAt(clock.now() + 1000, () => woken.push(below.elapsed?.() ?? NaN));
      };
      wake();
      below.step(step);
      wake();
      await below.advanceBy(999);
      expect(woken).toEqual([]);
      await below.advanceBy(1);
      expect(woken).toEqual([START + 1000, START + 1000]);
    }
  });

  it('the monotonic clock never goes back and loses no elapsed time, however the underlying clock is set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: -HOUR_MS, max: HOUR_MS }))), async (steps) => {
        const below = manualClock();
        const clock = monotonicClock(below);
        for (const [ms, step] of steps) {
          const before = clock.now();
          await below.advanceBy(ms);
          expect(clock.now()).toBeGreaterThanOrEqual(before + ms);
          below.step(step);
          expect(clock.now()).toBeGreaterThanOrEqual(before + ms);
          expect(clock.now()).toBeGreaterThanOrEqual(below.now());
        }
      }),
    );
  });
});

describe('a call while clocks are set', () => {
  it('a call rings the next callee at once after the clock was set back', async () => {
    const { runtime, clock, execute } = setup();
    runtime.start();
    await runtime.handle(KEY, three);
    await clock.advanceBy(5000, () => runtime.idle());
    clock.step(-HOUR_MS);
    await runtime.handle(KEY, voicemail(1));
    await clock.advanceBy(0, () => runtime.idle());
    expect(execute.of('call.create').map(({ leg }) => leg)).toEqual([1, 2]);
  });

  it('a call gives up a silent leg in time and retries a refused request in time', async () => {
    const execute = recorder({ 'call.create': [executions.notExecuted(), executions.ambiguous()] });
    const { runtime, clock } = setup({ execute });
    runtime.start();
    await runtime.handle(KEY, three);
    await clock.advanceBy(0, () => runtime.idle());
    clock.step(-HOUR_MS);
    await clock.advanceBy(1000, () => runtime.idle());
    expect(execute.of('call.create').map(({ leg }) => leg)).toEqual([1, 1]);
    clock.step(-HOUR_MS);
    await clock.advanceBy(30_000, () => runtime.idle());
    expect(execute.of('call.create').map(({ leg }) => leg)).toContain(2);
  });

  it('a call goes on at once in the next process, though its record has seen a later time', async () => {
    const store = createMemoryStore();
    const first = setup({ store });
    first.clock.step(HOUR_MS);
    await first.runtime.handle(KEY, three);
    await first.runtime.tick();
    const next = setup({ store, clock: manualClock() });
    next.runtime.start();
    await next.runtime.handle(KEY, voicemail(1));
    await next.clock.advanceBy(0, () => next.runtime.idle());
    expect(next.execute.of('call.create').map(({ leg }) => leg)).toEqual([2]);
    // No event arrives: the call's own timer fetches, in its time.
    await next.clock.advanceBy(30_000, () => next.runtime.idle());
    expect(next.execute.of('call.fetch').map(({ leg }) => leg)).toContain(2);
  });

  it('a call does everything it would have done, no later, however the clock is set back', async () => {
    const quiet = await tale([]);
    expect(quiet.length).toBeGreaterThan(6);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(HOUR_MS), { minLength: 1, maxLength: 12 }), async (steps) => {
        expect(await tale(steps.map((ms) => -ms))).toEqual(quiet);
      }),
      { numRuns: 50 },
    );
  });

  it('a call does everything it would have done, no later, however the clock is set back and forth', async () => {
    const quiet = new Map(await tale([]));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -HOUR_MS, max: 20_000 }), { minLength: 1, maxLength: 12 }),
        async (steps) => {
          for (const [what, afterMs] of await tale(steps)) {
            const before = quiet.get(what);
            if (before !== undefined) expect([what, Math.min(afterMs, before)]).toEqual([what, afterMs]);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** What an unanswered call asks for and when, in ms of elapsed time, while the clock is set every three seconds. */
async function tale(steps: readonly number[]): Promise<[what: string, afterMs: number][]> {
  const told: [string, number][] = [];
  const clock = manualClock();
  const execute = async (effect: TwilioEffect) => {
    told.push([`${effect.type} ${'id' in effect ? effect.id : ''}`, (clock.elapsed?.() ?? NaN) - START]);
    return recorder()(effect as never);
  };
  const { runtime } = setup({ clock, execute, pollMs: 1000 });
  runtime.start();
  await runtime.handle(KEY, three);
  for (let second = 0; second < 150; second += 1) {
    if (second % 3 === 0) clock.step(steps[second / 3] ?? 0);
    await clock.advanceBy(1000, () => runtime.idle());
  }
  await runtime.stop();
  return told;
}
