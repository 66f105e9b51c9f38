import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { canStillAnswer, isUnanswered, type LegDraft, legTimer } from '../call/leg.js';
import { answered, dropRedirect } from '../call/party.js';
import { refreshCaller, callerRedirected, endCaller, isTold, startFallback, redirectCaller } from '../caller/caller.js';
import { isWithUserTwiml } from '../caller/fallback.js';
import type { Outcome, OutcomeEvent } from '../effects.js';
import { hangUpLeg, redirectToFarewell, sayFarewell } from '../leg/actions.js';
import { ringUnsent } from '../leg/dial.js';
import { startTimer, stopTimer } from '../timers.js';
import { cancelTask } from './requests.js';
import type { TaskCallResult, TaskRouterContext } from './state.js';
import { afterTalk } from './talk.js';

/** The caller waits in the queue, for a task that is alive and that nobody else has. */
export function isWaiting({ state }: TaskRouterContext): boolean {
  return state.caller.phase === 'waiting' && !state.caller.takenElsewhere && !state.taskCanceled;
}

/** Known to be in progress. */
export function callerHeld(ctx: TaskRouterContext): void {
  const { caller } = ctx.state;
  if (caller.phase !== 'ended') caller.held = true;
}

/** Nobody takes the call: the caller is told, now or as soon as they can be. */
export function fallBack(ctx: TaskRouterContext): void {
  const { caller } = ctx.state;
  if (caller.phase !== 'waiting' || caller.takenElsewhere) return;
  caller.phase = 'fallingBack';
  stopTimer(ctx, 'deadline');
  startFallback(ctx);
}

/** Somebody else has accepted their task: they are with them, unless they have come for the fallback already. */
export function leaveToOthers(ctx: TaskRouterContext): void {
  const { caller } = ctx.state;
  if (caller.phase !== 'waiting' && (caller.phase !== 'fallingBack' || caller.fallbackServed)) return;
  caller.takenElsewhere = true;
  if (caller.phase === 'waiting') return;
  stopTimer(ctx, 'caller');
  dropRedirect(ctx, caller);
}

/** Past the deadline, the last one who may still take the call decides. */
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

/** The one outcome of this visit. */
export function callerEnded(ctx: TaskRouterContext, result: TaskCallResult): void {
  const { state } = ctx;
  state.caller.phase = 'ended';
  state.result = result;
  state.call.token = null;
  state.timestamps.endedAt ??= ctx.at;
  for (const timer of ['caller', 'deadline']) stopTimer(ctx, timer);
  dismissLegs(ctx);
  afterTalk(ctx);
  ctx.effects.push({
    type: 'hook.run',
    id: `hook:ended:${state.call.sid}:${String(state.visit)}`,
    hook: 'ended',
    data: { sid: state.call.sid, from: state.call.from, to: state.call.to, visit: state.visit, result },
  });
}

/** Ends or tells each leg when the caller no longer waits. */
export function dismissLegs(ctx: TaskRouterContext): void {
  for (const leg of ctx.state.legs) dismiss(ctx, leg);
}

function dismiss(ctx: TaskRouterContext, leg: LegDraft): void {
  if (isUnanswered(leg.phase) || leg.phase === 'detecting') hangUpLeg(ctx, leg);
  else if (leg.phase === 'confirming') sayFarewell(ctx, leg, 'callerGone');
  else if (leg.phase === 'farewell' && leg.farewell === 'lost' && !leg.farewellDelivered) leg.farewell = 'callerGone';
  // Their Dial is over and asks what now; the timer is for one who hears nothing after all.
  else if (leg.phase === 'bridged' || leg.phase === 'joining') startTimer(ctx, legTimer(leg), ctx.config.graceMs);
}

/** A worker who was told to take the caller, and whose Dial has not said what became of it. */
export function redirectUnjoined(ctx: TaskRouterContext, leg: LegDraft): void {
  sayFarewell(ctx, leg, 'callerGone');
  redirectToFarewell(ctx, leg);
}

/** The caller was told goodbye, perhaps by the answer to a late copy: their task is cancelled, and a talk goes on. */
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

export function onCallerOutcome(ctx: TaskRouterContext, { effect, outcome: result }: OutcomeEvent): void {
  switch (effect.type) {
    case 'call.fetch':
      callerFetched(ctx, result);
      return;
    case 'call.redirect':
      if (result.kind === 'gone') callerGone(ctx);
      else if (ctx.state.caller.phase === 'fallingBack' && callerRedirected(ctx, effect.id, result)) {
        callerHeld(ctx);
        startTimer(ctx, 'caller', ctx.config.graceMs);
      }
      return;
    case 'call.end':
      answered(ctx.state.caller, 'end');
      if (result.kind === 'done' || result.kind === 'gone') callerGone(ctx);
      return;
    case 'call.create':
    case 'call.announce':
      return;
    default:
      assertNever(effect);
  }
}

function callerFetched(ctx: TaskRouterContext, result: Outcome): void {
  const { state } = ctx;
  answered(state.caller, 'fetch');
  if (result.kind === 'gone' || (result.kind === 'fetched' && isFinalStatus(result.status))) {
    callerGone(ctx);
    return;
  }
  if (result.kind !== 'fetched' || result.status !== 'in-progress') return;
  callerHeld(ctx);
  if (isWaiting(ctx)) ringUnsent(ctx);
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (state.caller.phase === 'connected' && served?.missed === true) {
    // Alive, and not with the worker who was told to take them.
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
      // The worker left long ago and this call is still there: it is with nobody.
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

/** No Dial and no Enqueue has said that they talked, in all the time that it may take. */
function notBridged({ state }: TaskRouterContext): boolean {
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (served === undefined || served.bridged === true) return false;
  served.missed = true;
  return true;
}
