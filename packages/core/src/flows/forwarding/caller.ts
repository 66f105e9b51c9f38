import type { Reply } from '../../wire/twiml.js';
import { isForFallback, presentFallback } from '../caller/documents.js';
import { askCaller, redirectCaller } from '../caller/work.js';
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
  callerHeld(w);
  connectIfTogether(w);
}

/** Whoever did it: they will ask what now, and come back. Who joins meanwhile does not talk to anybody. */
export function callerOutOfRoom(w: Work): void {
  const { caller } = w.s;
  if (!caller.inRoom || !['arriving', 'held', 'joining'].includes(caller.phase)) return;
  caller.inRoom = false;
  caller.roomBy = w.at + w.config.graceMs;
}

export function callerGone(w: Work): void {
  const { phase, fallbackGiven } = w.s.caller;
  if (phase !== 'ended') callerEnded(w, phase === 'connected' ? 'connected' : fallbackGiven ? 'nobody' : 'callerLeft');
}

/** They were told goodbye, and hang up by it: nobody is rung for them any more. */
export function callerSentAway(w: Work): void {
  const { phase } = w.s.caller;
  if (phase !== 'ended') callerEnded(w, phase === 'connected' ? 'connected' : 'nobody');
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
  if (isGiven && presentFallback(settings, caller).kind === 'redirect') callerEnded(w, 'handedOn');
  return reply;
}

/** Something hints that the caller may be gone: nobody new is rung until we know. */
export function doubtCaller(w: Work): void {
  w.s.caller.doubt = true;
  askCaller(w);
}
