import { expect } from 'vitest';

export interface Cases<Name extends string> {
  /** Such a case was met, and looked at. */
  readonly met: (name: Name) => void;
  readonly isComplete: () => boolean;
  /** Fails, and names every case that was never met: a property that has looked at nothing must not pass. */
  readonly expectAll: () => void;
}

/** Counts the cases that a property holds for only sometimes. */
export function countCases<Name extends string>(...names: readonly Name[]): Cases<Name> {
  const missing = new Set<Name>(names);
  return {
    met: (name) => void missing.delete(name),
    isComplete: () => missing.size === 0,
    expectAll: () => {
      expect([...missing], 'cases that were never met').toEqual([]);
    },
  };
}
