import { describe, expect, it } from 'vitest';
import { REST_FAULTS, seededFaults } from '../src/index.js';
import { parseArguments } from '../src/server/arguments.js';

const request = { method: 'POST', path: '/2010-04-01/Accounts/AC/Calls.json', form: new URLSearchParams() };

describe('faults of REST by seed', () => {
  it('seeded faults are the same for the same seed, different for another, and about as many as configured', () => {
    const draw = (seed: number) => {
      const hook = seededFaults({ seed, rate: 0.2 });
      return Array.from({ length: 1000 }, () => hook(request));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    const hit = draw(7).filter((fault) => fault !== undefined).length;
    expect(hit).toBeGreaterThan(150);
    expect(hit).toBeLessThan(250);
  });

  it('seeded faults are of every kind but the 400, or of the configured kinds', () => {
    const all = seededFaults({ seed: 1, rate: 1 });
    const drawn = new Set(Array.from({ length: 500 }, () => all(request)));
    expect(drawn).toEqual(new Set(REST_FAULTS.slice(0, -1)));
    const resets = seededFaults({ seed: 1, rate: 1, kinds: ['reset'] });
    expect(resets(request)).toBe('reset');
  });
});

describe('--chaos', () => {
  it('--chaos accepts a seed and options', () => {
    const parsed = parseArguments(['--chaos', '7:lose=0.5,maxDelayMs=100']);
    expect(parsed?.options.disorder).toEqual({ seed: 7, lose: 0.5, maxDelayMs: 100, duplicate: 0.2 });
    expect(parsed?.options.rest).toBeTypeOf('function');
  });

  it.each([
    ['many', /seed, a whole number/],
    ['7:loose=1', /unknown option "loose": one of maxDelayMs, duplicate, lose, rest, retry, copy/],
    ['7:lose=2', /"lose" must be a number from 0 to 1/],
    ['7:lose=', /"lose" must be a number from 0 to 1/],
  ])('--chaos %s is refused, and the message says why', (text, message) => {
    expect(() => parseArguments(['--chaos', text])).toThrow(message);
  });
});
