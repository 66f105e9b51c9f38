import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { CallbackRef } from '../../wire/callbacks.js';
import { type Addressed, callbackRef, type CallerContext, type WaitingCaller } from '../call/call.js';
import type { Outcome, OutcomeEvent } from '../effects.js';
import { answered, dropRedirect, end, refresh, sent } from '../call/party.js';
import { nextId, startTimer, stopTimer } from '../timers.js';

export function refreshCaller(ctx: CallerContext): void {
  refresh(ctx, ctx.state.caller, 0, ctx.state.call.sid);
}

export function endCaller(ctx: CallerContext): void {
  end(ctx, ctx.state.caller, 0, ctx.state.call.sid);
}

/**
 * Sends the caller to the fallback: by the reply if their call is asking, otherwise by a redirect, now or as soon as one is
 * possible.
 */
export function startFallback(ctx: CallerContext): void {
  if (ctx.isAsked) expectAtFallback(ctx);
  else if (ctx.state.caller.held) redirectCaller(ctx);
  else startTimer(ctx, 'caller', ctx.config.redirectRetryMs[0] ?? ctx.config.graceMs);
}

/**
 * Starts the timer for a caller whose request was answered with a redirect to the fallback. A reply does not prove that it was
 * played (twilio.com/docs/usage/webhooks/webhooks-overview): a caller who does not get there in time is redirected over REST.
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

/** True once the caller has heard, or is hearing, that nobody can be reached. */
export function isTold({ fallbackServed, goodbye }: Pick<WaitingCaller, 'fallbackServed' | 'goodbye'>): boolean {
  return fallbackServed || goodbye === true;
}

/** Returns the current part of the fallback, from 1. */
export function partOf({ useIfUnanswered, recorded }: Pick<WaitingCaller, 'useIfUnanswered' | 'recorded'>): number {
  return 1 + Number(useIfUnanswered) + Number(recorded);
}

/** Creates a reference that only this part's TwiML contains. A caller who uses it was sent there and heard what came before. */
export function fallbackRef(
  ctx: Addressed & { readonly state: { readonly caller: Pick<WaitingCaller, 'useIfUnanswered' | 'recorded'> } },
  purpose: 'caller.document' | 'caller.fallback',
): CallbackRef {
  return { ...callbackRef(ctx, 0, purpose), part: partOf(ctx.state.caller) };
}

/**
 * What the outcome of a request about the caller's call shows: it is over (`gone`); it is in progress and on its way to the
 * fallback (`redirected`); a fetch found it in progress (`inProgress`) or not yet (`notYet`), or failed (`unseen`).
 */
export type CallerReport = 'gone' | 'redirected' | 'inProgress' | 'notYet' | 'unseen';

export function callerOutcome(
  ctx: CallerContext & { readonly state: { readonly caller: { readonly phase: string } } },
  { effect, outcome }: OutcomeEvent,
): CallerReport | null {
  const { caller } = ctx.state;
  switch (effect.type) {
    case 'call.fetch':
      answered(caller, 'fetch');
      if (outcome.kind === 'gone') return 'gone';
      if (outcome.kind !== 'fetched') return 'unseen';
      if (isFinalStatus(outcome.status)) return 'gone';
      return outcome.status === 'in-progress' ? 'inProgress' : 'notYet';
    case 'call.redirect':
      if (outcome.kind === 'gone') return 'gone';
      return caller.phase === 'fallingBack' && callerRedirected(ctx, effect.id, outcome) ? 'redirected' : null;
    case 'call.end':
      answered(caller, 'end');
      return outcome.kind === 'done' || outcome.kind === 'gone' ? 'gone' : null;
    case 'call.create':
    case 'call.announce':
      return null;
    default:
      return assertNever(effect);
  }
}

/**
 * Handles the outcome of a redirect to the fallback. Twilio refuses it while the call is not in progress yet (21220): it is tried
 * again after 1, 2 and 4 s, then at each heartbeat. Returns whether the call is now known to be in progress.
 */
function callerRedirected(ctx: CallerContext, id: string, result: Outcome): boolean {
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

/** Records that the fallback's TwiML is served; only a call that was sent to the fallback can request it. */
export function serveFallback(ctx: CallerContext): void {
  const { caller } = ctx.state;
  caller.fallbackServed = true;
  stopTimer(ctx, 'caller');
  // The request shows that the redirect happened or is no longer needed.
  dropRedirect(ctx, caller);
}
