import type { ConferenceSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { Reply } from '../../wire/twiml.js';
import { isElsewhere, isForFallback, presentFallback } from '../caller/documents.js';
import { leavesOurHands } from '../caller/fallback.js';
import { RETRIED_MS } from '../caller/patience.js';
import { askCaller, isTold, redirectCaller } from '../caller/work.js';
import { startTimer, stopTimer } from '../leg/work.js';
import { callerDocument } from './documents.js';
import type { Work } from './draft.js';
import type { ForwardingRequest } from './events.js';
import { connectIfTogether, dismissLegs } from './legs.js';
import type { CallResult } from './state.js';

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

export function callerGone(w: Work): void {
  const { caller } = w.s;
  const { phase } = caller;
  if (phase !== 'ended') callerEnded(w, phase === 'connected' ? 'connected' : isTold(caller) ? 'nobody' : 'callerLeft');
  else if (isElsewhere(w.s)) w.s.caller.over = true;
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

/** The one outcome of this round. */
export function callerEnded(w: Work, result: CallResult): void {
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

/** What the caller hears now; who is handed on to the user's TwiML is no longer ours. */
export function answerCaller(w: Work, event: ForwardingRequest, arrival: 'first' | 'again'): Reply {
  const reply = callerDocument(w, event, arrival);
  const { caller, settings } = w.s;
  const isGiven = caller.phase === 'fallingBack' && isForFallback(event, caller);
  if (isGiven && leavesOurHands(presentFallback(settings, caller))) callerEnded(w, 'handedOn');
  return reply;
}

/** Something hints that the caller may be gone: nobody new is rung until we know. */
export function doubtCaller(w: Work): void {
  w.s.caller.doubt = true;
  askCaller(w);
}
