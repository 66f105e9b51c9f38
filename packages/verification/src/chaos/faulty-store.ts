import type { Store } from '@amd/core';
import type { Simulator } from '@amd/simulator';
import type { FaultSchedule } from './faults.js';
import type { ProcessLife } from './process-life.js';

/** Longer than any budget of the application. */
const HANG_MS = 30_000;

/** Until when no node reaches the store, and how their requests fail meanwhile. Shared by all nodes. */
export interface Outage {
  until: number;
  does: 'fail' | 'hang';
}

/** Wraps one node's store with the scheduled faults. */
export function faultyStore(
  store: Store,
  { sim, schedule, life, outage }: { sim: Simulator; schedule: FaultSchedule; life: ProcessLife; outage: Outage },
): Store {
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    life.mustLive();
    const fault = schedule.next('store');
    if (fault?.on === 'outage') {
      outage.until = sim.clock.now() + fault.forMs;
      outage.does = fault.does;
    }
    const down = sim.clock.now() < outage.until ? outage.does : undefined;
    const does = fault?.on === 'store' ? fault.does : down;
    if (does === 'crash-before') life.die();
    if (does === 'hang') {
      await sim.pause(HANG_MS);
      life.mustLive();
    }
    if (does === 'fail' || does === 'hang') throw new Error('planted: the store cannot be reached');
    const answer = await sim.hold(question());
    life.mustLive();
    if (does === 'crash-after') life.die();
    if (does === 'fail-after') throw new Error('planted: the answer of the store was lost');
    return answer;
  }

  return {
    read: (key, now) => ask(() => store.read(key, now)),
    commit: (commit) => ask(() => store.commit(commit)),
    claim: (options) => ask(() => store.claim(options)),
    settle: (claim, settlement) => ask(() => store.settle(claim, settlement)),
    list: (options) => ask(() => store.list(options)),
  };
}
