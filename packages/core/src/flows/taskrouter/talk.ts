import { RETRIED_MS } from '../call/call.js';
import { isInRoom } from '../call/leg.js';
import { refreshCaller } from '../caller/caller.js';
import { startTimer } from '../timers.js';
import { sendToCoolDown, notifyWorker, updateTask } from './requests.js';
import { legOf, type ReservationDraft, type TaskRouterContext } from './state.js';

/** The worker's leg has left the talk: the worker cools down if so configured, and their voice slot is freed. */
export function onTalkEnded(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  const { phase, takenElsewhere } = ctx.state.caller;
  if (mayBeOthers(ctx, reservation)) {
    if (takenElsewhere) reservation.coolDown = 'no';
    else if (reservation.missed) refreshCaller(ctx);
    // A report of their talk may be as late as a retry; after that, a caller who is still there is with someone else.
    else startTimer(ctx, 'caller', RETRIED_MS + ctx.config.graceMs);
    return;
  }
  // The TwiML that gave them the caller made Twilio move them.
  if (ctx.state.settings.afterCall === 'coolDown' && reservation.coolDown === 'no')
    notifyWorker(ctx, reservation, 'parked');
  // The caller's own call goes on at the action of its Enqueue and ends; the timer ends one that does not.
  if (phase === 'connected') startTimer(ctx, 'caller', ctx.config.graceMs);
  completeTask(ctx);
}

/** The talk is over, with our worker or with another application's: does what waited for that. */
export function afterTalk(ctx: TaskRouterContext): void {
  const served = ctx.state.reservations.find(({ id }) => id === ctx.state.servedReservation);
  const leg = served === undefined ? undefined : legOf(ctx, served);
  if (served !== undefined && (leg === undefined || !isInRoom(leg.phase))) onTalkEnded(ctx, served);
}

/**
 * True if the reservation is accepted but not known to be by the worker's Dial: unless the caller is gone, another application
 * may have them. A worker who hangs up before their Dial begins makes no request, and their reservation is open to any other tool
 * they work with.
 */
export function mayBeOthers({ state }: TaskRouterContext, { bridged }: ReservationDraft): boolean {
  return bridged !== true && (state.caller.takenElsewhere || state.caller.phase !== 'ended');
}

/**
 * Completes the task after the talk: until then the worker's only voice slot stays taken
 * (twilio.com/docs/taskrouter/multitasking). A worker who is to cool down is moved first, so that they are not reserved in
 * between.
 */
export function completeTask(ctx: TaskRouterContext): void {
  const served = ctx.state.reservations.find(({ id }) => id === ctx.state.servedReservation);
  if (served === undefined || mayBeOthers(ctx, served)) return;
  if (served.coolDown === 'due') sendToCoolDown(ctx, served);
  if (served.coolDown !== 'pending') updateTask(ctx, 'completed', 'the call is over');
}
