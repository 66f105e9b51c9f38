import type { ConferenceSid } from '../../kernel/ids.js';
import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { type Reply, twiml } from '../../wire/twiml.js';
import { RETRIED_MS } from '../call/call.js';
import { refreshCaller, callerOutcome, endCaller, isTold, redirectCaller } from '../caller/caller.js';
import type { InboundDecided, ListenRequest } from '../caller/events.js';
import { onFallbackEnded, isWithUserTwiml, isForFallback, currentFallback } from '../caller/fallback.js';
import type { OutcomeEvent } from '../effects.js';
import { isUnsent } from '../leg/dial.js';
import { leavesOurHands } from '../settings/fallback.js';
import { startTimer, stopTimer } from '../timers.js';
import { connectIfTogether, dismissLegs, verifyBoth } from './bridge.js';
import type { ForwardingRequest } from './events.js';
import { hunt } from './hunt.js';
import type { CallResult, ForwardingContext } from './state.js';
import { callerDocument, hangup } from './twiml.js';

export function onCallerRequest(ctx: ForwardingContext, event: CallerRequest): Reply {
  if (event.type === 'caller.fallback' && onFallbackEnded(ctx, event)) {
    callerEnded(ctx, 'handedOff');
    return hangup();
  }
  if (isFinalStatus(event.status)) {
    callerGone(ctx);
    return hangup();
  }
  const { caller } = ctx.state;
  callerHeld(ctx);
  caller.isUnverified = false;
  if (event.type === 'caller.ended' && caller.phase === 'connected') {
    // An empty answer ends the call, which Twilio will report. An answer to a late repeat ends nothing: then the two are still
    // talking.
    refreshCaller(ctx);
    return twiml();
  }
  if (event.type === 'caller.ended') callerOutOfRoom(ctx);
  hunt(ctx);
  return answerCaller(ctx, event, 'again');
}

type CallerRequest = Exclude<ForwardingRequest, { leg: number } | { type: 'inbound' } | InboundDecided | ListenRequest>;

/** Answers the caller's request. A caller who is handed to the user's TwiML is no longer ours. */
export function answerCaller(ctx: ForwardingContext, event: ForwardingRequest, arrival: 'first' | 'again'): Reply {
  const reply = callerDocument(ctx, event, arrival);
  const { caller, settings } = ctx.state;
  const isGiven = caller.phase === 'fallingBack' && isForFallback(event, caller);
  if (isGiven && leavesOurHands(currentFallback(settings, caller))) callerEnded(ctx, 'handedOff');
  return reply;
}

/** Records that the caller's call is in progress. */
export function callerHeld(ctx: ForwardingContext): void {
  const { caller } = ctx.state;
  if (caller.held || caller.phase === 'ended') return;
  caller.held = true;
  ctx.state.timestamps.heldAt ??= ctx.at;
  if (caller.phase === 'arriving') caller.phase = 'held';
  else if (caller.phase === 'joining') {
    startTimer(ctx, 'caller', ctx.config.bridgeCheckMs);
  } else if (caller.phase === 'fallingBack' && !ctx.isAsked) {
    stopTimer(ctx, 'caller');
    redirectCaller(ctx);
  }
}

/** Records that the caller is in the room. */
export function callerInRoom(ctx: ForwardingContext): void {
  if (ctx.state.caller.phase === 'ended') return;
  ctx.state.caller.inRoom = true;
  delete ctx.state.caller.goodbye;
  callerHeld(ctx);
  connectIfTogether(ctx);
}

/**
 * The caller left the room, for whatever reason: their call will ask what to do and come back. A leg that joins meanwhile is not
 * talking to them.
 */
export function callerOutOfRoom(ctx: ForwardingContext, left: ConferenceSid | null = null): void {
  const { caller } = ctx.state;
  if (left !== null) caller.left = left;
  if (!['arriving', 'held', 'joining'].includes(caller.phase)) return;
  caller.inRoom = false;
  expectInRoom(ctx);
}

