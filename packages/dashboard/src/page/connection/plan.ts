/** How the page tries to connect: which transport first, how long to wait for it, and how long to pause before. */
export interface Attempt {
  readonly first: 'websocket' | 'polling';
  /** Whether polling upgrades to a websocket once it works. */
  readonly upgrades: boolean;
  readonly limitMs: number;
  readonly pauseMs: number;
  /** Failed attempts since the page was last live. */
  readonly failures: number;
}

/** `silent`: nothing came in time. `unknown`: a server did not know the session of another. `brief`: lost at once. */
export type Failure = 'silent' | 'unknown' | 'refused' | 'brief' | 'lost';

/** A proxy that swallows websockets gives no answer, so only time tells. */
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
 * Plans the next attempt. A websocket is one connection and needs nothing of a load balancer, so it is tried first; polling needs
 * every request to reach the same server. An attempt switches to the other transport by itself when the first is refused; this
 * plan is for what hangs, and for what comes after. `chance` from 0 to 1 spreads the pages that a server has lost at once.
 */
export function nextAttempt(last: Attempt, failure: Failure, chance: number): Attempt {
  if (failure === 'silent' && last.first === 'websocket')
    return { first: 'polling', upgrades: true, limitMs: PATIENT_MS, pauseMs: 0, failures: last.failures };
  const failures = failure === 'lost' ? 0 : last.failures + 1;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1) * (0.5 + chance), LONGEST_PAUSE_MS);
  // Polling has failed as well: the websocket may only have been slow, so it gets more time.
  if (failure === 'unknown' || failure === 'silent')
    return { first: 'websocket', upgrades: true, limitMs: PATIENT_MS, pauseMs, failures };
  // The transport opens and breaks repeatedly: the other one may hold.
  if (failure === 'brief' && failures > 1) {
    const isPolling = last.first === 'polling';
    const first = isPolling ? 'websocket' : 'polling';
    return { first, upgrades: isPolling, limitMs: PATIENT_MS, pauseMs, failures };
  }
  return { ...last, pauseMs, failures };
}
