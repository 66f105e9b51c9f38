import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { type LegDraft, legTimer } from '../call/leg.js';
import { expectHangup, sayFarewell } from '../leg/actions.js';
import { startTimer } from '../timers.js';
import { connectIfTogether, verifyCaller, onWinnerLeft } from './bridge.js';
import { callerGone, callerInRoom, callerOutOfRoom } from './caller.js';
import type { ForwardingNotification } from './events.js';
import type { ForwardingContext } from './state.js';

export function onConference(
  ctx: ForwardingContext,
  event: Extract<ForwardingNotification, { type: 'conference' }>,
): void {
  const { state } = ctx;
  const { conference = null } = event;
  const isCaller = event.sid === state.call.sid;
  // A leave ends the conference, and the next room of that name is another conference: events of the old one come late.
  const isOld = conference !== null && conference === state.caller.left;
  if (isOld && event.event !== 'leave') return;
  if (event.event !== 'end') state.conference = conference ?? state.conference;
  const leg = state.legs.find((candidate) => candidate.sid !== null && candidate.sid === event.sid);
  switch (event.event) {
    case 'start':
      callerInRoom(ctx);
      return;
    case 'join':
      if (isCaller) callerInRoom(ctx);
      else if (leg?.phase === 'joining') {
        leg.joined = true;
        connectIfTogether(ctx);
      }
      return;
    case 'leave':
      if (isCaller) {
        if (hungUp(event)) callerGone(ctx);
        else if (!isOld) callerOutOfRoom(ctx, conference);
      } else if (leg !== undefined) legLeft(ctx, leg, hungUp(event));
      return;
    case 'end':
      if (conference !== null && conference === state.conference) callerOutOfRoom(ctx, conference);
      return;
    default:
      assertNever(event.event);
  }
}

/**
 * True if the participant hung up. Our own redirect causes a leave too, so the reason decides
 * (twilio.com/docs/voice/twiml/conference).
 */
function hungUp(event: Extract<ForwardingNotification, { type: 'conference' }>): boolean {
  return event.reason === 'participant_hung_up' || (event.status !== null && isFinalStatus(event.status));
}

function legLeft(ctx: ForwardingContext, leg: LegDraft, hungUpItself: boolean): void {
  if (leg.phase === 'bridged') {
    expectHangup(ctx, leg, { kind: 'bridged' });
    onWinnerLeft(ctx, leg);
  } else if (leg.phase === 'joining') {
    if (hungUpItself) expectHangup(ctx, leg, { kind: 'answered', by: leg.answeredBy ?? 'unknown' });
    else {
      verifyCaller(ctx);
      sayFarewell(ctx, leg, 'lost');
      // Its Dial is over, so it will request TwiML by itself; the timer is for when that request is lost.
      startTimer(ctx, legTimer(leg), ctx.config.graceMs);
    }
    onWinnerLeft(ctx, leg);
  }
}