/** Sets when a fetch proves that the caller is in the room: Twilio may retry their request and discard the first answer. */
function expectInRoom(ctx: ForwardingContext): void {
  const { caller } = ctx.state;
  caller.inRoomBy = Math.max(caller.inRoomBy, ctx.at + RETRIED_MS + ctx.config.graceMs);
}

/**
 * The caller was told goodbye: no leg is rung for them. Their call ends, unless the goodbye answered a late repeat of a request
 * (twilio.com/docs/usage/webhooks/webhooks-overview). A caller who is still there hears the fallback, or goes on talking.
 */
export function callerSentAway(ctx: ForwardingContext): void {
  const { state } = ctx;
  const { caller } = state;
  if (caller.phase === 'ended' || caller.goodbye === true) return;
  caller.goodbye = true;
  switch (caller.phase) {
    case 'arriving':
    case 'held':
      caller.phase = 'fallingBack';
      state.call.token = null;
      stopTimer(ctx, 'step');
      dismissLegs(ctx);
      startTimer(ctx, 'caller', ctx.config.graceMs);
      return;
    case 'joining':
    case 'connected':
      // A call in progress need not be in the room: it may be playing the goodbye.
      if (caller.phase === 'joining') caller.inRoom = false;
      expectInRoom(ctx);
      refreshCaller(ctx);
      return;
    case 'fallingBack':
      return;
    default:
      assertNever(caller.phase);
  }
}

export function callerGone(ctx: ForwardingContext): void {
  const { caller } = ctx.state;
  const { phase } = caller;
  if (phase !== 'ended')
    callerEnded(ctx, phase === 'connected' ? 'connected' : isTold(caller) ? 'unanswered' : 'callerLeft');
  else if (isWithUserTwiml(ctx.state)) ctx.state.caller.over = true;
}

/** Records the one outcome of this visit. */
function callerEnded(ctx: ForwardingContext, result: CallResult): void {
  const { state } = ctx;
  state.caller.phase = 'ended';
  state.caller.isUnverified = false;
  state.result = result;
  state.call.token = null;
  state.timestamps.endedAt ??= ctx.at;
  for (const timer of ['caller', 'deadline', 'heartbeat', 'step']) stopTimer(ctx, timer);
  dismissLegs(ctx);
}

export function onCallerOutcome(ctx: ForwardingContext, event: OutcomeEvent): void {
  const report = callerOutcome(ctx, event);
  switch (report) {
    case null:
      return;
    case 'gone':
      callerGone(ctx);
      return;
    case 'redirected':
      callerHeld(ctx);
      startTimer(ctx, 'caller', ctx.config.graceMs);
      return;
    case 'inProgress':
      callerAlive(ctx);
      break;
    case 'notYet':
      break;
    case 'unseen':
      // A leg that was not rung in time stays unsent until a fetch has seen the caller.
      if (ctx.state.legs.some(isUnsent)) return;
      break;
    default:
      assertNever(report);
  }
  ctx.state.caller.isUnverified = false;
  hunt(ctx);
}

/** A fetch found the caller's call in progress. */
function callerAlive(ctx: ForwardingContext): void {
  const { caller } = ctx.state;
  caller.seenAlive = true;
  callerHeld(ctx);
  // A call in progress need not be in the room yet: the greeting comes first, and nobody can talk to the caller during it.
  if (ctx.at >= caller.inRoomBy) callerInRoom(ctx);
  if (caller.phase === 'fallingBack' && ctx.state.timers['caller'] === undefined) redirectCaller(ctx);
}

export function onCallerTimer(ctx: ForwardingContext): void {
  const { phase } = ctx.state.caller;
  switch (phase) {
    case 'fallingBack':
      redirectCaller(ctx);
      return;
    case 'joining':
      // Repeat until a fetch or an event tells.
      startTimer(ctx, 'caller', ctx.config.bridgeCheckMs);
      verifyBoth(ctx);
      return;
    case 'connected':
      // The other party left long ago and this call is still up: the caller is alone in the room.
      startTimer(ctx, 'caller', ctx.config.graceMs);
      endCaller(ctx);
      return;
    case 'arriving':
    case 'held':
    case 'ended':
      return;
    default:
      assertNever(phase);
  }
}
