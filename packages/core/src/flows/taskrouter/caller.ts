import { assertNever } from '../../kernel/draft.js';
import { canStillAnswer, isUnanswered, type LegDraft, legTimer } from '../call/leg.js';
import { dropRedirect } from '../call/party.js';
import { refreshCaller, callerOutcome, endCaller, isTold, startFallback, redirectCaller } from '../caller/caller.js';
import { isWithUserTwiml } from '../caller/fallback.js';
import type { OutcomeEvent } from '../effects.js';
import { hangUpLeg, redirectToFarewell, sayFarewell } from '../leg/actions.js';
import { ringUnsent } from '../leg/dial.js';
import { startTimer, stopTimer } from '../timers.js';
import { cancelTask } from './requests.js';
import { isWaiting, type TaskCallResult, type TaskRouterContext } from './state.js';
import { afterTalk } from './talk.js';

/** Records that the caller's call is in progress. */
export function callerHeld(ctx: TaskRouterContext): void {
  const { caller } = ctx.state;
  if (caller.phase !== 'ended') caller.held = true;
}

/** Sends the caller to the fallback because no worker takes the call, now or as soon as possible. */
export function fallBack(ctx: TaskRouterContext): void {
  const { caller } = ctx.state;
  if (caller.phase !== 'waiting' || caller.takenElsewhere) return;
  caller.phase = 'fallingBack';
  stopTimer(ctx, 'deadline');
  startFallback(ctx);
}

/** Another application accepted the caller's task and has the caller, unless they have already arrived at the fallback. */
export function leaveToOthers(ctx: TaskRouterContext): void {
  const { caller } = ctx.state;
  if (caller.phase !== 'waiting' && (caller.phase !== 'fallingBack' || caller.fallbackServed)) return;
  caller.takenElsewhere = true;
  if (caller.phase === 'waiting') return;
  stopTimer(ctx, 'caller');
  dropRedirect(ctx, caller);
}

/** Falls back after the deadline, once no leg may still take the call. */
export function fallBackIfExhausted(ctx: TaskRouterContext): void {
  const { state } = ctx;
  if (!state.deadlinePassed || state.winner !== null || state.legs.some((leg) => canStillAnswer(leg.phase))) return;
  fallBack(ctx);
}

export function callerGone(ctx: TaskRouterContext): void {
  const { caller, servedReservation } = ctx.state;
  if (caller.phase !== 'ended')
    callerEnded(ctx, servedReservation !== null ? 'connected' : isTold(caller) ? 'unanswered' : 'callerLeft');
  else if (isWithUserTwiml(ctx.state)) ctx.state.caller.over = true;
}

/** Records the one outcome of this visit. */
export function callerEnded(ctx: TaskRouterContext, result: TaskCallResult): void {
  const { state } = ctx;
  state.caller.phase = 'ended';
  state.result = result;
  state.call.token = null;
  state.timestamps.endedAt ??= ctx.at;
  for (const timer of ['caller', 'deadline']) stopTimer(ctx, timer);
  dismissLegs(ctx);
  afterTalk(ctx);
}

/** Ends or informs each leg when the caller no longer waits. */
export function dismissLegs(ctx: TaskRouterContext): void {
  for (const leg of ctx.state.legs) dismiss(ctx, leg);
}

function dismiss(ctx: TaskRouterContext, leg: LegDraft): void {
  if (isUnanswered(leg.phase) || leg.phase === 'detecting') hangUpLeg(ctx, leg);
  else if (leg.phase === 'confirming') sayFarewell(ctx, leg, 'callerGone');
  else if (leg.phase === 'farewell' && leg.farewell === 'lost' && !leg.farewellDelivered) leg.farewell = 'callerGone';
  // Its Dial is over and will ask what to do; the timer is for a leg that hears nothing.
  else if (leg.phase === 'bridged' || leg.phase === 'joining') startTimer(ctx, legTimer(leg), ctx.config.graceMs);
}

/** Dismisses a worker who was offered the caller, and whose Dial has not reported what happened. */
export function redirectUnjoined(ctx: TaskRouterContext, leg: LegDraft): void {
  sayFarewell(ctx, leg, 'callerGone');
  redirectToFarewell(ctx, leg);
}

/** The caller was told goodbye, perhaps in answer to a late repeat: their task is cancelled, and a talk goes on. */
export function callerSentAway(ctx: TaskRouterContext): void {
  const { caller, winner, servedReservation } = ctx.state;
  if (caller.phase === 'waiting' && winner === null && servedReservation === null && !caller.takenElsewhere) {
    caller.goodbye = true;
    caller.phase = 'fallingBack';
    ctx.state.call.token = null;
    stopTimer(ctx, 'deadline');
    dismissLegs(ctx);
    cancelTask(ctx);
    startTimer(ctx, 'caller', ctx.config.graceMs);
  } else if (caller.phase === 'fallingBack') caller.goodbye = true;
  else if (caller.phase !== 'ended') refreshCaller(ctx);
}

export function onCallerOutcome(ctx: TaskRouterContext, event: OutcomeEvent): void {
  const report = callerOutcome(ctx, event);
  switch (report) {
    case 'gone':
      callerGone(ctx);
      return;
    case 'redirected':
      callerHeld(ctx);
      startTimer(ctx, 'caller', ctx.config.graceMs);
      return;
    case 'inProgress':
      callerAlive(ctx);
      return;
    case 'notYet':
    case 'unseen':
    case null:
      return;
    default:
      assertNever(report);
  }
}

/** A fetch found the caller's call in progress. */
function callerAlive(ctx: TaskRouterContext): void {
  const { state } = ctx;
  callerHeld(ctx);
  if (isWaiting(ctx)) ringUnsent(ctx);
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (state.caller.phase === 'connected' && served?.missed === true) {
    // Alive, and not with the worker who was offered the caller.
    state.caller.takenElsewhere = true;
    served.coolDown = 'no';
  }
  if (state.caller.phase === 'fallingBack') {
    if (state.timers['caller'] === undefined && !state.caller.takenElsewhere) redirectCaller(ctx);
  } else if (state.taskCanceled && state.winner === null) fallBack(ctx);
}

export function onCallerTimer(ctx: TaskRouterContext): void {
  const { phase } = ctx.state.caller;
  switch (phase) {
    case 'fallingBack':
      if (!ctx.state.caller.takenElsewhere) redirectCaller(ctx);
      return;
    case 'connected':
      if (notBridged(ctx)) {
        refreshCaller(ctx);
        return;
      }
      // The worker left long ago and this call is still up: the caller is alone.
      startTimer(ctx, 'caller', ctx.config.graceMs);
      endCaller(ctx);
      return;
    case 'waiting':
    case 'ended':
      return;
    default:
      assertNever(phase);
  }
}

/** True if neither a Dial nor the Enqueue has reported a talk in all the time that may take. */
function notBridged({ state }: TaskRouterContext): boolean {
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (served === undefined || served.bridged === true) return false;
  served.missed = true;
  return true;
}
