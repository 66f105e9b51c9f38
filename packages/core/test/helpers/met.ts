import { expect } from 'vitest';

export interface Cases<Name extends string> {
  /** Records that such a case occurred and was checked. */
  readonly met: (name: Name) => void;
  /** Runs it once, and up to 19 times more while a case has not occurred: rare cases are looked for in more examples. */
  readonly lookIn: (run: () => void) => void;
  /** Fails and names every case that never occurred: a property that has checked nothing must not pass. */
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
