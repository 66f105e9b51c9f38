import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { OutcomeEvent } from '../effects.js';
import { isHopeful, isUnanswered } from '../leg/leg.js';
import { callerGone, callerHeld, callerInRoom } from './caller.js';
import { legTimer, startTimer, type LegDraft, type Work } from './draft.js';
import { createId, hunt, isWaiting, redirectCaller, ringWithOwnNumber, watchRinging } from './hunt.js';
import { askLeg, connectIfTogether, endLeg, legEnded, pickedUp } from './legs.js';
import { resultOf } from './notifications.js';
import { adopt, appeared } from './requests.js';

/** Twilio's "this number may not be shown" (twilio.com/docs/api/errors/21210 and 21212). */
const CALLER_ID_REFUSED = [21210, 21212];

export function outcome(w: Work, event: OutcomeEvent): void {
  if (event.effect.leg === 0) {
    callerOutcome(w, event);
    return;
  }
  const leg = w.s.legs.find((candidate) => candidate.id === event.effect.leg);
  if (leg === undefined) return;
  switch (event.effect.type) {
    case 'call.create':
      created(w, leg, event);
      return;
    case 'call.end':
      leg.hangingUp = false;
      // The 200 counts: a call that was cancelled while queued sends no callback at all.
      if (event.outcome.as === 'done' || event.outcome.as === 'gone') legEnded(w, leg, { kind: 'stopped' });
      else if (event.outcome.as === 'refused') askLeg(w, leg);
      return;
    case 'call.redirect':
      leg.telling = false;
      if (event.outcome.as === 'gone') legEnded(w, leg, { kind: 'stopped' });
      else if (event.outcome.as === 'refused') askLeg(w, leg);
      return;
    case 'call.fetch':
      legFetched(w, leg, event);
      return;
    default:
      unreachable(event.effect);
  }
}

function created(w: Work, leg: LegDraft, { effect, outcome: result }: OutcomeEvent): void {
  if (result.as === 'created') {
    // Known to be ours, even if it counted as lost meanwhile: it is not left ringing.
    if (!appeared(w, leg, result.sid)) adopt(w, leg, result.sid);
    return;
  }
  if (result.as !== 'refused') return;
  const { code, reason } = result;
  const callerIdRefused = code !== null && CALLER_ID_REFUSED.includes(code);
  const stale = effect.id !== createId(leg);
  if (stale) return;
  if (
    leg.phase === 'requested' &&
    leg.callerId === 'caller' &&
    callerIdRefused &&
    isWaiting(w) &&
    !w.s.deadlinePassed
  ) {
    ringWithOwnNumber(w, leg);
  } else if (leg.sid === null) legEnded(w, leg, { kind: 'refused', code, reason });
}

function legFetched(w: Work, leg: LegDraft, { outcome: result }: OutcomeEvent): void {
  leg.fetching = false;
  if (result.as === 'gone') {
    legEnded(w, leg, { kind: 'stopped' });
  } else if (result.as === 'fetched') {
    if (isFinalStatus(result.status)) {
      legEnded(w, leg, resultOf(result.status, result.answeredBy, null));
    } else if (leg.overdue && isHopeful(leg.phase)) {
      endLeg(w, leg);
      hunt(w);
    } else if (result.status === 'in-progress') {
      leg.seenAlive = true;
      pickedUp(w, leg);
      connectIfTogether(w);
    } else if (isUnanswered(leg.phase)) watchRinging(w, leg);
  } else if (isHopeful(leg.phase)) startTimer(w, legTimer(leg), w.config.graceMs);
}

function callerOutcome(w: Work, { effect, outcome: result }: OutcomeEvent): void {
  switch (effect.type) {
    case 'call.fetch':
      callerFetched(w, result);
      return;
    case 'call.redirect':
      callerRedirected(w, effect.id, result);
      return;
    case 'call.end':
      w.s.caller.hangingUp = false;
      if (result.as === 'done' || result.as === 'gone') callerGone(w);
      return;
    case 'call.create':
      return;
    default:
      unreachable(effect);
  }
}

function callerFetched(w: Work, result: OutcomeEvent['outcome']): void {
  const { caller } = w.s;
  caller.fetching = false;
  if (result.as === 'gone' || (result.as === 'fetched' && isFinalStatus(result.status))) {
    callerGone(w);
    return;
  }
  if (result.as === 'fetched' && result.status === 'in-progress') {
    caller.seenAlive = true;
    callerHeld(w);
    // In progress is not in the room: the greeting comes first, and nobody can be talked to in it.
    if (w.at >= caller.roomBy) callerInRoom(w);
    if (caller.phase === 'fallingBack' && w.s.timers['caller'] === undefined) redirectCaller(w);
  }
  caller.doubt = false;
  hunt(w);
}

/** Refused while the call is not in progress yet (21220): again after 1, 2 and 4 s, then at each heartbeat. */
function callerRedirected(w: Work, id: string, result: OutcomeEvent['outcome']): void {
  const { caller } = w.s;
  if (result.as === 'gone') {
    callerGone(w);
    return;
  }
  if (caller.redirecting !== id || caller.phase !== 'fallingBack') return;
  caller.redirecting = null;
  if (result.as === 'done') {
    callerHeld(w);
    startTimer(w, 'caller', w.config.graceMs);
  } else if (result.as === 'refused') {
    const wait = w.config.redirectRetryMs[caller.redirectTries - 1];
    if (wait !== undefined) startTimer(w, 'caller', wait);
  }
}
