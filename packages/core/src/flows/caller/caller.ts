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
 * What a request about the caller's call has shown: it is over; it is in progress and on its way to the fallback; a look saw it
 * in progress, or not yet, or saw nothing.
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
 * How a redirect to the fallback went. Refused while the call is not in progress yet (21220): again after 1, 2 and 4 s,
 * then at each heartbeat. Returns whether the call is now known to be in progress.
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

/** The fallback's document is handed out, to a request that only who was sent there can make. */
export function serveFallback(ctx: CallerContext): void {
  const { caller } = ctx.state;
  caller.fallbackServed = true;
  stopTimer(ctx, 'caller');
  // Its document was asked for: the redirect happened, or is no longer needed.
  dropRedirect(ctx, caller);
}

/** The user's hook hears how this visit came out. */
export function tellEnded(ctx: EndedContext, result: string): void {
  const { call, visit } = ctx.state;
  ctx.effects.push({
    type: 'hook.run',
    id: `hook:ended:${call.sid}:${String(visit)}`,
    hook: 'ended',
    data: { sid: call.sid, from: call.from, to: call.to, visit, result },
  });
}

interface EndedContext extends Pick<CallerContext, 'effects'> {
  readonly state: {
    readonly visit: number;
    readonly call: { readonly sid: string; readonly from: string; readonly to: string };
  };
}
