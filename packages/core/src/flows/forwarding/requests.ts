import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { isUnanswered } from '../leg/leg.js';
import { answerCaller, callerEnded, callerGone, callerHeld, doubtCaller } from './caller.js';
import { hangup, legDocument } from './documents.js';
import { startTimer, legTimer, type LegDraft, type Work } from './draft.js';
import type { ForwardingRequest } from './events.js';
import { hunt, isWaiting } from './hunt.js';
import { accept, askEnd, legEnded, leftRoom, letGo, pickedUp, tell, whyNot } from './legs.js';

type LegRequest = Extract<ForwardingRequest, { leg: number }>;
type CallerRequest = Exclude<ForwardingRequest, { leg: number } | { type: 'inbound' }>;

export function callerRequest(w: Work, event: CallerRequest): Reply {
  if (isFinalStatus(event.status)) {
    callerGone(w);
    return hangup();
  }
  const { caller } = w.s;
  callerHeld(w);
  caller.doubt = false;
  if (event.type === 'caller.ended' && caller.phase === 'connected') {
    callerEnded(w, 'connected');
    return twiml();
  }
  if (event.type === 'caller.ended' && caller.inRoom && caller.phase !== 'ended') {
    // Out of the room, and about to come back.
    caller.inRoom = false;
    caller.roomBy = w.at + w.config.graceMs;
  }
  const reply = answerCaller(w, 'again');
  hunt(w);
  return reply;
}

export function legRequest(w: Work, event: LegRequest): Reply {
  const leg = w.s.legs.find((candidate) => candidate.id === event.leg);
  // Not a call of ours, or one that counts as over: it must not live on.
  if (leg === undefined || !adopt(w, leg, event.sid)) return hangup();
  if (isFinalStatus(event.status)) {
    legEnded(w, leg, { kind: 'hungUp' });
    return hangup();
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
        hunt(w);
      }
      break;
    case 'leg.document':
      break;
    case 'leg.ended':
      backFromRoom(w, leg);
      break;
    default:
      return unreachable(event);
  }
  return legDocument(w, leg);
}

/** The first callback of a leg tells its SID, also when it overtakes the REST response. `false`: not this leg's call. */
export function adopt(w: Work, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.sid === null && leg.phase !== 'ended') {
    leg.sid = sid;
    if (leg.phase === 'requested') leg.phase = 'placed';
    if (leg.phase === 'ending') askEnd(w, leg);
  }
  return leg.sid === sid;
}

/** A leg that counted as never made shows up after all: it is ended, so that nobody is rung for nothing. */
export function appeared(w: Work, leg: LegDraft, sid: NonNullable<LegDraft['sid']>): boolean {
  if (leg.phase !== 'ended' || leg.sid !== null) return false;
  leg.sid = sid;
  leg.phase = 'ending';
  askEnd(w, leg);
  return true;
}

/** Who answered, as far as machine detection can tell. */
function verdict(w: Work, leg: LegDraft, answeredBy: NonNullable<LegDraft['answeredBy']>): void {
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
      hunt(w);
      break;
    default:
      unreachable(action);
  }
}

function confirm(w: Work, leg: LegDraft): void {
  if (leg.phase !== 'detecting') return;
  if (!isWaiting(w)) {
    tell(w, leg, whyNot(w));
    return;
  }
  leg.phase = 'confirming';
  leg.overdue = false;
  leg.confirmUntil = w.at + w.s.settings.confirmSeconds * 1000;
  startTimer(w, legTimer(leg), w.s.settings.confirmSeconds * 1000 + w.config.graceMs);
}

/** The leg's `<Dial>` is over while its call goes on: the room has ended under it. */
function backFromRoom(w: Work, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    letGo(w, leg, { kind: 'bridged' });
    leftRoom(w, leg);
  } else if (leg.phase === 'joining') {
    // A room ends when somebody leaves it, and it was not this leg.
    doubtCaller(w);
    tell(w, leg, w.s.caller.phase === 'ended' ? 'callerGone' : 'lost');
    leftRoom(w, leg);
  } else if (isUnanswered(leg.phase)) pickedUp(w, leg);
}
