import type { CallbackRef } from '../../wire/callbacks.js';
import { type Addressed, callbackRef, type CallerContext, type WaitingCaller } from '../call/call.js';
import type { Outcome } from '../effects.js';
import { answered, dropRedirect, end, refresh, sent } from '../call/party.js';
import { nextId, startTimer, stopTimer } from '../timers.js';

export function refreshCaller(ctx: CallerContext): void {
  refresh(ctx, ctx.state.caller, 0, ctx.state.call.sid);
}

export function endCaller(ctx: CallerContext): void {
  end(ctx, ctx.state.caller, 0, ctx.state.call.sid);
}

/** The caller is told: by the reply if they ask, otherwise they are fetched, now or as soon as they can be. */
export function startFallback(ctx: CallerContext): void {
  if (ctx.isAsked) expectAtFallback(ctx);
  else if (ctx.state.caller.held) redirectCaller(ctx);
  else startTimer(ctx, 'caller', ctx.config.redirectRetryMs[0] ?? ctx.config.graceMs);
}

/**
 * The caller asks what to do, and is answered with the way to the fallback. A reply is no proof that anybody heard it
 * (twilio.com/docs/usage/webhooks/webhooks-overview): a caller who does not come in time is redirected over REST.
 */
export function expectAtFallback(ctx: CallerContext): void {
  const { caller, timers } = ctx.state;
  if (caller.fallbackServed || caller.inFlight.redirect !== null || timers['caller'] !== undefined) return;
  startTimer(ctx, 'caller', ctx.config.graceMs);
}

export function redirectCaller(ctx: CallerContext): void {
  const { caller, call } = ctx.state;
  if (caller.fallbackServed || caller.inFlight.redirect !== null) return;
  const id = nextId(ctx, 'redirect', 0);
  sent(caller, 'redirect', id);
  caller.redirectTries += 1;
  ctx.effects.push({
    type: 'call.redirect',
    id,
    leg: 0,
    sid: call.sid,
    document: fallbackRef(ctx, 'caller.document'),
  });
}

/** The caller has heard, or is hearing, that nobody can be reached. */
export function isTold({ fallbackServed, goodbye }: Pick<WaitingCaller, 'fallbackServed' | 'goodbye'>): boolean {
  return fallbackServed || goodbye === true;
}

/** Which part of the fallback it is the turn of, from 1. */
export function partOf({ useIfUnanswered, recorded }: Pick<WaitingCaller, 'useIfUnanswered' | 'recorded'>): number {
  return 1 + Number(useIfUnanswered) + Number(recorded);
}

/** A reference that only this part's TwiML names. A caller who uses it was sent there, and heard what came before. */
export function fallbackRef(
  ctx: Addressed & { readonly state: { readonly caller: Pick<WaitingCaller, 'useIfUnanswered' | 'recorded'> } },
  purpose: 'caller.document' | 'caller.fallback',
): CallbackRef {
  return { ...callbackRef(ctx, 0, purpose), part: partOf(ctx.state.caller) };
}

/**
 * How a redirect to the fallback went. Refused while the call is not in progress yet (21220): again after 1, 2 and 4 s,
 * then at each heartbeat. Returns whether the call is now known to be in progress.
 */
export function callerRedirected(ctx: CallerContext, id: string, result: Outcome): boolean {
  const { caller } = ctx.state;
  if (caller.inFlight.redirect !== id) return false;
  answered(caller, 'redirect');
  if (result.kind === 'done') return true;
  if (result.kind === 'refused') {
    const wait = ctx.config.redirectRetryMs[caller.redirectTries - 1];
    if (wait !== undefined) startTimer(ctx, 'caller', wait);
  }
  return false;
}

/** The fallback's document is handed out, to a request that only who was sent there can make. */
export function serveFallback(ctx: CallerContext): void {
  const { caller } = ctx.state;
  caller.fallbackServed = true;
  stopTimer(ctx, 'caller');
  // Its document was asked for: the redirect happened, or is no longer needed.
  dropRedirect(ctx, caller);
}
