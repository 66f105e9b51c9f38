import { RETRIED_MS } from '../call/call.js';
import { isInRoom } from '../call/leg.js';
import { refreshCaller } from '../caller/caller.js';
import { startTimer } from '../timers.js';
import { sendToCoolDown, notifyWorker, updateTask } from './requests.js';
import { legOf, type ReservationDraft, type TaskRouterContext } from './state.js';

/** The worker's leg is out of the talk: they cool down if that is wanted, and their voice slot is freed. */
export function onTalkEnded(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  const { phase, takenElsewhere } = ctx.state.caller;
  if (mayBeOthers(ctx, reservation)) {
    if (takenElsewhere) reservation.coolDown = 'no';
    else if (reservation.missed) refreshCaller(ctx);
    // What says that they talked may come as late as a retry; then a caller who is still there is with somebody else.
    else startTimer(ctx, 'caller', RETRIED_MS + ctx.config.graceMs);
    return;
  }
  // By the document that gave them the caller, Twilio has moved them itself.
  if (ctx.state.settings.afterCall === 'coolDown' && reservation.coolDown === 'no')
    notifyWorker(ctx, reservation, 'parked');
  // The caller's own call goes on at the action of its Enqueue and ends; this sweeps up one that does not.
  if (phase === 'connected') startTimer(ctx, 'caller', ctx.config.graceMs);
  completeTask(ctx);
}

/** The talk is over, with our worker or with somebody else: does what waited for that. */
export function afterTalk(ctx: TaskRouterContext): void {
  const served = ctx.state.reservations.find(({ id }) => id === ctx.state.servedReservation);
  const leg = served === undefined ? undefined : legOf(ctx, served);
  if (served !== undefined && (leg === undefined || !isInRoom(leg.phase))) onTalkEnded(ctx, served);
}

/**
 * Accepted, and not known to be by their Dial: unless the caller is gone, somebody else may have them. Who hangs up before their
 * Dial begins asks for nothing, and their reservation is open to whatever else they work with.
 */
export function mayBeOthers({ state }: TaskRouterContext, { bridged }: ReservationDraft): boolean {
  return bridged !== true && (state.caller.takenElsewhere || state.caller.phase !== 'ended');
}

/**
 * The talk is over: until its task is completed, the worker's only voice slot stays taken (twilio.com/docs/taskrouter/multitasking).
 * So whoever is to cool down is moved first: between the two, nobody is reserved.
 */
export function completeTask(ctx: TaskRouterContext): void {
  const served = ctx.state.reservations.find(({ id }) => id === ctx.state.servedReservation);
  if (served === undefined || mayBeOthers(ctx, served)) return;
  if (served.coolDown === 'due') sendToCoolDown(ctx, served);
  if (served.coolDown !== 'pending') updateTask(ctx, 'completed', 'the call is over');
}
