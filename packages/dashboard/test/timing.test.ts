import { manualClock } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';
import { oncePerSecond } from '../src/server/log.js';
import { every, soon } from '../src/server/timing.js';

describe('timing', () => {
  it('every: runs repeatedly from the first interval on, until it is stopped', async () => {
    const clock = manualClock();
    let runs = 0;
    const stop = every(clock, 100, () => (runs += 1));
    expect(runs).toBe(0);
    await clock.advanceBy(350);
    expect(runs).toBe(3);
    stop();
    await clock.advanceBy(1000);
    expect(runs).toBe(3);
  });

  it('every: goes on although a run fails', async () => {
    const clock = manualClock();
    let runs = 0;
    const stop = every(clock, 100, () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    });
    await expect(clock.advanceBy(100)).rejects.toThrow('once');
    await clock.advanceBy(100);
    expect(runs).toBe(2);
    stop();
  });

  it('soon: makes one run of many changes, then another of those that follow; stopped, it runs no more', async () => {
    const clock = manualClock();
    let [runs, listening] = [0, true];
    let change = (): void => undefined;
    const stop = soon(
      clock,
      100,
      (listener) => {
        change = listener;
        return () => (listening = false);
      },
      () => (runs += 1),
    );
    for (let time = 0; time < 5; time += 1) change();
    await clock.advanceBy(99);
    expect(runs).toBe(0);
    await clock.advanceBy(1);
    expect(runs).toBe(1);
    await clock.advanceBy(1000);
    expect(runs).toBe(1);
    change();
    await clock.advanceBy(100);
    expect(runs).toBe(2);
    change();
    stop();
    await clock.advanceBy(1000);
    expect([runs, listening]).toEqual([2, false]);
  });
});

describe('the log of events that strangers cause', () => {
  it('the log has one entry a second per code, which says how many were left out before it', async () => {
    const clock = manualClock();
    const told: string[] = [];
    const log = oncePerSecond(({ code, message }) => told.push(`${code} ${message}`), clock);
    const say = (code: string): void => {
      log({ level: 'warn', code, message: 'refused' });
    };
    for (const code of ['a', 'a', 'b', 'a']) say(code);
    await clock.advanceBy(999);
    say('a');
    await clock.advanceBy(1);
    for (const code of ['a', 'b', 'a']) say(code);
    await clock.advanceBy(1000);
    say('a');
    expect(told).toEqual([
      'a refused',
      'b refused',
      'a refused (and 3 more before)',
      'b refused',
      'a refused (and 1 more before)',
    ]);
  });

  it('the log goes on when the clock was set back', () => {
    const told: number[] = [];
    let now = 1_000_000;
    const log = oncePerSecond(() => told.push(now), { now: () => now, wakeAt: () => () => undefined });
    const entry = { level: 'warn', code: 'a', message: 'refused' } as const;
    log(entry);
    now = 500_000;
    log(entry);
    expect(told).toEqual([1_000_000, 500_000]);
  });
});
