import type { CallbackRef } from '../../wire/callbacks.js';
import { callbackRef } from '../call/call.js';
import { isLeaving, isUnanswered, type LegDraft, type LegResult, legTimer, stamp } from '../call/leg.js';
import { dropRedirect as drop, end, refresh, sent } from '../call/party.js';
import type { Farewell } from '../settings/texts.js';
import { startTimer, stopTimer } from '../timers.js';
import type { LegContext } from './context.js';
import { detectionFor } from './dial.js';
import type { LegReport, Way } from './events.js';

/** Who asks for a document gets the caller by it; who won without asking is fetched. */
export function fetchWinner(ctx: LegContext, leg: LegDraft, way: Way): void {
  if (way === 'redirect' && leg.phase === 'joining') redirectOnce(ctx, leg, `move:${String(leg.id)}`);
}

/** Redirects the leg, once, so that it asks for its present document. */
export function redirectOnce(ctx: LegContext, leg: LegDraft, id: string): void {
  if (leg.sid === null) return;
  sent(leg, 'redirect', id);
  const document = callbackRef(ctx, leg.id, 'leg.document');
  ctx.effects.push({ type: 'call.redirect', id, leg: leg.id, sid: leg.sid, document, once: true });
}

/** Drops its redirect to the caller: it has happened, or it must not. A redirect to the farewell stays. */
export function dropRedirect(ctx: LegContext, leg: LegDraft): void {
  if (!isLeaving(leg.phase)) drop(ctx, leg);
}

/** Asks Twilio to end a leg, as soon as it has a SID. Always `Status=completed`, which works in every live state. */
export function hangUpLeg(ctx: LegContext, leg: LegDraft): void {
  // A create that waits for its turn must no longer ring the phone.
  if (leg.phase === 'requested') dropCreate(ctx, leg);
  dropRedirect(ctx, leg);
  leg.phase = 'ending';
  leg.result ??= leg.answeredBy === null ? { kind: 'stopped' } : { kind: 'answered', by: leg.answeredBy };
  sendHangup(ctx, leg);
}

/** Drops the create that has not been sent: the phone does not ring. */
export function dropCreate(ctx: LegContext, { creating }: LegDraft): void {
  if (creating !== null) ctx.effects.push({ type: 'effect.drop', id: creating });
}

export function sendHangup(ctx: LegContext, leg: LegDraft): void {
  // Without a SID its first callback, or its ring time, ends it.
  if (leg.sid === null) return;
  startTimer(ctx, legTimer(leg), ctx.config.graceMs);
  end(ctx, leg, leg.id, leg.sid);
}

/** Our answer to its request was `<Hangup/>`, or it left the room by itself; the timer sweeps up what did not end. */
export function expectHangup(ctx: LegContext, leg: LegDraft, result: LegResult): void {
  dropRedirect(ctx, leg);
  leg.phase = 'ending';
  leg.result ??= result;
  startTimer(ctx, legTimer(leg), ctx.config.graceMs);
}

/** Somebody who answered cannot have the caller, and is told why at their next request. */
export function sayFarewell(ctx: LegContext, leg: LegDraft, farewell: Farewell): void {
  dropRedirect(ctx, leg);
  leg.phase = 'farewell';
  leg.farewell ??= farewell;
  leg.result ??= { kind: 'answered', by: leg.answeredBy ?? 'unknown' };
  startTimer(ctx, legTimer(leg), ctx.config.farewellMs);
}

/** The same, for somebody who will not ask by themselves: they sit in the room. */
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

/** A reference of the farewell's own: whoever uses it was sent there to hear it. */
export function farewellRef(ctx: LegContext, leg: LegDraft): CallbackRef {
  return { ...callbackRef(ctx, leg.id, 'leg.document'), part: 1 };
}

export function refreshLeg(ctx: LegContext, leg: LegDraft): void {
  if (leg.sid !== null) refresh(ctx, leg, leg.id, leg.sid);
}

/** The leg's call is over. */
export function legEnded(ctx: LegContext, leg: LegDraft, result: LegResult): LegReport | null {
  if (leg.phase === 'ended') return null;
  dropRedirect(ctx, leg);
  leg.phase = 'ended';
  leg.result ??= result;
  stamp(leg, 'endedAt', ctx.at);
  stopTimer(ctx, legTimer(leg));
  return { type: 'ended' };
}

/** Somebody picked up; who, detection will say. */
export function pickedUp(ctx: LegContext, leg: LegDraft): void {
  if (!isUnanswered(leg.phase)) return;
  leg.phase = 'detecting';
  stamp(leg, 'answeredAt', ctx.at);
  startTimer(ctx, legTimer(leg), detectionFor(ctx, leg).timeoutSeconds * 1000 + ctx.config.graceMs);
}

/** The first callback of a leg tells its SID, also when it overtakes the REST response. `false`: not this leg's call. */
export function adopt(ctx: LegContext, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.sid === null && leg.phase !== 'ended') {
    leg.sid = sid;
    stamp(leg, 'placedAt', ctx.at);
    if (leg.phase === 'requested') leg.phase = 'placed';
    if (leg.phase === 'ending') sendHangup(ctx, leg);
  }
  return leg.sid === sid;
}

/** A leg that counted as never made shows up after all: it is ended, so that nobody is rung for nothing. */
export function adoptLate(ctx: LegContext, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.phase !== 'ended' || leg.sid !== null) return false;
  leg.sid = sid;
  leg.phase = 'ending';
  sendHangup(ctx, leg);
  return true;
}
