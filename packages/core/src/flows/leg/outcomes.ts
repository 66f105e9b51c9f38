import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { OutcomeEvent } from '../effects.js';
import { isHopeful, isUnanswered } from './leg.js';
import { adopt, appeared, askLeg, endLeg, legEnded, pickedUp } from './life.js';
import { resultOf } from './requests.js';
import { ringWithOwnNumber, unsent, watchRinging } from './ring.js';
import type { LegDraft } from './drafts.js';
import { findLeg, legTimer, startTimer, type LegWork } from './work.js';

/** Twilio's "this number may not be shown" (twilio.com/docs/api/errors/21210 and 21212). */
const CALLER_ID_REFUSED = [21210, 21212];

export function legOutcome(w: LegWork, event: OutcomeEvent): void {
  const leg = findLeg(w, event.effect.leg);
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
      if (leg.moving === event.effect.id) {
        // Its next request is the mover now; done, only the request for its document can tell.
        if (event.outcome.as !== 'done') leg.moving = null;
      } else leg.telling = false;
      if (event.outcome.as === 'gone') legEnded(w, leg, { kind: 'stopped' });
      else if (event.outcome.as === 'refused') askLeg(w, leg);
      return;
    case 'call.fetch':
      legFetched(w, leg, event);
      return;
    case 'call.announce':
      return;
    default:
      unreachable(event.effect);
  }
}

function created(w: LegWork, leg: LegDraft, { effect, outcome: result }: OutcomeEvent): void {
  if (result.as === 'created') {
    // Known to be ours, even if it counted as lost meanwhile: it is not left ringing.
    if (!appeared(w, leg, result.sid)) adopt(w, leg, result.sid);
    return;
  }
  if (result.as === 'late') {
    if (leg.phase === 'requested' && leg.creating === effect.id) unsent(w, leg);
    return;
  }
  if (result.as !== 'refused') return;
  const { code, reason } = result;
  const callerIdRefused = code !== null && CALLER_ID_REFUSED.includes(code);
  const stale = effect.id !== leg.creating;
  if (stale) return;
  if (leg.phase === 'requested' && leg.callerId === 'caller' && callerIdRefused && w.host.mayRingAgain(leg)) {
    ringWithOwnNumber(w, leg);
  } else if (leg.sid === null) legEnded(w, leg, { kind: 'refused', code, reason });
}

function legFetched(w: LegWork, leg: LegDraft, { outcome: result }: OutcomeEvent): void {
  leg.fetching = false;
  if (result.as === 'gone') {
    legEnded(w, leg, { kind: 'stopped' });
  } else if (result.as === 'fetched') {
    if (isFinalStatus(result.status)) {
      legEnded(w, leg, resultOf(result.status, result.answeredBy, null));
    } else if (leg.overdue && isHopeful(leg.phase)) {
      endLeg(w, leg);
      w.host.released(leg);
    } else if (result.status === 'in-progress') {
      pickedUp(w, leg);
      w.host.alive(leg);
    } else if (isUnanswered(leg.phase)) watchRinging(w, leg);
  } else if (isHopeful(leg.phase)) startTimer(w, legTimer(leg), w.config.graceMs);
}
