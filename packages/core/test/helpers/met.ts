import { expect } from 'vitest';

export interface Cases<Name extends string> {
  /** Such a case was met, and looked at. */
  readonly met: (name: Name) => void;
  /** Runs it once, and up to 19 times more as long as a case was never met: what is rare is looked for in more examples. */
  readonly lookIn: (run: () => void) => void;
  /** Fails, and names every case that was never met: a property that has looked at nothing must not pass. */
  readonly expectAll: () => void;
}

/** Counts the cases that a property holds for only sometimes. */
export function countCases<Name extends string>(...names: readonly Name[]): Cases<Name> {
  const missing = new Set<Name>(names);
  return {
    met: (name) => void missing.delete(name),
    lookIn: (run) => {
      for (let runs = 0; runs === 0 || (runs < 20 && missing.size > 0); runs += 1) run();
    },
    expectAll: () => {
      expect([...missing], 'cases that were never met').toEqual([]);
    },
  };
}
