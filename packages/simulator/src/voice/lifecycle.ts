import { leave } from './conference-room.js';
import type { Params } from '../wire/signature.js';
import { askForTwiml } from './ask.js';
import type { Call, CallStatus, DocumentUrl } from './call.js';
import type { LeaveReason } from './conference.js';
import { dialParams } from './dialling.js';
import { commonParams } from './params.js';
import { leaveQueue } from './queue.js';
import { durationSeconds, sendStatus } from './status-callback.js';
import { after } from './world.js';
import type { World } from './world.js';

/** Marks the call as connected: TwiML answered it, or it was picked up. */
export function markAnswered(world: World, call: Call): void {
  if (call.status === 'in-progress' || !call.live) return;
  call.status = 'in-progress';
  call.answeredAt = world.clock.now();
  world.record('call', call.sid, 'in-progress', { status: call.status });
  limitTime(world, call, call.timeLimitMs);
  const atOnce = call.direction === 'outbound-dial' || world.toggles.answeredBeforeUrl;
  if (call.direction !== 'inbound' && atOnce) sendStatus(world, call, 'answered');
}

/** Ends the call this long after it was answered, ms; a later limit replaces an earlier one. */
export function limitTime(world: World, call: Call, ms: number): void {
  call.timeLimitMs = ms;
  if (call.answeredAt === undefined) return;
  after(world, call, Math.max(0, call.answeredAt + ms - world.clock.now()), () => {
    if (call.timeLimitMs === ms) endCall(world, call, { status: 'completed', sip: 200, reason: 'time limit' });
  });
}

/** Requests the action of a `<Dial>` whose call no longer listens to the answer. */
export function sendDialAction(world: World, call: Call, action: DocumentUrl, outcome: Params): void {
  const params = [...commonParams(world.accountSid, call, call.status), ...outcome];
  const { status } = call;
  world.record('request', call.sid, `dial action (${status}) → ${action.url}`, {
    event: 'dial-action',
    url: action.url,
  });
  void askForTwiml(world, { ...action, params, callSid: call.sid }).then((delivery) => {
    if (delivery.ok) return;
    world.debug({
      code: delivery.code,
      level: 'error',
      message: delivery.message,
      url: delivery.url,
      callSid: call.sid,
    });
  });
}

export interface Ending {
  readonly status: CallStatus;
  /** Final SIP code. */
  readonly sip: number;
  readonly reason: string;
  /** Ended by REST. */
  readonly byApi?: boolean;
  /** Cancelled while queued: Twilio sends nothing at all. */
  readonly silent?: boolean;
}

/** Ends a call, once: everything it does stops, it leaves its conference, and its final callback is sent. */
export function endCall(world: World, call: Call, ending: Ending): void {
  if (!call.live) return;
  const wasInConference = call.membership;
  call.status = ending.status;
  call.endedAt = world.clock.now();
  call.sipCode = ending.sip;
  const interrupted = call.execution;
  call.execution = undefined;
  call.listener = undefined;
  call.hears = undefined;
  call.detecting = false;
  interrupted?.cancel();
  call.cancelTimers();
  world.live -= 1;
  world.liveInbound.delete(call);
  world.record('call', call.sid, `${ending.status}: ${ending.reason}`, {
    status: ending.status,
    reason: ending.reason,
    sip: ending.sip,
    seconds: durationSeconds(call),
  });
  const { dialling } = call;
  call.dialling = undefined;
  if (dialling?.action !== undefined && world.toggles.dialActionOnHangup) {
    sendDialAction(world, call, dialling.action, dialParams(dialling));
  }
  leaveQueue(world, call, 'hangup');
  if (wasInConference !== undefined) {
    const reason: LeaveReason = ending.byApi === true ? 'participant_updated_via_api' : 'participant_hung_up';
    leave(world, wasInConference, reason, ending.status);
  }
  if (ending.silent !== true) sendStatus(world, call, 'completed');
  call.announceEnd();
}
