import type { EpochMs } from '../kernel/flow.js';
import type { Claim } from '../store/store.js';
import type { Scheduler } from './scheduler.js';
import type { Clock } from './clock.js';
import { isUnreadable } from './records.js';

/** Something the store is asked or told about a claimed task; twice is as good as once. What follows it is returned. */
export type Question = () => Promise<Next>;
/** Never rejects. */
export type Next = (() => Promise<void>) | null;

/** How long, in ms, until a question is asked again, and how long after the lease it is given up. */
const AGAIN_MS = 500;
const GIVE_UP_MS = 60_000;

export interface Held {
  /** Asks, does what follows, and holds what failed. */
  readonly ask: (claim: Claim, question: Question) => Promise<void>;
  /** Asks everything again that is held; resolves when the store has answered. What follows then is tracked. */
  readonly again: () => Promise<void>;
}

interface Waiting {
  readonly claim: Claim;
  readonly question: Question;
}

/**
 * Questions that the store failed. What is known of a task, that it was not sent or what came of it, is lost on nobody while
 * the store is away: it is told when the store is back, and before anything new is claimed.
 */
export function createHeld(parts: {
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'at'>;
  readonly random: () => number;
  readonly track: (work: Promise<unknown>) => void;
  readonly failed: (claim: Claim, error: unknown) => void;
}): Held {
  const { clock, scheduler, random, track, failed } = parts;
  const waiting = new Set<Waiting>();

  async function ask(claim: Claim, question: Question): Promise<void> {
    let next: Next;
    try {
      next = await question();
    } catch (error) {
      // If all else fails: then the task is claimed again, by whom and how often is the store's count.
      scheduler.at(claim.leaseUntil);
      // A record that cannot be read is left to whoever understands it, and was said when it was read.
      if (isUnreadable(error)) return;
      failed(claim, error);
      hold({ claim, question });
      return;
    }
    await next?.();
  }

  async function askAgain(held: Waiting): Promise<void> {
    try {
      const next = await held.question();
      waiting.delete(held);
      if (next !== null) track(next());
    } catch (error) {
      if (isUnreadable(error) || clock.now() >= held.claim.leaseUntil + GIVE_UP_MS) waiting.delete(held);
      else hold(held);
    }
  }

  function hold(held: Waiting): void {
    waiting.add(held);
    const at: EpochMs = clock.now() + Math.ceil(AGAIN_MS * (1 + random()));
    scheduler.at(at);
  }

  return {
    ask,
    again: async () => {
      await Promise.all([...waiting].map(askAgain));
    },
  };
}
