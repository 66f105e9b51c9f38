import type { CallSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import { isFinalStatus, type CallStatus, type FinalCallStatus } from '../../wire/call-status.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { legDocument } from './documents.js';
import { isUnanswered, type LegResult } from './leg.js';
import { adopt, appeared, legEnded, letGo, pickedUp, tell } from './life.js';
import { watchRinging } from './ring.js';
import { findLeg, legTimer, startTimer, type LegDraft, type LegWork } from './work.js';

/** Callbacks of one outbound leg. `sid` is the call that asks, which need not be the one we know. */
interface OfLeg {
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly status: CallStatus;
}

/** Requests of a leg that want TwiML. */
export type LegRequest =
  | ({ readonly type: 'leg.answered'; readonly answeredBy: AnsweredBy } & OfLeg)
  | ({ readonly type: 'leg.key'; readonly digits: string } & OfLeg)
  | ({ readonly type: 'leg.round' } & OfLeg)
  | ({ readonly type: 'leg.document' } & OfLeg)
  | ({ readonly type: 'leg.ended' } & OfLeg);

/** Told, not asked: answered 204. */
export type LegStatusEvent = {
  readonly type: 'leg.status';
  readonly answeredBy: AnsweredBy | null;
  readonly sipCode: number | null;
} & OfLeg;

export function legRequest(w: LegWork, event: LegRequest): Reply {
  const leg = findLeg(w, event.leg);
  // Not a call of ours, or one that counts as over: it must not live on.
  if (leg === undefined || !adopt(w, leg, event.sid)) return twiml({ verb: 'hangup' });
  if (isFinalStatus(event.status)) {
    legEnded(w, leg, { kind: 'hungUp' });
    return twiml({ verb: 'hangup' });
  }
  switch (event.type) {
    case 'leg.answered':
      verdict(w, leg, event.answeredBy);
      break;
    case 'leg.key':
      if (leg.phase === 'confirming' && event.digits !== '') accept(w, leg);
      break;
    case 'leg.round':
      if (leg.phase === 'confirming' && w.at >= (leg.confirmUntil ?? 0)) {
        letGo(w, leg, { kind: 'answered', by: leg.answeredBy ?? 'unknown' });
        w.host.released(leg);
      }
      break;
    case 'leg.document':
      break;
    case 'leg.ended':
      if (isUnanswered(leg.phase)) pickedUp(w, leg);
      else w.host.back(leg);
      break;
    default:
      return unreachable(event);
  }
  return legDocument(w, leg);
}

/** Who answered, as far as machine detection can tell. */
function verdict(w: LegWork, leg: LegDraft, answeredBy: AnsweredBy): void {
  if (leg.answeredBy !== null || leg.phase === 'ended') return;
  pickedUp(w, leg);
  leg.answeredBy = answeredBy;
  leg.story.verdictAt ??= w.at;
  const action = w.s.settings.policy[answeredBy];
  switch (action) {
    case 'bridge':
      accept(w, leg);
      break;
    case 'confirm':
      confirm(w, leg);
      break;
    case 'hang up':
      if (leg.phase === 'detecting') letGo(w, leg, { kind: 'answered', by: answeredBy });
      w.host.released(leg);
      break;
    default:
      unreachable(action);
  }
}

/** A human, by verdict or by key: they get the caller, or hear why not. */
function accept(w: LegWork, leg: LegDraft): void {
  leg.human = true;
  leg.story.verdictAt ??= w.at;
  if (leg.phase === 'ending' || leg.phase === 'ended') leg.notice ??= w.host.whyNot(leg);
  else if (w.host.wants(leg)) w.host.join(leg);
  else tell(w, leg, w.host.whyNot(leg));
}

function confirm(w: LegWork, leg: LegDraft): void {
  if (leg.phase !== 'detecting') return;
  if (!w.host.wants(leg)) {
    tell(w, leg, w.host.whyNot(leg));
    return;
  }
  leg.phase = 'confirming';
  leg.overdue = false;
  leg.confirmUntil = w.at + w.s.settings.confirmSeconds * 1000;
  startTimer(w, legTimer(leg), w.s.settings.confirmSeconds * 1000 + w.config.graceMs);
}

export function legStatus(w: LegWork, event: LegStatusEvent): void {
  const leg = findLeg(w, event.leg);
  if (leg === undefined) return;
  const { status } = event;
  if (leg.phase === 'ended' && leg.sid === null) {
    if (isFinalStatus(status)) leg.sid = event.sid;
    else appeared(w, leg, event.sid);
    return;
  }
  if (!adopt(w, leg, event.sid)) return;
  switch (status) {
    case 'queued':
      return;
    case 'initiated':
    case 'ringing':
      if (status === 'ringing' && isUnanswered(leg.phase)) leg.story.ringingAt ??= w.at;
      if (leg.phase !== 'placed') return;
      // Twilio has taken it off its queue: from here its ring time counts.
      leg.phase = 'ringing';
      watchRinging(w, leg);
      return;
    case 'in-progress':
      pickedUp(w, leg);
      return;
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      legEnded(w, leg, resultOf(status, event.answeredBy, event.sipCode));
      return;
    default:
      unreachable(status);
  }
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
