import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus, type FinalCallStatus } from '../../wire/call-status.js';
import { isUnanswered, type LegResult } from '../leg/leg.js';
import { callerGone, callerInRoom, doubtCaller } from './caller.js';
import { legTimer, startTimer, type LegDraft, type Work } from './draft.js';
import type { ForwardingNotification } from './events.js';
import { watchRinging } from './hunt.js';
import { connectIfTogether, legEnded, leftRoom, letGo, pickedUp, tell } from './legs.js';
import { adopt, appeared } from './requests.js';

export function notification(w: Work, event: ForwardingNotification): void {
  switch (event.type) {
    case 'caller.status':
      if (isFinalStatus(event.status)) callerGone(w);
      return;
    case 'conference':
      conference(w, event);
      return;
    case 'leg.status': {
      const leg = w.s.legs.find((candidate) => candidate.id === event.leg);
      if (leg !== undefined) legStatus(w, leg, event);
      return;
    }
    default:
      unreachable(event);
  }
}

function legStatus(w: Work, leg: LegDraft, event: Extract<ForwardingNotification, { type: 'leg.status' }>): void {
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

function conference(w: Work, event: Extract<ForwardingNotification, { type: 'conference' }>): void {
  const { s } = w;
  const isCaller = event.sid === s.call.sid;
  const leg = s.legs.find((candidate) => candidate.sid !== null && candidate.sid === event.sid);
  switch (event.event) {
    case 'start':
      callerInRoom(w);
      return;
    case 'join':
      if (isCaller) callerInRoom(w);
      else if (leg?.phase === 'joining') {
        leg.joined = true;
        connectIfTogether(w);
      }
      return;
    case 'leave':
      if (isCaller) {
        if (hungUp(event)) callerGone(w);
      } else if (leg !== undefined) legLeft(w, leg, hungUp(event));
      return;
    case 'end':
      return;
    default:
      unreachable(event.event);
  }
}

/** Our own redirect causes a leave too, so the reason decides (twilio.com/docs/voice/twiml/conference). */
function hungUp(event: Extract<ForwardingNotification, { type: 'conference' }>): boolean {
  return event.reason === 'participant_hung_up' || (event.status !== null && isFinalStatus(event.status));
}

function legLeft(w: Work, leg: LegDraft, hungUpItself: boolean): void {
  if (leg.phase === 'bridged') {
    letGo(w, leg, { kind: 'bridged' });
    leftRoom(w, leg);
  } else if (leg.phase === 'joining') {
    if (hungUpItself) letGo(w, leg, { kind: 'answered', by: leg.answeredBy ?? 'unknown' });
    else {
      doubtCaller(w);
      tell(w, leg, 'lost');
      // It asks for its document by itself, as its Dial is over; this is for when that is lost.
      startTimer(w, legTimer(leg), w.config.graceMs);
    }
    leftRoom(w, leg);
  }
}
