import type { ConferenceSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { type Reply, twiml } from '../../wire/twiml.js';
import { RETRIED_MS } from '../call/call.js';
import { askCaller, callerRedirected, endCaller, isTold, redirectCaller } from '../caller/caller.js';
import type { ListenRequest } from '../caller/events.js';
import { fallbackIsOver, isElsewhere, isForFallback, presentFallback } from '../caller/fallback.js';
import type { OutcomeEvent } from '../effects.js';
import { isUnsent } from '../leg/dial.js';
import { leavesOurHands } from '../settings/fallback.js';
import { startTimer, stopTimer } from '../timers.js';
import { connectIfTogether, dismissLegs, lookAtBoth } from './bridge.js';
import type { ForwardingRequest } from './events.js';
import { hunt } from './hunt.js';
import type { CallResult, Work } from './state.js';
import { callerDocument, hangup } from './twiml.js';

export function onCallerRequest(w: Work, event: CallerRequest): Reply {
  if (event.type === 'caller.fallback' && fallbackIsOver(w, event)) {
    callerEnded(w, 'handedOn');
    return hangup();
  }
  if (isFinalStatus(event.status)) {
    callerGone(w);
    return hangup();
  }
  const { caller } = w.s;
  callerHeld(w);
  caller.doubt = false;
  if (event.type === 'caller.ended' && caller.phase === 'connected') {
    // The answer ends their call, which will be told. A late copy ends nothing: then they are still talking.
    askCaller(w);
    return twiml();
  }
  if (event.type === 'caller.ended') callerOutOfRoom(w);
  hunt(w);
  return answerCaller(w, event, 'again');
}

type CallerRequest = Exclude<ForwardingRequest, { leg: number } | { type: 'inbound' } | ListenRequest>;

/** What the caller hears now; who is handed on to the user's TwiML is no longer ours. */
export function answerCaller(w: Work, event: ForwardingRequest, arrival: 'first' | 'again'): Reply {
  const reply = callerDocument(w, event, arrival);
  const { caller, settings } = w.s;
  const isGiven = caller.phase === 'fallingBack' && isForFallback(event, caller);
  if (isGiven && leavesOurHands(presentFallback(settings, caller))) callerEnded(w, 'handedOn');
  return reply;
}

/** The caller is known to be in progress. */
export function callerHeld(w: Work): void {
  const { caller } = w.s;
  if (caller.held || caller.phase === 'ended') return;
  caller.held = true;
  w.s.story.heldAt ??= w.at;
  if (caller.phase === 'arriving') caller.phase = 'held';
  else if (caller.phase === 'joining') {
    startTimer(w, 'caller', w.config.bridgeCheckMs);
  } else if (caller.phase === 'fallingBack' && !w.isAsked) {
    stopTimer(w, 'caller');
    redirectCaller(w);
  }
}

/** They are in the room. */
export function callerInRoom(w: Work): void {
  if (w.s.caller.phase === 'ended') return;
  w.s.caller.inRoom = true;
  delete w.s.caller.goodbye;
  callerHeld(w);
  connectIfTogether(w);
}

/** Whoever did it: they will ask what now, and come back. Who joins meanwhile does not talk to anybody. */
export function callerOutOfRoom(w: Work, left: ConferenceSid | null = null): void {
  const { caller } = w.s;
  if (left !== null) caller.left = left;
  if (!['arriving', 'held', 'joining'].includes(caller.phase)) return;
  caller.inRoom = false;
  expectInRoom(w);
}

/** No look before that shows them there: Twilio may retry their request and throw the first answer away. */
function expectInRoom(w: Work): void {
  const { caller } = w.s;
  caller.roomBy = Math.max(caller.roomBy, w.at + RETRIED_MS + w.config.graceMs);
}

/**
 * The caller was told goodbye: no phone is rung for them. Their call ends, unless the goodbye was the answer to a late copy of a
 * request (twilio.com/docs/usage/webhooks/webhooks-overview). A caller who is still there hears the fallback, or goes on talking.
 */
export function callerSentAway(w: Work): void {
  const { s } = w;
  const { caller } = s;
  if (caller.phase === 'ended' || caller.goodbye === true) return;
  caller.goodbye = true;
  switch (caller.phase) {
    case 'arriving':
    case 'held':
      caller.phase = 'fallingBack';
      s.call.token = null;
      stopTimer(w, 'step');
      dismissLegs(w);
      startTimer(w, 'caller', w.config.graceMs);
      return;
    case 'joining':
    case 'connected':
      // In progress is not in the room: they may hear the goodbye.
      if (caller.phase === 'joining') caller.inRoom = false;
      expectInRoom(w);
      askCaller(w);
      return;
    case 'fallingBack':
      return;
    default:
      unreachable(caller.phase);
  }
}

export function callerGone(w: Work): void {
  const { caller } = w.s;
  const { phase } = caller;
  if (phase !== 'ended') callerEnded(w, phase === 'connected' ? 'connected' : isTold(caller) ? 'nobody' : 'callerLeft');
  else if (isElsewhere(w.s)) w.s.caller.over = true;
}

/** The one outcome of this round. */
function callerEnded(w: Work, result: CallResult): void {
  const { s } = w;
  s.caller.phase = 'ended';
  s.caller.doubt = false;
  s.result = result;
  s.call.token = null;
  s.story.endedAt ??= w.at;
  for (const timer of ['caller', 'deadline', 'heartbeat', 'step']) stopTimer(w, timer);
  dismissLegs(w);
  w.effects.push({
    type: 'hook.run',
    id: `hook:ended:${s.call.sid}:${String(s.round)}`,
    hook: 'ended',
    data: { sid: s.call.sid, from: s.call.from, to: s.call.to, round: s.round, result },
  });
}

export function onCallerOutcome(w: Work, { effect, outcome: result }: OutcomeEvent): void {
  switch (effect.type) {
    case 'call.fetch':
      callerFetched(w, result);
      return;
    case 'call.redirect':
      if (result.as === 'gone') callerGone(w);
      else if (w.s.caller.phase === 'fallingBack' && callerRedirected(w, effect.id, result)) {
        callerHeld(w);
        startTimer(w, 'caller', w.config.graceMs);
      }
      return;
    case 'call.end':
      w.s.caller.hangingUp = false;
      if (result.as === 'done' || result.as === 'gone') callerGone(w);
      return;
    case 'call.create':
    case 'call.announce':
      return;
    default:
      unreachable(effect);
  }
}

function callerFetched(w: Work, result: OutcomeEvent['outcome']): void {
  const { caller } = w.s;
  caller.fetching = false;
  if (result.as === 'gone' || (result.as === 'fetched' && isFinalStatus(result.status))) {
    callerGone(w);
    return;
  }
  if (result.as === 'fetched' && result.status === 'in-progress') {
    caller.seenAlive = true;
    callerHeld(w);
    // In progress is not in the room: the greeting comes first, and nobody can be talked to in it.
    if (w.at >= caller.roomBy) callerInRoom(w);
    if (caller.phase === 'fallingBack' && w.s.timers['caller'] === undefined) redirectCaller(w);
  }
  // Who was not rung in time is not before somebody has seen the caller.
  if (result.as !== 'fetched' && w.s.legs.some(isUnsent)) return;
  caller.doubt = false;
  hunt(w);
}

export function onCallerTimer(w: Work): void {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'fallingBack':
      redirectCaller(w);
      return;
    case 'joining':
      // Again until they say something.
      startTimer(w, 'caller', w.config.bridgeCheckMs);
      lookAtBoth(w);
      return;
    case 'connected':
      // The other one left long ago and this call is still there: alone in the room.
      startTimer(w, 'caller', w.config.graceMs);
      endCaller(w);
      return;
    case 'arriving':
    case 'held':
    case 'ended':
      return;
    default:
      unreachable(phase);
  }
}
