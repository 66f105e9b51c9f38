import type { Draft } from '../../kernel/draft.js';
import { sameState } from '../../kernel/same-state.js';
import type { Leg } from './leg.js';

export type LegDraft = Draft<Omit<Leg, 'target'>> & { target: Leg['target'] };

/**
 * The legs of one transition. Most events are about one leg, and a call may have 200: a leg is copied when it is first handed
 * out, and those that nobody has changed stay the objects they were, so that they are neither compared nor written down anew.
 */
export interface LegDrafts extends Iterable<LegDraft> {
  /** The first that passes the test, to be changed. */
  find(test: (leg: Leg) => boolean): LegDraft | undefined;
  some(test: (leg: Leg) => boolean): boolean;
  push(leg: LegDraft): void;
  remove(id: number): void;
  /** What has become of them. */
  after(): readonly Leg[];
}

/** `before`: those of the state that the transition begins with. */
export function legDrafts(before: readonly Leg[]): LegDrafts {
  let legs = before;
  const originals = new Map<Leg, Leg>();

  /** The list of this transition, which it may write to. */
  function own(): Leg[] {
    if (legs === before) legs = [...before];
    return legs as Leg[];
  }

  function take(index: number): LegDraft {
    const leg = legs[index] as Leg;
    if (originals.has(leg)) return leg;
    const draft = { ...leg };
    originals.set(draft, leg);
    own()[index] = draft;
    return draft;
  }

  return {
    *[Symbol.iterator]() {
      for (let index = 0; index < legs.length; index += 1) yield take(index);
    },
    find: (test) => {
      const index = legs.findIndex(test);
      return index === -1 ? undefined : take(index);
    },
    some: (test) => legs.some(test),
    push: (leg) => {
      originals.set(leg, leg);
      own().push(leg);
    },
    remove: (id) => {
      legs = legs.filter((leg) => leg.id !== id);
    },
    after: () => {
      if (legs === before) return before;
      const after = legs.map((leg) => {
        const original = originals.get(leg);
        return original !== undefined && sameState(original, leg) ? original : leg;
      });
      return after.length === before.length && after.every((leg, index) => leg === before[index]) ? before : after;
    },
  };
}
