import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { type LegDraft, legTimer } from '../call/leg.js';
import { letGo, tell } from '../leg/actions.js';
import { startTimer } from '../timers.js';
import { connectIfTogether, doubtCaller, leftRoom } from './bridge.js';
import { callerGone, callerInRoom, callerOutOfRoom } from './caller.js';
import type { ForwardingNotification } from './events.js';
import type { Work } from './state.js';

export function onConference(w: Work, event: Extract<ForwardingNotification, { type: 'conference' }>): void {
  const { s } = w;
  const { conference = null } = event;
  const isCaller = event.sid === s.call.sid;
  // A leave ends the conference, and the next room of that name is another one: what is told of the old one comes late.
  const isOld = conference !== null && conference === s.caller.left;
  if (isOld && event.event !== 'leave') return;
  if (event.event !== 'end') s.conference = conference ?? s.conference;
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
        else if (!isOld) callerOutOfRoom(w, conference);
      } else if (leg !== undefined) legLeft(w, leg, hungUp(event));
      return;
    case 'end':
      if (conference !== null && conference === s.conference) callerOutOfRoom(w, conference);
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
