import type { Store } from '../store/store.js';
import type { Scheduler } from './scheduler.js';

/**
 * A store that tells the scheduler what this process has put into it, and what has been done or dropped since: a claim for a timer
 * that was stopped would find nothing. What other processes put is found by the scheduler's polls.
 */
export function watched(store: Store, scheduler: Pick<Scheduler, 'at' | 'expect' | 'callOff'>): Store {
  return {
    read: (key, now) => store.read(key, now),
    async commit(commit) {
      const result = await store.commit(commit);
      if (!result.ok) return result;
      const { key, now, put, drop } = commit;
      for (const id of drop) scheduler.callOff(key, id);
      for (const { id, dueAt } of put) {
        if (dueAt > now) scheduler.expect(key, id, dueAt);
        else scheduler.at(dueAt);
      }
      return result;
    },
    async claim(options) {
      const claims = await store.claim(options);
      for (const { key, id } of claims) scheduler.callOff(key, id);
      return claims;
    },
    settle: (claim, settlement) => store.settle(claim, settlement),
    list: (options) => store.list(options),
  };
}
