import { assertNever } from '../../kernel/draft.js';
import type { ReservationStatus } from '../../wire/taskrouter.js';
import { canStillAnswer, isInRoom, isUnanswered, type LegDraft, type LegResult, legTimer, stamp } from '../call/leg.js';
import { isTold } from '../caller/caller.js';
import type { TaskRouterEffect } from '../effects.js';
import { hangUpLeg, redirectToFarewell, sayFarewell } from '../leg/actions.js';
import { stopTimer } from '../timers.js';
import { leaveToOthers } from './caller.js';
import type { ReservationNews, TaskRouterResult, TaskRouterEvent } from './events.js';
import { refreshReservation, sendRejection, notifyWorker } from './requests.js';
import {
  legOf,
  type ReservationDraft,
  type ReservationResult,
  reservationTimer,
  type TaskRouterContext,
} from './state.js';
import { completeTask, mayBeOthers, onTalkEnded } from './talk.js';
import { adoptTask } from './task.js';

/** Twilio's errors for numbers it cannot or will not call: the worker's number is at fault (twilio.com/docs/api/errors). */
const BAD_NUMBER: readonly (number | null)[] = [21211, 21214, 21217];

/** Not found, address incomplete, does not exist anywhere (RFC 3261, 21). */
const BAD_NUMBER_SIP: readonly (number | null)[] = [404, 484, 604];

/**
 * Resolves open reservations from the current state: one whose leg will not take the caller is rejected, unless Twilio ends it by
 * itself. Runs at the end of every step, so that no event handler has to.
 */
export function resolveReservations(ctx: TaskRouterContext): void {
  const { state } = ctx;
  for (const reservation of state.reservations) {
    if (reservation.phase === 'accepted') {
      if (state.task.over) close(ctx, reservation, 'accepted');
      continue;
    }
    const leg = legOf(ctx, reservation);
    const isOfTask = state.task.sid === reservation.task;
    // Only Twilio knows whether the rejection moved the worker: its answer is in flight, or the timer asks again.
    if (reservation.phase === 'rejecting' && (state.servedReservation !== null || (state.task.over && isOfTask)))
      continue;
    if (state.task.over && isOfTask) endWithoutTalk(ctx, reservation, 'canceled');
    // Twilio takes the others back when one is accepted.
    else if (state.servedReservation !== null) close(ctx, reservation, 'rescinded');
    // After an offer only the reservation itself tells whether it was taken: a fetch is asking it.
    else if (reservation.phase === 'pending' && !reservation.offered && !mayStillTake(leg) && !callerIsOut(ctx)) {
      rejectNow(ctx, reservation, leg?.result ?? null);
    }
  }
  forget(ctx);
}

function mayStillTake(leg: LegDraft | undefined): boolean {
  return leg !== undefined && (canStillAnswer(leg.phase) || leg.phase === 'joining' || leg.phase === 'bridged');
}

/** True once the caller is out of the queue or about to be: Twilio cancels the task and all its reservations. */
export function callerIsOut(ctx: TaskRouterContext): boolean {
  const { caller, taskCanceled } = ctx.state;
  return caller.phase === 'ended' || isTold(caller) || taskCanceled;
}

/** Rejects the reservation, always with an activity: without one, the same worker is reserved again at once. */
function rejectNow(ctx: TaskRouterContext, reservation: ReservationDraft, result: LegResult | null): void {
  reservation.phase = 'rejecting';
  reservation.rejectTo ??= activityAfter(result);
  sendRejection(ctx, reservation);
}

/**
 * Sends a worker offline only if their number is at fault, which only a person can fix. An outage of ours or of Twilio's must not
 * take every worker off duty.
 */
function activityAfter(result: LegResult | null): 'unavailable' | 'offline' {
  const isItsFault =
    result?.kind === 'refused'
      ? BAD_NUMBER.includes(result.code)
      : result?.kind === 'notReached' && result.status === 'failed' && BAD_NUMBER_SIP.includes(result.sipCode);
  return isItsFault ? 'offline' : 'unavailable';
}

/** Closes a reservation that needs nothing more. */
function close(ctx: TaskRouterContext, reservation: ReservationDraft, result: ReservationResult): void {
  // Even if the task's end has already closed it: only the timeout says where it left the worker.
  if (result === 'timeout') notifyWorker(ctx, reservation, 'timedOut');
  if (reservation.phase === 'over') return;
  reservation.phase = 'over';
  reservation.result ??= result;
  reservation.timestamps.endedAt ??= ctx.at;
  stopTimer(ctx, reservationTimer(reservation));
  if (result === 'rejected' && reservation.rejectTo === 'unavailable') notifyWorker(ctx, reservation, 'parked');
}

