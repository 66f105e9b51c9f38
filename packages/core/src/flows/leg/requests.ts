import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus, type FinalCallStatus } from '../../wire/call-status.js';
import { accept, confirmOf, greet, heard, verdict } from './answers.js';
import type { LegDraft } from './drafts.js';
import type { CallerForLeg, LegReport, LegRequest, LegStatusEvent, LegVerdictEvent } from './events.js';
import { isUnanswered, type LegResult } from './leg.js';
import { adopt, appeared, legEnded, letGo, moved, pickedUp } from './life.js';
import { watchRinging } from './ring.js';
import { findLeg, stamp, type LegWork } from './work.js';

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
export function resultOf(
  status: FinalCallStatus,
  answeredBy: LegDraft['answeredBy'],
  sipCode: number | null,
): LegResult {
  if (status !== 'completed') return { kind: 'notReached', status, sipCode };
  return answeredBy === null || answeredBy === 'unknown' ? { kind: 'hungUp' } : { kind: 'answered', by: answeredBy };
}
