import type { CallbackRef } from '../../wire/callbacks.js';
import { callbackRef } from '../call/call.js';
import { isUnanswered, type LegDraft, type LegResult, legTimer, stamp } from '../call/leg.js';
import type { Notice } from '../settings/texts.js';
import { nextId, startTimer, stopTimer } from '../timers.js';
import type { LegWork } from './context.js';
import { detectionOf } from './dial.js';
import type { LegReport, Way } from './events.js';

/** Who asks for a document gets the caller by it; who won without asking is fetched. */
export function fetchWinner(w: LegWork, leg: LegDraft, way: Way): void {
  if (way === 'redirect' && leg.phase === 'joining') redirectOnce(w, leg, `move:${String(leg.id)}`);
}

/** Fetches it to hear what it is to hear now. */
export function redirectOnce(w: LegWork, leg: LegDraft, id: string): void {
  if (leg.sid === null) return;
  leg.moving = id;
  const document = callbackRef(w, leg.id, 'leg.document');
  w.effects.push({ type: 'call.redirect', id, leg: leg.id, sid: leg.sid, document, once: true });
}

/** Its redirect to the caller has happened, or must not any more. */
export function moved(w: LegWork, leg: LegDraft): void {
  if (leg.moving === null) return;
  w.effects.push({ type: 'effect.drop', id: leg.moving });
  leg.moving = null;
}

/** Asks Twilio to end a leg, as soon as it has a SID. Always `Status=completed`, which works in every live state. */
export function endLeg(w: LegWork, leg: LegDraft): void {
  // A create that waits for its turn must not ring anybody any more.
  if (leg.phase === 'requested') dropCreate(w, leg);
  moved(w, leg);
  leg.phase = 'ending';
  leg.result ??= leg.answeredBy === null ? { kind: 'stopped' } : { kind: 'answered', by: leg.answeredBy };
  askEnd(w, leg);
}

/** It rings nobody any more, if it has not yet. */
export function dropCreate(w: LegWork, { creating }: LegDraft): void {
  if (creating !== null) w.effects.push({ type: 'effect.drop', id: creating });
}

export function askEnd(w: LegWork, leg: LegDraft): void {
  // Without a SID its first callback, or its ring time, ends it.
  if (leg.sid === null) return;
  startTimer(w, legTimer(leg), w.config.graceMs);
  if (leg.hangingUp) return;
  leg.hangingUp = true;
  w.effects.push({ type: 'call.end', id: nextId(w, 'end', leg.id), leg: leg.id, sid: leg.sid });
}

/** Our answer to its request was `<Hangup/>`, or it left the room by itself; the timer sweeps up what did not end. */
export function letGo(w: LegWork, leg: LegDraft, result: LegResult): void {
  moved(w, leg);
  leg.phase = 'ending';
  leg.result ??= result;
  startTimer(w, legTimer(leg), w.config.graceMs);
}

/** Somebody who answered cannot have the caller, and is told why at their next request. */
export function tell(w: LegWork, leg: LegDraft, notice: Notice): void {
  moved(w, leg);
  leg.phase = 'told';
  leg.notice ??= notice;
  leg.result ??= { kind: 'answered', by: leg.answeredBy ?? 'unknown' };
  startTimer(w, legTimer(leg), w.config.noticeMs);
}

/** The same, for somebody who will not ask by themselves: they sit in the room. */
export function fetchNotice(w: LegWork, leg: LegDraft): void {
  startTimer(w, legTimer(leg), w.config.graceMs);
  if (leg.sid === null || leg.telling) return;
  leg.telling = true;
  leg.noticeTries += 1;
  w.effects.push({
    type: 'call.redirect',
    id: noticeId(leg),
    leg: leg.id,
    sid: leg.sid,
    document: noticeRef(w, leg),
  });
}

/** A reference of the notice's own: whoever uses it was sent there to hear it. */
export function noticeRef(w: LegWork, leg: LegDraft): CallbackRef {
  return { ...callbackRef(w, leg.id, 'leg.document'), part: 1 };
}

/** One redirect a try, so that the document that is asked for can drop it. */
export function noticeId(leg: LegDraft): string {
  return `redirect:${String(leg.id)}:${String(leg.noticeTries)}`;
}

export function askLeg(w: LegWork, leg: LegDraft): void {
  if (leg.sid === null || leg.fetching) return;
  leg.fetching = true;
  w.effects.push({ type: 'call.fetch', id: nextId(w, 'fetch', leg.id), leg: leg.id, sid: leg.sid });
}

/** The leg's call is over. */
export function legEnded(w: LegWork, leg: LegDraft, result: LegResult): LegReport | null {
  if (leg.phase === 'ended') return null;
  moved(w, leg);
  leg.phase = 'ended';
  leg.result ??= result;
  stamp(leg, 'endedAt', w.at);
  stopTimer(w, legTimer(leg));
  return { type: 'ended' };
}

/** Somebody picked up; who, detection will say. */
export function pickedUp(w: LegWork, leg: LegDraft): void {
  if (!isUnanswered(leg.phase)) return;
  leg.phase = 'detecting';
  stamp(leg, 'answeredAt', w.at);
  startTimer(w, legTimer(leg), detectionOf(w, leg).timeoutSeconds * 1000 + w.config.graceMs);
}

/** The first callback of a leg tells its SID, also when it overtakes the REST response. `false`: not this leg's call. */
export function adopt(w: LegWork, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.sid === null && leg.phase !== 'ended') {
    leg.sid = sid;
    stamp(leg, 'placedAt', w.at);
    if (leg.phase === 'requested') leg.phase = 'placed';
    if (leg.phase === 'ending') askEnd(w, leg);
  }
  return leg.sid === sid;
}

/** A leg that counted as never made shows up after all: it is ended, so that nobody is rung for nothing. */
export function appeared(w: LegWork, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.phase !== 'ended' || leg.sid !== null) return false;
  leg.sid = sid;
  leg.phase = 'ending';
  askEnd(w, leg);
  return true;
}
