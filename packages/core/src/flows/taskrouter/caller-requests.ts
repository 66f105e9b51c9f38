import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { type Reply, twiml } from '../../wire/twiml.js';
import { RETRIED_MS } from '../call/call.js';
import { serveFallback } from '../caller/caller.js';
import {
  onFallbackEnded,
  fallbackVerbs,
  isWithUserTwiml,
  isForFallback,
  currentFallback,
  wayToFallback,
} from '../caller/fallback.js';
import { listenDocument, opening } from '../caller/hold-twiml.js';
import { leavesOurHands } from '../settings/fallback.js';
import { startTimer, stopTimer } from '../timers.js';
import { callerEnded, callerGone, callerHeld, fallBackIfExhausted } from './caller.js';
import type { TaskRequest, TaskRouterEvent } from './events.js';
import { cancelTask } from './requests.js';
import { applyReservationStatus } from './reservations.js';
import type { TaskRouterContext } from './state.js';
import { hangup, queue } from './twiml.js';

type CallerRequest = Extract<TaskRequest, { type: 'caller.ended' | 'caller.document' | 'caller.fallback' }>;

export function onCallerRequest(ctx: TaskRouterContext, event: CallerRequest): Reply {
  const { caller } = ctx.state;
  if (event.type === 'caller.ended') {
    const reply = leftQueue(ctx, event);
    if (reply !== null && !isFinalStatus(event.status)) return reply;
  }
  if (event.type === 'caller.fallback' && onFallbackEnded(ctx, event)) {
    callerEnded(ctx, 'handedOff');
    return hangup();
  }
  if (isFinalStatus(event.status)) {
    callerGone(ctx);
    return hangup();
  }
  callerHeld(ctx);
  if (caller.phase === 'waiting') caller.inQueueBy = ctx.at + RETRIED_MS + ctx.config.graceMs;
  fallBackIfExhausted(ctx);
  return answerCaller(ctx, event, 'again');
}

/** What the caller hears now, by phase; who is handed on to the user's TwiML is no longer ours. */
export function answerCaller(ctx: TaskRouterContext, event: TaskRouterEvent, arrival: 'first' | 'again'): Reply {
  const { phase } = ctx.state.caller;
  switch (phase) {
    case 'waiting':
      return twiml(...opening(ctx.state.settings, arrival), queue(ctx));
    case 'connected':
      // Out of the queue and with a worker: what is asked now comes late.
      return twiml();
    case 'fallingBack':
      return isForFallback(event, ctx.state.caller) ? fallbackDocument(ctx) : wayToFallback(ctx);
    case 'ended':
      if (!isWithUserTwiml(ctx.state)) return hangup();
      return isForFallback(event, ctx.state.caller) ? fallbackVerbs(ctx) : wayToFallback(ctx);
    default:
      return assertNever(phase);
  }
}

function fallbackDocument(ctx: TaskRouterContext): Reply {
  serveFallback(ctx);
  ctx.state.timestamps.fallbackAt ??= ctx.at;
  // The call leaves the queue by this document: no worker may be rung for it.
  cancelTask(ctx);
  if (leavesOurHands(currentFallback(ctx.state.settings, ctx.state.caller))) callerEnded(ctx, 'handedOff');
  return fallbackVerbs(ctx);
}

/** A star leads out of the queue and to the voicemail; who has just been given to a worker stays. */
export function onCallerKey(ctx: TaskRouterContext, event: Extract<TaskRequest, { type: 'caller.key' }>): Reply {
  const { caller, settings, winner, visit } = ctx.state;
  if ((event.visit ?? visit) === visit) {
    if (!isFinalStatus(event.status)) callerHeld(ctx);
    if (event.digits === '*' && settings.offerMessage && caller.phase === 'waiting' && winner === null) {
      caller.phase = 'fallingBack';
      stopTimer(ctx, 'deadline');
      // Should the queue not let them go, they are fetched.
      startTimer(ctx, 'caller', ctx.config.graceMs);
    }
    if (caller.phase === 'fallingBack') return twiml({ verb: 'leave' });
  }
  return listenDocument(ctx, { ...event, type: 'caller.wait' });
}

/** What its Enqueue says of the caller. `null`: whatever the state says. */
function leftQueue(ctx: TaskRouterContext, event: Extract<CallerRequest, { type: 'caller.ended' }>): Reply | null {
  const { caller } = ctx.state;
  const { queueResult: result, part = 1 } = event;
  switch (result) {
    case 'bridged':
    case 'bridging-in-process':
    case 'redirected-from-bridged':
      talked(ctx);
      if (caller.phase !== 'ended') callerEnded(ctx, 'connected');
      return twiml();
    case 'hangup':
      callerGone(ctx);
      return hangup();
    case 'redirected':
      // Not by us: whoever took the call has it, unless it comes back to the queue by the document it gets now.
      // A copy of what an earlier stay ended with may come when they have been back for long.
      if (part !== caller.stay) return null;
      if (caller.phase === 'connected') notByUs(ctx);
      if (caller.phase !== 'waiting') return null;
      caller.takenElsewhere = true;
      caller.stay = (caller.stay % 9) + 1;
      return null;
    case 'queue-full':
    case 'error':
    case 'system-error':
    case 'leave':
      callerHeld(ctx);
      if (caller.phase === 'waiting') caller.phase = 'fallingBack';
      return null;
    case null:
      return null;
    default:
      return assertNever(result);
  }
}

/** A talk is over that nobody has told us of: it was with the worker who was told to take the caller. */
function talked(ctx: TaskRouterContext): void {
  if (ctx.state.servedReservation !== null) return;
  const offered = ctx.state.reservations.filter(
    (reservation) => reservation.offered && reservation.phase === 'pending',
  );
  const reservation = offered.find((one) => one.leg === ctx.state.winner) ?? offered[0];
  if (reservation !== undefined) applyReservationStatus(ctx, reservation, 'accepted');
}

/** Their worker's Dial would have ended their stay otherwise (twilio.com/docs/voice/twiml/enqueue). */
function notByUs({ state }: TaskRouterContext): void {
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (served === undefined || served.bridged === true) return;
  state.caller.takenElsewhere = true;
  served.coolDown = 'no';
}
