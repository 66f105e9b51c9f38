import { describe, expect, it } from 'vitest';
import { createGuesses } from '../../src/runtime/guesses.js';

describe('guesses', () => {
  it('guesses are used until some were wrong, and again when enough were right', () => {
    const guesses = createGuesses();
    expect(guesses.areGood()).toBe(true);
    guesses.was(false);
    guesses.was(false);
    expect(guesses.areGood()).toBe(true);
    guesses.was(false);
    expect(guesses.areGood()).toBe(false);
    let needed = 0;
    while (!guesses.areGood()) {
      guesses.was(true);
      needed += 1;
    }
    expect(needed).toBe(3);
  });

  it('guesses that are wrong every other time stay unused', () => {
    const guesses = createGuesses();
    const good = Array.from({ length: 100 }, (_, n) => {
      guesses.was(n % 2 === 0);
      return guesses.areGood();
    });
    expect(good.slice(10)).not.toContain(true);
  });
});
