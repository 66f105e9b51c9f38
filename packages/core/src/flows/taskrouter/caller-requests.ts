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

/** Builds what the caller hears now, by phase. A caller who is handed to the user's TwiML is no longer ours. */
export function answerCaller(ctx: TaskRouterContext, event: TaskRouterEvent, arrival: 'first' | 'again'): Reply {
  const { phase } = ctx.state.caller;
  switch (phase) {
    case 'waiting':
      return twiml(...opening(ctx.state.settings, arrival), queue(ctx));
    case 'connected':
      // Out of the queue and with a worker: the request is late.
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
  // This document takes the call out of the queue: no worker may be rung for it.
  cancelTask(ctx);
  if (leavesOurHands(currentFallback(ctx.state.settings, ctx.state.caller))) callerEnded(ctx, 'handedOff');
  return fallbackVerbs(ctx);
}

/** Handles a key: star takes the caller out of the queue to voicemail, unless a worker has just won them. */
export function onCallerKey(ctx: TaskRouterContext, event: Extract<TaskRequest, { type: 'caller.key' }>): Reply {
  const { caller, settings, winner, visit } = ctx.state;
  if ((event.visit ?? visit) === visit) {
    if (!isFinalStatus(event.status)) callerHeld(ctx);
    if (event.digits === '*' && settings.offerMessage && caller.phase === 'waiting' && winner === null) {
      caller.phase = 'fallingBack';
      stopTimer(ctx, 'deadline');
      // If the queue does not release them, they are redirected.
      startTimer(ctx, 'caller', ctx.config.graceMs);
    }
    if (caller.phase === 'fallingBack') return twiml({ verb: 'leave' });
  }
  return listenDocument(ctx, { ...event, type: 'caller.wait' });
}

/** Handles what the Enqueue reports about the caller. `null`: the reply depends on the state. */
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
      // Not redirected by us: the app that did it has the caller, unless the document it now gets brings the call back to the queue. A
      // repeat of an earlier stay's report may come long after the caller is back.
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

/** Records a talk that no notification reported: it was with the worker who was offered the caller. */
function talked(ctx: TaskRouterContext): void {
  if (ctx.state.servedReservation !== null) return;
  const offered = ctx.state.reservations.filter(
    (reservation) => reservation.offered && reservation.phase === 'pending',
  );
  const reservation = offered.find((one) => one.leg === ctx.state.winner) ?? offered[0];
  if (reservation !== undefined) applyReservationStatus(ctx, reservation, 'accepted');
}

/** Otherwise the Dial of their worker would have ended their stay (twilio.com/docs/voice/twiml/enqueue). */
function notByUs({ state }: TaskRouterContext): void {
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (served === undefined || served.bridged === true) return;
  state.caller.takenElsewhere = true;
  served.coolDown = 'no';
}
