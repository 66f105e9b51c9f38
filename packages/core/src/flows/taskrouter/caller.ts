import { isElsewhere } from '../caller/documents.js';
import { isTold, offerFallback } from '../caller/work.js';
import { isHopeful, isInRoom, isUnanswered } from '../leg/leg.js';
import { endLeg, fetchNotice, tell } from '../leg/life.js';
import type { LegDraft } from '../leg/drafts.js';
import { legTimer, startTimer, stopTimer } from '../leg/work.js';
import { legOf, type Work } from './draft.js';
import { talkIsOver } from './reservations.js';
import type { TaskCallResult } from './state.js';

/** The caller waits in the queue, for a task that is alive and that nobody else has. */
export function isWaiting({ s }: Work): boolean {
  return s.caller.phase === 'waiting' && !s.caller.elsewhere && !s.taskLost;
}

/** Known to be in progress. */
export function callerHeld(w: Work): void {
  const { caller } = w.s;
  if (caller.phase !== 'ended') caller.held = true;
}

/** Nobody takes the call: the caller is told, now or as soon as they can be. */
export function fallBack(w: Work): void {
  const { caller } = w.s;
  if (caller.phase !== 'waiting' || caller.elsewhere) return;
  caller.phase = 'fallingBack';
  stopTimer(w, 'deadline');
  offerFallback(w);
}

/** Somebody else has accepted their task: they are with them, unless they have come for the fallback already. */
export function leaveToOthers(w: Work): void {
  const { caller } = w.s;
  if (caller.phase !== 'waiting' && (caller.phase !== 'fallingBack' || caller.fallbackGiven)) return;
  caller.elsewhere = true;
  if (caller.phase === 'waiting') return;
  stopTimer(w, 'caller');
  if (caller.redirecting !== null) w.effects.push({ type: 'effect.drop', id: caller.redirecting });
  caller.redirecting = null;
}

/** Past the deadline, the last one who may still take the call decides. */
export function fallBackIfExhausted(w: Work): void {
  const { s } = w;
  if (!s.deadlinePassed || s.claim !== null || s.legs.some((leg) => isHopeful(leg.phase))) return;
  fallBack(w);
}

export function callerGone(w: Work): void {
  const { caller, served } = w.s;
  if (caller.phase !== 'ended')
    callerEnded(w, served !== null ? 'connected' : isTold(caller) ? 'nobody' : 'callerLeft');
  else if (isElsewhere(w.s)) w.s.caller.over = true;
}

/** The one outcome of this round. */
export function callerEnded(w: Work, result: TaskCallResult): void {
  const { s } = w;
  s.caller.phase = 'ended';
  s.result = result;
  s.call.token = null;
  s.story.endedAt ??= w.at;
  for (const timer of ['caller', 'deadline']) stopTimer(w, timer);
  dismissLegs(w);
  afterTalk(w);
  w.effects.push({
    type: 'hook.run',
    id: `hook:ended:${s.call.sid}:${String(s.round)}`,
    hook: 'ended',
    data: { sid: s.call.sid, from: s.call.from, to: s.call.to, round: s.round, result },
  });
}

/** The talk is over, with our worker or with somebody else: does what waited for that. */
function afterTalk(w: Work): void {
  const served = w.s.reservations.find(({ id }) => id === w.s.served);
  const leg = served === undefined ? undefined : legOf(w, served);
  if (served !== undefined && (leg === undefined || !isInRoom(leg.phase))) talkIsOver(w, served);
}

/** What becomes of each leg when nobody waits any more. */
export function dismissLegs(w: Work): void {
  for (const leg of w.s.legs) dismiss(w, leg);
}

function dismiss(w: Work, leg: LegDraft): void {
  if (isUnanswered(leg.phase) || leg.phase === 'detecting') endLeg(w, leg);
  else if (leg.phase === 'confirming') tell(w, leg, 'callerGone');
  else if (leg.phase === 'told' && leg.notice === 'lost' && !leg.noticeGiven) leg.notice = 'callerGone';
  // Their Dial is over and asks what now; the timer is for one who hears nothing after all.
  else if (leg.phase === 'bridged' || leg.phase === 'joining') startTimer(w, legTimer(leg), w.config.graceMs);
}

/** A worker who was told to take the caller, and whose Dial has not said what became of it. */
export function fetchFromNothing(w: Work, leg: LegDraft): void {
  tell(w, leg, 'callerGone');
  fetchNotice(w, leg);
}
