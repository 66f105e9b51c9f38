import { describe, expect, it, vi } from 'vitest';
import { realClock, you } from '../src/index.js';
import type { SimulatedCall } from '../src/index.js';
import { CALLER, NUMBER, forwarding } from './app.js';

/** A caller on hold, and your phone ringing for them. */
async function ringing(): Promise<{
  leg: SimulatedCall;
  caller: SimulatedCall;
  advance: (ms: number) => Promise<void>;
}> {
  const { sim } = forwarding({ person: you() });
  const caller = sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.advance(3000);
  const leg = sim.calls[1]!;
  expect(leg.status).toBe('ringing');
  return { leg, caller, advance: (ms) => sim.advance(ms) };
}

describe('you', () => {
  it('your phone rings until you answer, you are recognised as human, and talk until either side hangs up', async () => {
    const { leg, caller, advance } = await ringing();
    expect(leg.answer()).toBe(true);
    await advance(10_000);
    expect(leg).toMatchObject({ status: 'in-progress', answeredBy: 'human' });
    expect(caller.bridgedWith).toMatchObject([{ sid: leg.sid }]);
    await advance(3_600_000);
    expect(leg.status).toBe('in-progress');
    leg.hangUp();
    await advance(1000);
    expect([leg.status, caller.status]).toEqual(['completed', 'completed']);
  });

  it('your phone is busy when you decline', async () => {
    const { leg, advance } = await ringing();
    expect(leg.decline()).toBe(true);
    await advance(100);
    expect(leg).toMatchObject({ status: 'busy', sipCode: 486 });
    expect([leg.answer(), leg.decline()]).toEqual([false, false]);
  });

  it('your phone does not answer by itself, and answers no call that does not ring', async () => {
    const { leg, caller, advance } = await ringing();
    expect(caller.answer()).toBe(false);
    await advance(60_000);
    expect(leg.status).toBe('no-answer');
    expect(leg.answer()).toBe(false);
  });

  it('your call is not ended by the ring time once you answered', async () => {
    const { leg, advance } = await ringing();
    leg.answer();
    expect(leg.answer()).toBe(false);
    await advance(60_000);
    expect(leg.status).toBe('in-progress');
  });
});

it('a real clock whose speed changes continues from where it is, and wakes no one late or early', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  try {
    const clock = realClock({ speed: 10 });
    const woken: number[] = [];
    clock.wakeAt(clock.now() + 60_000, () => woken.push(clock.now()));
    vi.advanceTimersByTime(1000);
    expect(clock.now()).toBe(1_010_000);
    clock.setSpeed(1);
    expect(clock.now()).toBe(1_010_000);
    vi.advanceTimersByTime(49_999);
    expect(woken).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(woken).toEqual([1_060_000]);
    expect(clock.pending()).toBe(0);
    expect(() => {
      clock.setSpeed(0);
    }).toThrow('"speed" must be a positive number');
    clock.setSpeed(2);
    vi.advanceTimersByTime(1000);
    expect(clock.now()).toBe(1_062_000);
  } finally {
    vi.useRealTimers();
  }
});