/** Applies what a fetch or an event says about a reservation. */
export function applyReservationStatus(
  ctx: TaskRouterContext,
  reservation: ReservationDraft,
  status: ReservationStatus,
): void {
  switch (status) {
    case 'pending':
      if (reservation.phase === 'rejecting') sendRejection(ctx, reservation);
      // The join did not happen and the leg can no longer take the caller: otherwise the worker would be held until the timeout.
      else if (reservation.offered && !mayStillTake(legOf(ctx, reservation))) reservation.offered = false;
      return;
    case 'accepted':
    case 'wrapping':
      accepted(ctx, reservation);
      return;
    case 'completed':
      accepted(ctx, reservation);
      close(ctx, reservation, 'accepted');
      return;
    case 'rejected':
      endWithoutTalk(ctx, reservation, 'rejected');
      return;
    case 'timeout':
      endWithoutTalk(ctx, reservation, 'timeout');
      return;
    case 'canceled':
      endWithoutTalk(ctx, reservation, 'canceled');
      return;
    case 'rescinded':
      endWithoutTalk(ctx, reservation, 'rescinded');
      return;
    default:
      assertNever(status);
  }
}

/** Records that the worker has the caller, if they accepted our offer. */
function accepted(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  const { state } = ctx;
  if (reservation.phase === 'over' || reservation.phase === 'accepted') return;
  const leg = legOf(ctx, reservation);
  if (leg === undefined || !reservation.offered || !leg.joinTwimlSent) {
    // The worker accepted by other means, for example in Flex: the reservation and the caller are theirs.
    leaveToOthers(ctx);
    endWithoutTalk(ctx, reservation, 'accepted');
    return;
  }
  reservation.phase = 'accepted';
  reservation.result = 'accepted';
  const { afterCall, workspace } = state.settings;
  if (afterCall === 'coolDown' && workspace.multiTask !== false) reservation.coolDown = 'due';
  stopTimer(ctx, reservationTimer(reservation));
  state.servedReservation = reservation.id;
  state.winner = leg.id;
  leg.result = { kind: 'bridged' };
  stamp(leg, 'joinedAt', ctx.at);
  if (state.caller.phase === 'waiting') {
    state.caller.phase = 'connected';
    state.timestamps.connectedAt ??= ctx.at;
    stopTimer(ctx, 'deadline');
  }
  if (leg.phase === 'joining') {
    leg.phase = 'bridged';
    stopTimer(ctx, legTimer(leg));
  } else onTalkEnded(ctx, reservation);
  for (const other of state.legs) if (other !== leg) dismissLoser(ctx, other, 'taken');
}

/** The worker's Dial reports that they talked. */
export function bridged(ctx: TaskRouterContext, reservation: ReservationDraft, leg: LegDraft): void {
  const wasServed = ctx.state.servedReservation === reservation.id;
  if (wasServed && !mayBeOthers(ctx, reservation)) return;
  reservation.bridged = true;
  reservation.missed = false;
  applyReservationStatus(ctx, reservation, 'accepted');
  if (wasServed && !isInRoom(leg.phase)) onTalkEnded(ctx, reservation);
}

/** Ends a reservation without a talk: its leg rings for no caller. An accepted reservation is not changed by later events. */
function endWithoutTalk(ctx: TaskRouterContext, reservation: ReservationDraft, result: ReservationResult): void {
  const { phase } = reservation;
  if (phase === 'accepted') return;
  const leg = legOf(ctx, reservation);
  close(ctx, reservation, result);
  if (leg === undefined || phase === 'over') return;
  // A worker who was offered the caller learns from their own `<Dial>` that the queue is empty.
  if (ctx.state.winner === leg.id) ctx.state.winner = null;
  if (leg.phase === 'detecting') hangUpLeg(ctx, leg);
  else if (leg.phase === 'joining' && !leg.joinTwimlSent) {
    sayFarewell(ctx, leg, farewellAfter(result));
    redirectToFarewell(ctx, leg);
  } else dismissLoser(ctx, leg, farewellAfter(result));
}

function farewellAfter(result: ReservationResult): 'taken' | 'callerGone' | 'lost' {
  if (result === 'canceled') return 'callerGone';
  return result === 'rescinded' || result === 'accepted' ? 'taken' : 'lost';
}

/**
 * Dismisses a leg that lost: a ringing one is ended; a callee who is being asked is told; one in detection continues until the
 * verdict.
 */
