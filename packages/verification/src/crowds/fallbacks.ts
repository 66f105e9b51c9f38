import type { FallbackOption, Hooks } from '@amd/core';
import { busy, human, noAnswer, type Person } from '@amd/simulator';
import { ELSEWHERE } from './elsewhere.js';

const LAST_NUMBER = '+14155550109';

/** Every kind of fallback. */
const FALLBACKS: readonly FallbackOption[] = [
  { kind: 'say' },
  { kind: 'voicemail' },
  { kind: 'number', to: LAST_NUMBER, ringSeconds: 10, ifUnanswered: { kind: 'voicemail' } },
  { kind: 'redirect', url: ELSEWHERE },
];

/** Returns one of them for each caller, by their number. */
export const fallbackOf = (from: string): FallbackOption =>
  FALLBACKS[Number(from.slice(-4)) % FALLBACKS.length] ?? { kind: 'say' };

/** Returns who answers at the fallback number: someone else each time. */
export function lastNumber(): (to: string) => Person | undefined {
  const people = [human({ ringMs: 2000, talkMs: 6000 }), busy(), noAnswer()];
  let calls = 0;
  return (to) => (to === LAST_NUMBER ? people[calls++ % people.length] : undefined);
}

/** Counts the outcomes reported for a caller, by the ids of the hook `ended`, as a hook runs at least once. */
export class Outcomes {
  readonly #ids = new Map<string, Set<string>>();

  readonly hooks: Hooks = {
    ended: (data, id) => {
      const { sid } = data as { readonly sid: string };
      this.#ids.set(sid, (this.#ids.get(sid) ?? new Set()).add(id));
    },
  };

  of(sid: string): ReadonlySet<string> {
    return this.#ids.get(sid) ?? new Set();
  }
}
