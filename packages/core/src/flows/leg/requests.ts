import type { CallSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import { isFinalStatus, type CallStatus, type FinalCallStatus } from '../../wire/call-status.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { accept, confirmOf, greet, heard, verdict } from './answers.js';
import { legDocument } from './documents.js';
import { isUnanswered, type LegResult } from './leg.js';
import { adopt, appeared, legEnded, letGo, moved, pickedUp } from './life.js';
import { watchRinging } from './ring.js';
import type { LegDraft } from './drafts.js';
import { findLeg, stamp, type LegWork } from './work.js';

/** Callbacks of one outbound leg. `sid` is the call that asks, which need not be the one we know. */
interface OfLeg {
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly status: CallStatus;
}

/** Requests of a leg that want TwiML. */
export type LegRequest =
  /** `answeredBy` is `null` where nobody has listened yet. */
  | ({ readonly type: 'leg.answered'; readonly answeredBy: AnsweredBy | null } & OfLeg)
  /** `speech`: what the callee said, as far as Twilio has understood it. */
  | ({ readonly type: 'leg.key'; readonly digits: string; readonly speech?: string } & OfLeg)
  | ({ readonly type: 'leg.round' } & OfLeg)
  /** It was redirected. `part`: 1, where it is to hear why it has no caller. */
  | ({ readonly type: 'leg.document'; readonly part?: number } & OfLeg)
  | ({ readonly type: 'leg.ended' } & OfLeg);

/** Told, not asked: answered 204. */
export type LegStatusEvent = {
  readonly type: 'leg.status';
  readonly answeredBy: AnsweredBy | null;
  readonly sipCode: number | null;
} & OfLeg;

/** Who answered, told while the call goes on. */
export interface LegVerdictEvent {
  readonly type: 'leg.verdict';
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly answeredBy: AnsweredBy;
  /** How long detection listened, in ms. */
  readonly durationMs: number | null;
}

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
      if (event.answeredBy !== null || w.s.settings.amd.mode === 'sync') {
        verdict(w, leg, event.answeredBy ?? 'unknown', 'reply');
      } else greet(w, leg);
      break;
    case 'leg.key':
      if (event.digits !== '' && confirmOf(w, leg) !== 'never') {
        // Who presses a key while we hang up hears why, too.
        if (leg.phase !== 'confirming' && leg.phase !== 'ending') break;
        stamp(leg, 'keyAt', w.at);
        accept(w, leg, 'reply');
      } else if (event.speech !== undefined) heard(w, leg, event.speech);
      break;
    case 'leg.round':
      if (leg.phase === 'confirming' && w.at >= (leg.confirmUntil ?? 0)) {
        letGo(w, leg, { kind: 'answered', by: leg.answeredBy ?? 'unknown' });
        w.host.released(leg);
      }
      break;
    case 'leg.document':
      if (leg.phase === 'joining' || leg.phase === 'told' || isSupposed(leg)) leg.fetched = true;
      moved(w, leg);
      break;
    case 'leg.ended':
      if (isUnanswered(leg.phase)) pickedUp(w, leg);
      else w.host.back(leg);
      break;
    default:
      return unreachable(event);
  }
  return legDocument(w, leg, event);
}

/** Taken for with the caller, though no event has said so. */
function isSupposed({ phase, joined }: LegDraft): boolean {
  return phase === 'bridged' && !joined;
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
      if (isUnanswered(leg.phase)) {
        stamp(leg, 'initiatedAt', w.at);
        if (status === 'ringing') stamp(leg, 'ringingAt', w.at);
      }
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

/** Asynchronous detection has decided. */
export function legVerdict(w: LegWork, event: LegVerdictEvent): void {
  const leg = findLeg(w, event.leg);
  if (leg === undefined || leg.phase === 'ended' || !adopt(w, leg, event.sid)) return;
  if (leg.answeredBy === null && event.durationMs !== null) stamp(leg, 'detectionMs', event.durationMs);
  verdict(w, leg, event.answeredBy, 'redirect');
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