export function dismissLoser(ctx: TaskRouterContext, leg: LegDraft, why: 'taken' | 'callerGone' | 'lost'): void {
  if (isUnanswered(leg.phase)) hangUpLeg(ctx, leg);
  else if (leg.phase === 'confirming') sayFarewell(ctx, leg, why);
}

/** Forgets the oldest finished reservations: a long wait may take hundreds of workers. */
function forget(ctx: TaskRouterContext): void {
  const { state } = ctx;
  let surplus = state.reservations.length - ctx.config.rememberReservations;
  if (surplus <= 0) return;
  state.reservations = state.reservations.filter((reservation) => {
    const leg = legOf(ctx, reservation);
    if (surplus <= 0 || reservation.phase !== 'over' || state.servedReservation === reservation.id) return true;
    if ((leg?.phase ?? 'ended') !== 'ended') return true;
    surplus -= 1;
    if (reservation.leg !== null) state.legs.remove(reservation.leg);
    return false;
  });
}

/** The status that a fetch would have returned after each event. */
const STATUS_AFTER: Readonly<Record<ReservationNews, ReservationStatus>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  timeout: 'timeout',
  canceled: 'canceled',
  failed: 'canceled',
  rescinded: 'rescinded',
  wrapup: 'wrapping',
  completed: 'completed',
};

export function onReservation(ctx: TaskRouterContext, event: Extract<TaskRouterEvent, { type: 'reservation' }>): void {
  const reservation = ctx.state.reservations.find((candidate) => candidate.sid === event.reservation);
  if (reservation !== undefined) applyReservationStatus(ctx, reservation, STATUS_AFTER[event.news]);
  // For a worker we were never asked about: it can only have been accepted by other means.
  else if (event.news === 'accepted' && isOfCallsTask(ctx, event)) leaveToOthers(ctx);
}

/** The report of the task itself may come later than that of a worker who has accepted it. */
function isOfCallsTask(
  ctx: TaskRouterContext,
  { task, visit = null }: Extract<TaskRouterEvent, { type: 'reservation' }>,
): boolean {
  if (task === undefined) return false;
  return ctx.state.task.sid === null ? adoptTask(ctx, task, visit) : ctx.state.task.sid === task;
}

export function onReservationOutcome(
  ctx: TaskRouterContext,
  effect: Extract<TaskRouterEffect, { type: 'reservation.update' | 'reservation.fetch' }>,
  result: TaskRouterResult,
): void {
  const reservation = ctx.state.reservations.find((candidate) => candidate.sid === effect.reservation);
  if (reservation === undefined) return;
  reservation.inFlight = false;
  if (result.kind === 'gone') endWithoutTalk(ctx, reservation, 'canceled');
  else if (result.kind === 'reservation') applyReservationStatus(ctx, reservation, result.status);
  else if (effect.type !== 'reservation.update') return;
  else if (result.kind === 'done') close(ctx, reservation, 'rejected');
  // It was resolved elsewhere; a fetch tells how.
  else if (result.kind === 'refused') refreshReservation(ctx, reservation);
}

/** The worker cools down, or stays because they talk elsewhere: either way the task can be completed now. */
export function onCoolDownOutcome(
  ctx: TaskRouterContext,
  effect: Extract<TaskRouterEffect, { type: 'reservation.coolDown' }>,
  result: TaskRouterResult,
): void {
  const reservation = ctx.state.reservations.find((candidate) => candidate.sid === effect.reservation);
  if (reservation?.coolDown !== 'pending') return;
  if (result.kind === 'failed') {
    // The next heartbeat asks again.
    reservation.coolDown = 'due';
    return;
  }
  reservation.coolDown = 'over';
  if (result.kind === 'done') notifyWorker(ctx, reservation, 'parked');
  completeTask(ctx);
}

export function onReservationTimer(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  switch (reservation.phase) {
    case 'rejecting':
      refreshReservation(ctx, reservation);
      return;
    case 'pending': {
      if (reservation.offered) {
        refreshReservation(ctx, reservation);
        return;
      }
      // Still undecided shortly before its end: a timeout would park the worker.
      const leg = legOf(ctx, reservation);
      if (leg?.phase === 'detecting') hangUpLeg(ctx, leg);
      else if (leg !== undefined) dismissLoser(ctx, leg, 'lost');
      rejectNow(ctx, reservation, leg?.result ?? null);
      return;
    }
    case 'accepted':
    case 'over':
      return;
    default:
      assertNever(reservation.phase);
  }
}
