/** How the page tries to connect: which way first, how long it waits for it, and how long it pauses before. */
export interface Attempt {
  readonly first: 'websocket' | 'polling';
  /** Whether polling looks for a websocket once it works. */
  readonly upgrades: boolean;
  readonly limitMs: number;
  readonly pauseMs: number;
  /** Attempts that failed since the page was live. */
  readonly failures: number;
}

/** `silent`: nothing came in time. `unknown`: a server was asked that another one's session was for. `brief`: lost at once. */
export type Failure = 'silent' | 'unknown' | 'refused' | 'brief' | 'lost';

/** A proxy that swallows websockets says nothing, so that only time tells. */
const WEBSOCKET_MS = 1000;
const PATIENT_MS = 8000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

export const FIRST_ATTEMPT: Attempt = {
  first: 'websocket',
  upgrades: true,
  limitMs: WEBSOCKET_MS,
  pauseMs: 0,
  failures: 0,
};

/**
 * A websocket is one connection and needs nothing of a balancer, so it is tried first; polling needs every request to reach
 * the same server. Each attempt goes on to the other way by itself when the first is refused; this is for what hangs, and for
 * what comes after. `chance` from 0 to 1 spreads the pages that a server has lost at once.
 */
export function nextAttempt(last: Attempt, failure: Failure, chance: number): Attempt {
  if (failure === 'silent' && last.first === 'websocket')
    return { first: 'polling', upgrades: true, limitMs: PATIENT_MS, pauseMs: 0, failures: last.failures };
  const failures = failure === 'lost' ? 0 : last.failures + 1;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1) * (0.5 + chance), LONGEST_PAUSE_MS);
  // Polling has failed as well: the websocket may only have been slow, so it gets more time.
  if (failure === 'unknown' || failure === 'silent')
    return { first: 'websocket', upgrades: true, limitMs: PATIENT_MS, pauseMs, failures };
  // What carries it opens and breaks, again and again: the other way may hold.
  if (failure === 'brief' && failures > 1) {
    const isPolling = last.first === 'polling';
    const first = isPolling ? 'websocket' : 'polling';
    return { first, upgrades: isPolling, limitMs: PATIENT_MS, pauseMs, failures };
  }
  return { ...last, pauseMs, failures };
}
