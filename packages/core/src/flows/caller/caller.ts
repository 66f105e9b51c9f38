import type { CallbackRef } from '../../wire/callbacks.js';
import { type Addressed, callbackRef, type CallerWork, type WaitingCaller } from '../call/call.js';
import type { Outcome } from '../effects.js';
import { nextId, startTimer, stopTimer } from '../timers.js';

export function askCaller(w: CallerWork): void {
  if (w.s.caller.fetching) return;
  w.s.caller.fetching = true;
  w.effects.push({ type: 'call.fetch', id: nextId(w, 'fetch', 0), leg: 0, sid: w.s.call.sid });
}

export function endCaller(w: CallerWork): void {
  if (w.s.caller.hangingUp) return;
  w.s.caller.hangingUp = true;
  w.effects.push({ type: 'call.end', id: nextId(w, 'end', 0), leg: 0, sid: w.s.call.sid });
}

/** The caller is told: by the reply if they ask, otherwise they are fetched, now or as soon as they can be. */
export function offerFallback(w: CallerWork): void {
  if (w.isAsked) expectAtFallback(w);
  else if (w.s.caller.held) redirectCaller(w);
  else startTimer(w, 'caller', w.config.redirectRetryMs[0] ?? w.config.graceMs);
}

/**
 * The caller asks what to do, and is answered with the way to the fallback. A reply is no proof that anybody heard it
 * (twilio.com/docs/usage/webhooks/webhooks-overview): whoever has not come by then is fetched.
 */
export function expectAtFallback(w: CallerWork): void {
  const { caller, timers } = w.s;
  if (caller.fallbackGiven || caller.redirecting !== null || timers['caller'] !== undefined) return;
  startTimer(w, 'caller', w.config.graceMs);
}

export function redirectCaller(w: CallerWork): void {
  const { caller, call } = w.s;
  if (caller.fallbackGiven || caller.redirecting !== null) return;
  const id = nextId(w, 'redirect', 0);
  caller.redirecting = id;
  caller.redirectTries += 1;
  w.effects.push({
    type: 'call.redirect',
    id,
    leg: 0,
    sid: call.sid,
    document: fallbackRef(w, 'caller.document'),
  });
}

/** The caller has heard, or is hearing, that nobody can be reached. */
export function isTold({ fallbackGiven, goodbye }: Pick<WaitingCaller, 'fallbackGiven' | 'goodbye'>): boolean {
  return fallbackGiven || goodbye === true;
}

/** Which part of the fallback it is the turn of, from 1. */
export function partOf({ otherwise, recorded }: Pick<WaitingCaller, 'otherwise' | 'recorded'>): number {
  return 1 + Number(otherwise) + Number(recorded);
}

/** A reference of the present part's own: whoever uses it was sent there, and has heard what came before. */
export function fallbackRef(
  w: Addressed & { readonly s: { readonly caller: Pick<WaitingCaller, 'otherwise' | 'recorded'> } },
  purpose: 'caller.document' | 'caller.fallback',
): CallbackRef {
  return { ...callbackRef(w, 0, purpose), part: partOf(w.s.caller) };
}

/**
 * How a redirect to the fallback went. Refused while the call is not in progress yet (21220): again after 1, 2 and 4 s,
 * then at each heartbeat. Returns whether the call is now known to be in progress.
 */
export function callerRedirected(w: CallerWork, id: string, result: Outcome): boolean {
  const { caller } = w.s;
  if (caller.redirecting !== id) return false;
  caller.redirecting = null;
  if (result.as === 'done') return true;
  if (result.as === 'refused') {
    const wait = w.config.redirectRetryMs[caller.redirectTries - 1];
    if (wait !== undefined) startTimer(w, 'caller', wait);
  }
  return false;
}

/** The fallback's document is handed out, to a request that only who was sent there can make. */
export function giveFallback(w: CallerWork): void {
  const { caller } = w.s;
  caller.fallbackGiven = true;
  stopTimer(w, 'caller');
  if (caller.redirecting === null) return;
  // Its document was asked for: the redirect happened, or is no longer needed.
  w.effects.push({ type: 'effect.drop', id: caller.redirecting });
  caller.redirecting = null;
}
