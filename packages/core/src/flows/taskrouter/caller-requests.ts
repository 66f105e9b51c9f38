import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { type Reply, twiml } from '../../wire/twiml.js';
import { RETRIED_MS } from '../call/call.js';
import { giveFallback } from '../caller/caller.js';
import {
  fallbackIsOver,
  fallbackVerbs,
  isElsewhere,
  isForFallback,
  presentFallback,
  wayToFallback,
} from '../caller/fallback.js';
import { listenDocument, opening } from '../caller/hold-twiml.js';
import { leavesOurHands } from '../settings/fallback.js';
import { startTimer, stopTimer } from '../timers.js';
import { callerEnded, callerGone, callerHeld, fallBackIfExhausted } from './caller.js';
import type { TaskRequest, TaskRouterEvent } from './events.js';
import { cancelTask } from './requests.js';
import { reservationIs } from './reservations.js';
import type { Work } from './state.js';
import { hangup, queue } from './twiml.js';

type CallerRequest = Extract<TaskRequest, { type: 'caller.ended' | 'caller.document' | 'caller.fallback' }>;

export function onCallerRequest(w: Work, event: CallerRequest): Reply {
  const { caller } = w.s;
  if (event.type === 'caller.ended') {
    const reply = leftQueue(w, event);
    if (reply !== null && !isFinalStatus(event.status)) return reply;
  }
  if (event.type === 'caller.fallback' && fallbackIsOver(w, event)) {
    callerEnded(w, 'handedOn');
    return hangup();
  }
  if (isFinalStatus(event.status)) {
    callerGone(w);
    return hangup();
  }
  callerHeld(w);
  if (caller.phase === 'waiting') caller.queuedBy = w.at + RETRIED_MS + w.config.graceMs;
  fallBackIfExhausted(w);
  return answerCaller(w, event, 'again');
}

/** What the caller hears now, by phase; who is handed on to the user's TwiML is no longer ours. */
export function answerCaller(w: Work, event: TaskRouterEvent, arrival: 'first' | 'again'): Reply {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'waiting':
      return twiml(...opening(w.s.settings, arrival), queue(w));
    case 'connected':
      // Out of the queue and with a worker: what is asked now comes late.
      return twiml();
    case 'fallingBack':
      return isForFallback(event, w.s.caller) ? fallbackDocument(w) : wayToFallback(w);
    case 'ended':
      if (!isElsewhere(w.s)) return hangup();
      return isForFallback(event, w.s.caller) ? fallbackVerbs(w) : wayToFallback(w);
    default:
      return unreachable(phase);
  }
}

function fallbackDocument(w: Work): Reply {
  giveFallback(w);
  w.s.story.fallbackAt ??= w.at;
  // The call leaves the queue by this document; nobody is to be rung for it any more.
  cancelTask(w);
  if (leavesOurHands(presentFallback(w.s.settings, w.s.caller))) callerEnded(w, 'handedOn');
  return fallbackVerbs(w);
}

/** A star leads out of the queue and to the voicemail; who has just been given to a worker stays. */
export function onCallerKey(w: Work, event: Extract<TaskRequest, { type: 'caller.key' }>): Reply {
  const { caller, settings, claim, round } = w.s;
  if ((event.round ?? round) === round) {
    if (!isFinalStatus(event.status)) callerHeld(w);
    if (event.digits === '*' && settings.offerMessage && caller.phase === 'waiting' && claim === null) {
      caller.phase = 'fallingBack';
      stopTimer(w, 'deadline');
      // Should the queue not let them go, they are fetched.
      startTimer(w, 'caller', w.config.graceMs);
    }
    if (caller.phase === 'fallingBack') return twiml({ verb: 'leave' });
  }
  return listenDocument(w, { ...event, type: 'caller.wait' });
}

/** What its Enqueue says of the caller. `null`: whatever the state says. */
function leftQueue(w: Work, event: Extract<CallerRequest, { type: 'caller.ended' }>): Reply | null {
  const { caller } = w.s;
  const { queueResult: result, part = 1 } = event;
  switch (result) {
    case 'bridged':
    case 'bridging-in-process':
    case 'redirected-from-bridged':
      talked(w);
      if (caller.phase !== 'ended') callerEnded(w, 'connected');
      return twiml();
    case 'hangup':
      callerGone(w);
      return hangup();
    case 'redirected':
      // Not by us: whoever took the call has it, unless it comes back to the queue by the document it gets now.
      // A copy of what an earlier stay ended with may come when they have been back for long.
      if (part !== caller.stay) return null;
      if (caller.phase === 'connected') notByUs(w);
      if (caller.phase !== 'waiting') return null;
      caller.elsewhere = true;
      caller.stay = (caller.stay % 9) + 1;
      return null;
    case 'queue-full':
    case 'error':
    case 'system-error':
    case 'leave':
      callerHeld(w);
      if (caller.phase === 'waiting') caller.phase = 'fallingBack';
      return null;
    case null:
      return null;
    default:
      return unreachable(result);
  }
}

/** A talk is over that nobody has told us of: it was with the worker who was told to take the caller. */
function talked(w: Work): void {
  if (w.s.served !== null) return;
  const offered = w.s.reservations.filter((reservation) => reservation.offered && reservation.phase === 'pending');
  const reservation = offered.find((one) => one.leg === w.s.claim) ?? offered[0];
  if (reservation !== undefined) reservationIs(w, reservation, 'accepted');
}

/** Their worker's Dial would have ended their stay otherwise (twilio.com/docs/voice/twiml/enqueue). */
function notByUs({ s }: Work): void {
  const served = s.reservations.find(({ id }) => id === s.served);
  if (served === undefined || served.bridged === true) return;
  s.caller.elsewhere = true;
  served.resting = 'no';
}
