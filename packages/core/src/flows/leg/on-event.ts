import { unreachable } from '../../kernel/draft.js';
import { type FinalCallStatus, isFinalStatus } from '../../wire/call-status.js';
import { findLeg, isHopeful, isUnanswered, type LegDraft, type LegResult, legTimer, stamp } from '../call/leg.js';
import type { OutcomeEvent } from '../effects.js';
import { startTimer } from '../timers.js';
import {
  adopt,
  appeared,
  askEnd,
  askLeg,
  dropCreate,
  endLeg,
  fetchNotice,
  legEnded,
  letGo,
  moved,
  pickedUp,
  tell,
} from './actions.js';
import { accept, confirmOf, greet, heard, verdict } from './answer.js';
import type { LegWork } from './context.js';
import { isUnsent, ringWithOwnNumber, unsent, watchRinging } from './dial.js';
import type { CallerForLeg, LegReport, LegRequest, LegStatusEvent, LegVerdictEvent } from './events.js';

/** The leg whose call asks; `null`: the call is none of ours. */
export function askingLeg(w: LegWork, { leg: id, sid }: LegRequest): LegDraft | null {
  const leg = findLeg(w.s.legs, id);
  return leg !== undefined && adopt(w, leg, sid) ? leg : null;
}

/** A request of the leg's own call, which it makes while it goes on. */
export function legRequest(w: LegWork, leg: LegDraft, event: LegRequest, caller: CallerForLeg): LegReport | null {
  switch (event.type) {
    case 'leg.answered':
      if (event.answeredBy !== null || w.s.settings.amd.mode === 'sync') {
        return verdict(w, leg, event.answeredBy ?? 'unknown', 'reply', caller);
      }
      greet(w, leg, caller);
      return null;
    case 'leg.key':
      if (event.digits !== '' && confirmOf(w, leg) !== 'never') {
        // Who presses a key while we hang up hears why, too.
        if (leg.phase !== 'confirming' && leg.phase !== 'ending') return null;
        stamp(leg, 'keyAt', w.at);
        return accept(w, leg, 'reply', caller);
      }
      return event.speech === undefined ? null : heard(w, leg, event.speech, caller);
    case 'leg.round':
      if (leg.phase !== 'confirming' || w.at < (leg.confirmUntil ?? 0)) return null;
      letGo(w, leg, { kind: 'answered', by: leg.answeredBy ?? 'unknown' });
      return { type: 'out' };
    case 'leg.document':
      if (leg.phase === 'joining' || leg.phase === 'told' || isSupposed(leg)) leg.fetched = true;
      moved(w, leg);
      return null;
    case 'leg.ended':
      if (!isUnanswered(leg.phase)) return { type: 'dialReturned' };
      pickedUp(w, leg);
      return null;
    default:
      return unreachable(event);
  }
}

/** Taken for with the caller, though no event has said so. */
function isSupposed({ phase, joined }: LegDraft): boolean {
  return phase === 'bridged' && !joined;
}

export function legStatus(w: LegWork, leg: LegDraft, event: LegStatusEvent): LegReport | null {
  const { status } = event;
  if (leg.phase === 'ended' && leg.sid === null) {
    if (isFinalStatus(status)) leg.sid = event.sid;
    else appeared(w, leg, event.sid);
    return null;
  }
  if (!adopt(w, leg, event.sid)) return null;
  switch (status) {
    case 'queued':
      return null;
    case 'initiated':
    case 'ringing':
      if (isUnanswered(leg.phase)) {
        stamp(leg, 'initiatedAt', w.at);
        if (status === 'ringing') stamp(leg, 'ringingAt', w.at);
      }
      if (leg.phase !== 'placed') return null;
      // Twilio has taken it off its queue: from here its ring time counts.
      leg.phase = 'ringing';
      watchRinging(w, leg);
      return null;
    case 'in-progress':
      pickedUp(w, leg);
      return null;
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return legEnded(w, leg, resultOf(status, event.answeredBy, event.sipCode));
    default:
      return unreachable(status);
  }
}

/** Asynchronous detection has decided. */
export function legVerdict(w: LegWork, leg: LegDraft, event: LegVerdictEvent, caller: CallerForLeg): LegReport | null {
  if (leg.phase === 'ended' || !adopt(w, leg, event.sid)) return null;
  if (leg.answeredBy === null && event.durationMs !== null) stamp(leg, 'detectionMs', event.durationMs);
  return verdict(w, leg, event.answeredBy, 'redirect', caller);
}

/** `completed` before its TwiML was asked for means that nobody was reached, whoever picked up. */
function resultOf(status: FinalCallStatus, answeredBy: LegDraft['answeredBy'], sipCode: number | null): LegResult {
  if (status !== 'completed') return { kind: 'notReached', status, sipCode };
  return answeredBy === null || answeredBy === 'unknown' ? { kind: 'hungUp' } : { kind: 'answered', by: answeredBy };
}

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

/** Twilio's "this number may not be shown" (twilio.com/docs/api/errors/21210 and 21212). */
const CALLER_ID_REFUSED = [21210, 21212];

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

/** The watchdog of a leg: whatever phase it is in has lasted too long. */
export function legAlarm(w: LegWork, leg: LegDraft): LegReport | null {
  switch (leg.phase) {
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
    case 'confirming':
      if (isUnsent(leg)) return unsent(w, leg);
      if (leg.sid === null) {
        dropCreate(w, leg);
        return legEnded(w, leg, { kind: 'lost' });
      }
      leg.overdue = !isUnanswered(leg.phase);
      askLeg(w, leg);
      return null;
    case 'told':
      if (!leg.noticeGiven && (leg.telling || leg.noticeTries < w.config.noticeTries)) fetchNotice(w, leg);
      else endLeg(w, leg);
      return null;
    case 'ending':
      if (leg.sid === null) return legEnded(w, leg, { kind: 'lost' });
      askEnd(w, leg);
      return null;
    case 'bridged':
      tell(w, leg, 'callerGone');
      fetchNotice(w, leg);
      return null;
    case 'joining':
    case 'ended':
      return null;
    default:
      return unreachable(leg.phase);
  }
}
