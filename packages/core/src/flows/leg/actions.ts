import type { CallbackRef } from '../../wire/callbacks.js';
import { callbackRef } from '../call/call.js';
import { isLeaving, isUnanswered, type LegDraft, type LegResult, legTimer, stamp } from '../call/leg.js';
import { dropRedirect as drop, end, refresh, sent } from '../call/party.js';
import type { Farewell } from '../settings/texts.js';
import { startTimer, stopTimer } from '../timers.js';
import type { LegContext } from './context.js';
import { detectionFor } from './dial.js';
import type { LegReport, Way } from './events.js';

/**
 * Brings the winner to the caller. A leg that asked for TwiML gets there by the reply; one that won without asking is redirected.
 */
export function fetchWinner(ctx: LegContext, leg: LegDraft, way: Way): void {
  if (way === 'redirect' && leg.phase === 'joining') redirectOnce(ctx, leg, `move:${String(leg.id)}`);
}

/** Redirects the leg once, so that it requests its current TwiML. */
export function redirectOnce(ctx: LegContext, leg: LegDraft, id: string): void {
  if (leg.sid === null) return;
  sent(leg, 'redirect', id);
  const document = callbackRef(ctx, leg.id, 'leg.document');
  ctx.effects.push({ type: 'call.redirect', id, leg: leg.id, sid: leg.sid, document, once: true });
}

/** Drops the leg's redirect to the caller because it has happened or must no longer happen. A redirect to the farewell stays. */
export function dropRedirect(ctx: LegContext, leg: LegDraft): void {
  if (!isLeaving(leg.phase)) drop(ctx, leg);
}

/** Asks Twilio to end a leg, as soon as it has a SID. Always `Status=completed`, which works in every live state. */
export function hangUpLeg(ctx: LegContext, leg: LegDraft): void {
  // A create still waiting to be sent must no longer ring the phone.
  if (leg.phase === 'requested') dropCreate(ctx, leg);
  dropRedirect(ctx, leg);
  leg.phase = 'ending';
  leg.result ??= leg.answeredBy === null ? { kind: 'stopped' } : { kind: 'answered', by: leg.answeredBy };
  sendHangup(ctx, leg);
}

/** Drops the create if it has not been sent, so the phone does not ring. */
export function dropCreate(ctx: LegContext, { creating }: LegDraft): void {
  if (creating !== null) ctx.effects.push({ type: 'effect.drop', id: creating });
}

export function sendHangup(ctx: LegContext, leg: LegDraft): void {
  // Without a SID, its first callback or its ring time ends it.
  if (leg.sid === null) return;
  startTimer(ctx, legTimer(leg), ctx.config.graceMs);
  end(ctx, leg, leg.id, leg.sid);
}

/** Expects the leg to end by itself: our answer was `<Hangup/>`, or it left the room. The timer ends it if it does not. */
export function expectHangup(ctx: LegContext, leg: LegDraft, result: LegResult): void {
  dropRedirect(ctx, leg);
  leg.phase = 'ending';
  leg.result ??= result;
  startTimer(ctx, legTimer(leg), ctx.config.graceMs);
}

/** A callee who answered cannot have the caller, and is told why at their next request. */
export function sayFarewell(ctx: LegContext, leg: LegDraft, farewell: Farewell): void {
  dropRedirect(ctx, leg);
  leg.phase = 'farewell';
  leg.farewell ??= farewell;
  leg.result ??= { kind: 'answered', by: leg.answeredBy ?? 'unknown' };
  startTimer(ctx, legTimer(leg), ctx.config.farewellMs);
}

/** Redirects a callee to their farewell who will not make a request by themselves because they are in the room. */
export function redirectToFarewell(ctx: LegContext, leg: LegDraft): void {
  startTimer(ctx, legTimer(leg), ctx.config.graceMs);
  if (leg.sid === null || leg.inFlight.redirect !== null) return;
  leg.farewellTries += 1;
  const id = `redirect:${String(leg.id)}:${String(leg.farewellTries)}`;
  sent(leg, 'redirect', id);
  ctx.effects.push({
    type: 'call.redirect',
    id,
    leg: leg.id,
    sid: leg.sid,
    document: farewellRef(ctx, leg),
  });
}

/** Creates the farewell's own reference: a request that uses it was sent there to hear it. */
export function farewellRef(ctx: LegContext, leg: LegDraft): CallbackRef {
  return { ...callbackRef(ctx, leg.id, 'leg.document'), part: 1 };
}

export function refreshLeg(ctx: LegContext, leg: LegDraft): void {
  if (leg.sid !== null) refresh(ctx, leg, leg.id, leg.sid);
}

/** Records that the leg's call is over. */
export function legEnded(ctx: LegContext, leg: LegDraft, result: LegResult): LegReport | null {
  if (leg.phase === 'ended') return null;
  dropRedirect(ctx, leg);
  leg.phase = 'ended';
  leg.result ??= result;
  stamp(leg, 'endedAt', ctx.at);
  stopTimer(ctx, legTimer(leg));
  return { type: 'ended' };
}

/** Records that the call was answered; detection will say by whom. */
export function pickedUp(ctx: LegContext, leg: LegDraft): void {
  if (!isUnanswered(leg.phase)) return;
  leg.phase = 'detecting';
  stamp(leg, 'answeredAt', ctx.at);
  startTimer(ctx, legTimer(leg), detectionFor(ctx, leg).timeoutSeconds * 1000 + ctx.config.graceMs);
}

/**
 * Takes over the SID from the first callback of a leg, which may arrive before the REST response. Returns `false` if the call is
 * not this leg's.
 */
export function adopt(ctx: LegContext, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.sid === null && leg.phase !== 'ended') {
    leg.sid = sid;
    stamp(leg, 'placedAt', ctx.at);
    if (leg.phase === 'requested') leg.phase = 'placed';
    if (leg.phase === 'ending') sendHangup(ctx, leg);
  }
  return leg.sid === sid;
}

/** Ends a leg that counted as never created but shows up late, so that it rings for no reason no longer. */
export function adoptLate(ctx: LegContext, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.phase !== 'ended' || leg.sid !== null) return false;
  leg.sid = sid;
  leg.phase = 'ending';
  sendHangup(ctx, leg);
  return true;
}
