import { describe, expect, it } from 'vitest';
import { events, NUMBERS, recorder } from '@amd/core/testing';
import { createRateLimiter } from '../../src/runtime/rate-limiter.js';
import { KEY, setup, untimed } from './setup.js';

describe('calls per second', () => {
  it('the rate limiter admits as many as configured, in the order they asked', () => {
    const pace = createRateLimiter(2);
    expect(['a', 'b', 'c'].map((id) => pace.waitFor(id, 0))).toEqual([0, 500, 1000]);
    expect(pace.waitFor('c', 500)).toBe(500);
    expect(pace.waitFor('b', 500)).toBe(0);
    expect(pace.waitFor('d', 600)).toBe(900);
    expect(pace.waitFor('c', 1000)).toBe(0);
    expect(pace.waitFor('e', 9000)).toBe(0);
  });

  it.each([0, -1, Number.NaN, 5000])('the rate limiter refuses the rate %s', (rate) => {
    expect(() => createRateLimiter(rate)).toThrow('"callsPerSecond"');
  });

  it('the rate limiter keeps five callees who ring at once a second apart', async () => {
    const execute = recorder();
    const { runtime, clock } = setup({ execute, callsPerSecond: 1 });
    const targets = [NUMBERS.ann, NUMBERS.ben, NUMBERS.cleo];
    await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [{ targets }] } })));
    for (const sent of [1, 2, 3, 3]) {
      await runtime.tick();
      expect(execute.of('call.create')).toHaveLength(sent);
      await clock.advanceBy(1000);
    }
  });
});
