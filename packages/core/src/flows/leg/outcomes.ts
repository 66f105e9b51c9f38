import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { OutcomeEvent } from '../effects.js';
import { isHopeful, isUnanswered } from './leg.js';
import { adopt, appeared, askLeg, endLeg, legEnded, pickedUp } from './life.js';
import { resultOf } from './requests.js';
import { ringWithOwnNumber, unsent, watchRinging } from './ring.js';
import type { LegDraft } from './drafts.js';
import type { CallerForLeg, LegReport } from './events.js';
import { legTimer, startTimer, type LegWork } from './work.js';

/** Twilio's "this number may not be shown" (twilio.com/docs/api/errors/21210 and 21212). */
const CALLER_ID_REFUSED = [21210, 21212];

export function legOutcome(w: LegWork, leg: LegDraft, event: OutcomeEvent, caller: CallerForLeg): LegReport | null {
  switch (event.effect.type) {
    case 'call.create':
      return created(w, leg, event, caller);
    case 'call.end':
      leg.hangingUp = false;
      // The 200 counts: a call that was cancelled while queued sends no callback at all.
      if (event.outcome.as === 'done' || event.outcome.as === 'gone') return legEnded(w, leg, { kind: 'stopped' });
      if (event.outcome.as === 'refused') askLeg(w, leg);
      return null;
    case 'call.redirect':
      if (leg.moving === event.effect.id) {
        // Its next request is the mover now; done, only the request for its document can tell.
        if (event.outcome.as !== 'done') leg.moving = null;
      } else leg.telling = false;
      if (event.outcome.as === 'gone') return legEnded(w, leg, { kind: 'stopped' });
      if (event.outcome.as === 'refused') askLeg(w, leg);
      return null;
    case 'call.fetch':
      return legFetched(w, leg, event);
    case 'call.announce':
      return null;
    default:
      return unreachable(event.effect);
  }
}

function created(
  w: LegWork,
  leg: LegDraft,
  { effect, outcome: result }: OutcomeEvent,
  caller: CallerForLeg,
): LegReport | null {
  if (result.as === 'created') {
    // Known to be ours, even if it counted as lost meanwhile: it is not left ringing.
    if (!appeared(w, leg, result.sid)) adopt(w, leg, result.sid);
    return null;
  }
  if (result.as === 'late') {
    return leg.phase === 'requested' && leg.creating === effect.id ? unsent(w, leg) : null;
  }
  if (result.as !== 'refused') return null;
  const { code, reason } = result;
  const callerIdRefused = code !== null && CALLER_ID_REFUSED.includes(code);
  const stale = effect.id !== leg.creating;
  if (stale) return null;
  if (leg.phase === 'requested' && leg.callerId === 'caller' && callerIdRefused && caller.mayRingAgain) {
    ringWithOwnNumber(w, leg);
    return null;
  }
  return leg.sid === null ? legEnded(w, leg, { kind: 'refused', code, reason }) : null;
}

function legFetched(w: LegWork, leg: LegDraft, { outcome: result }: OutcomeEvent): LegReport | null {
  leg.fetching = false;
  if (result.as === 'gone') return legEnded(w, leg, { kind: 'stopped' });
  if (result.as !== 'fetched') {
    if (isHopeful(leg.phase)) startTimer(w, legTimer(leg), w.config.graceMs);
    return null;
  }
  if (isFinalStatus(result.status)) return legEnded(w, leg, resultOf(result.status, result.answeredBy, null));
  if (leg.overdue && isHopeful(leg.phase)) {
    endLeg(w, leg);
    return { type: 'out' };
  }
  if (result.status === 'in-progress') {
    pickedUp(w, leg);
    return { type: 'alive' };
  }
  if (isUnanswered(leg.phase)) watchRinging(w, leg);
  return null;
}
