import type { Store } from '../store/store.js';
import type { Scheduler } from './scheduler.js';

/**
 * A store that tells the alarm what this process has put into it, and what has been done or dropped since: a claim for a timer
 * that was stopped would find nothing. What other processes put is found by the alarm's polls.
 */
export function watched(store: Store, alarm: Pick<Scheduler, 'at' | 'expect' | 'callOff'>): Store {
  return {
    read: (key, now) => store.read(key, now),
    async commit(commit) {
      const result = await store.commit(commit);
      if (!result.ok) return result;
      const { key, now, put, drop } = commit;
      for (const id of drop) alarm.callOff(key, id);
      for (const { id, dueAt } of put) {
        if (dueAt > now) alarm.expect(key, id, dueAt);
        else alarm.at(dueAt);
      }
      return result;
    },
    async claim(options) {
      const claims = await store.claim(options);
      for (const { key, id } of claims) alarm.callOff(key, id);
      return claims;
    },
    settle: (claim, settlement) => store.settle(claim, settlement),
    list: (options) => store.list(options),
  };
}
