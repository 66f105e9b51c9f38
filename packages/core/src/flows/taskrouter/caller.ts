import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { isHopeful, isUnanswered, type LegDraft, legTimer } from '../call/leg.js';
import { askCaller, callerRedirected, endCaller, isTold, offerFallback, redirectCaller } from '../caller/caller.js';
import { isElsewhere } from '../caller/fallback.js';
import type { Outcome, OutcomeEvent } from '../effects.js';
import { endLeg, fetchNotice, tell } from '../leg/actions.js';
import { ringUnsent } from '../leg/dial.js';
import { startTimer, stopTimer } from '../timers.js';
import { cancelTask } from './requests.js';
import type { TaskCallResult, Work } from './state.js';
import { afterTalk } from './talk.js';

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

/** The caller was told goodbye, perhaps by the answer to a late copy: their task is cancelled, and a talk goes on. */
export function callerSentAway(w: Work): void {
  const { caller, claim, served } = w.s;
  if (caller.phase === 'waiting' && claim === null && served === null && !caller.elsewhere) {
    caller.goodbye = true;
    caller.phase = 'fallingBack';
    w.s.call.token = null;
    stopTimer(w, 'deadline');
    dismissLegs(w);
    cancelTask(w);
    startTimer(w, 'caller', w.config.graceMs);
  } else if (caller.phase === 'fallingBack') caller.goodbye = true;
  else if (caller.phase !== 'ended') askCaller(w);
}

export function onCallerOutcome(w: Work, { effect, outcome: result }: OutcomeEvent): void {
  switch (effect.type) {
    case 'call.fetch':
      callerFetched(w, result);
      return;
    case 'call.redirect':
      if (result.as === 'gone') callerGone(w);
      else if (w.s.caller.phase === 'fallingBack' && callerRedirected(w, effect.id, result)) {
        callerHeld(w);
        startTimer(w, 'caller', w.config.graceMs);
      }
      return;
    case 'call.end':
      w.s.caller.hangingUp = false;
      if (result.as === 'done' || result.as === 'gone') callerGone(w);
      return;
    case 'call.create':
    case 'call.announce':
      return;
    default:
      unreachable(effect);
  }
}

function callerFetched(w: Work, result: Outcome): void {
  const { s } = w;
  s.caller.fetching = false;
  if (result.as === 'gone' || (result.as === 'fetched' && isFinalStatus(result.status))) {
    callerGone(w);
    return;
  }
  if (result.as !== 'fetched' || result.status !== 'in-progress') return;
  callerHeld(w);
  if (isWaiting(w)) ringUnsent(w);
  const served = s.reservations.find(({ id }) => id === s.served);
  if (s.caller.phase === 'connected' && served?.missed === true) {
    // Alive, and not with the worker who was told to take them.
    s.caller.elsewhere = true;
    served.resting = 'no';
  }
  if (s.caller.phase === 'fallingBack') {
    if (s.timers['caller'] === undefined && !s.caller.elsewhere) redirectCaller(w);
  } else if (s.taskLost && s.claim === null) fallBack(w);
}

export function onCallerTimer(w: Work): void {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'fallingBack':
      if (!w.s.caller.elsewhere) redirectCaller(w);
      return;
    case 'connected':
      if (notBridged(w)) {
        askCaller(w);
        return;
      }
      // The worker left long ago and this call is still there: it is with nobody.
      startTimer(w, 'caller', w.config.graceMs);
      endCaller(w);
      return;
    case 'waiting':
    case 'ended':
      return;
    default:
      unreachable(phase);
  }
}

/** No Dial and no Enqueue has said that they talked, in all the time that it may take. */
function notBridged({ s }: Work): boolean {
  const served = s.reservations.find(({ id }) => id === s.served);
  if (served === undefined || served.bridged === true) return false;
  served.missed = true;
  return true;
}
