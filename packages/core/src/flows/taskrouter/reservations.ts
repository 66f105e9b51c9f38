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

/** Numbers that Twilio cannot or will not call: the worker's own fault (twilio.com/docs/api/errors). */
const BAD_NUMBER: readonly (number | null)[] = [21211, 21214, 21217];

/** Not found, address incomplete, does not exist anywhere (RFC 3261, 21). */
const BAD_NUMBER_SIP: readonly (number | null)[] = [404, 484, 604];

/**
 * Decides what is open, from what is known now: a reservation whose leg will not take the caller is rejected, unless
 * Twilio ends it by itself. Runs at the end of every step, so that no event has to think of it.
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
    // Whether it has moved its worker, Twilio alone knows: the answer is under way, or asked for again by the timer.
    if (reservation.phase === 'rejecting' && (state.servedReservation !== null || (state.task.over && isOfTask)))
      continue;
    if (state.task.over && isOfTask) endWithoutTalk(ctx, reservation, 'canceled');
    // Twilio takes the others back when one is accepted.
    else if (state.servedReservation !== null) close(ctx, reservation, 'rescinded');
    // After an offer, only the reservation itself knows whether it was taken: it is being asked.
    else if (reservation.phase === 'pending' && !reservation.offered && !mayStillTake(leg) && !callerIsOut(ctx)) {
      rejectNow(ctx, reservation, leg?.result ?? null);
    }
  }
  forget(ctx);
}

function mayStillTake(leg: LegDraft | undefined): boolean {
  return leg !== undefined && (canStillAnswer(leg.phase) || leg.phase === 'joining' || leg.phase === 'bridged');
}

/** Out of the queue, or about to be: Twilio cancels the task and every reservation with it. */
export function callerIsOut(ctx: TaskRouterContext): boolean {
  const { caller, taskCanceled } = ctx.state;
  return caller.phase === 'ended' || isTold(caller) || taskCanceled;
}

/** Always with an activity: without one, the same worker is reserved again at once. */
function rejectNow(ctx: TaskRouterContext, reservation: ReservationDraft, result: LegResult | null): void {
  reservation.phase = 'rejecting';
  reservation.rejectTo ??= activityAfter(result);
  sendRejection(ctx, reservation);
}

/** The worker's number is at fault: only a person can mend it. An outage of ours or of Twilio's must not send everybody home. */
function activityAfter(result: LegResult | null): 'unavailable' | 'offline' {
  const isItsFault =
    result?.kind === 'refused'
      ? BAD_NUMBER.includes(result.code)
      : result?.kind === 'notReached' && result.status === 'failed' && BAD_NUMBER_SIP.includes(result.sipCode);
  return isItsFault ? 'offline' : 'unavailable';
}

/** Ends a reservation that needs nothing more. */
function close(ctx: TaskRouterContext, reservation: ReservationDraft, result: ReservationResult): void {
  // Also of one that is over by what became of its task: where it left its worker, only this says.
  if (result === 'timeout') notifyWorker(ctx, reservation, 'timedOut');
  if (reservation.phase === 'over') return;
  reservation.phase = 'over';
  reservation.result ??= result;
  reservation.timestamps.endedAt ??= ctx.at;
  stopTimer(ctx, reservationTimer(reservation));
  if (result === 'rejected' && reservation.rejectTo === 'unavailable') notifyWorker(ctx, reservation, 'parked');
}

/** What a fetch, or an event, says of a reservation. */
export function applyReservationStatus(
  ctx: TaskRouterContext,
  reservation: ReservationDraft,
  status: ReservationStatus,
): void {
  switch (status) {
    case 'pending':
      if (reservation.phase === 'rejecting') sendRejection(ctx, reservation);
      // The join did not come about, and the leg is out of it: the worker could be held for nobody until it times out.
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

/** The worker has the caller, if it was by our offer. */
function accepted(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  const { state } = ctx;
  if (reservation.phase === 'over' || reservation.phase === 'accepted') return;
  const leg = legOf(ctx, reservation);
  if (leg === undefined || !reservation.offered || !leg.joinTwimlSent) {
    // Somebody accepted it by other means, in Flex for example: it is theirs, and the caller with it.
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

/** The worker's Dial says that they have talked. */
export function bridged(ctx: TaskRouterContext, reservation: ReservationDraft, leg: LegDraft): void {
  const wasServed = ctx.state.servedReservation === reservation.id;
  if (wasServed && !mayBeOthers(ctx, reservation)) return;
  reservation.bridged = true;
  reservation.missed = false;
  applyReservationStatus(ctx, reservation, 'accepted');
  if (wasServed && !isInRoom(leg.phase)) onTalkEnded(ctx, reservation);
}

/** It is over, and not by a talk: its leg rings for nobody. What was accepted is not taken back by what comes later. */
function endWithoutTalk(ctx: TaskRouterContext, reservation: ReservationDraft, result: ReservationResult): void {
  const { phase } = reservation;
  if (phase === 'accepted') return;
  const leg = legOf(ctx, reservation);
  close(ctx, reservation, result);
  if (leg === undefined || phase === 'over') return;
  // Who was told to take the caller hears from their own Dial that nobody is there.
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

/** Who rings is ended; who is being asked is told; who is being detected is left until the verdict. */
export function dismissLoser(ctx: TaskRouterContext, leg: LegDraft, why: 'taken' | 'callerGone' | 'lost'): void {
  if (isUnanswered(leg.phase)) hangUpLeg(ctx, leg);
  else if (leg.phase === 'confirming') sayFarewell(ctx, leg, why);
}

/** A long wait may take hundreds of workers: what is long over is forgotten. */
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

/** An event says what a fetch would have said. */
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
  // Of a worker whom we were never asked about: it can only have been by other means.
  else if (event.news === 'accepted' && event.task === ctx.state.task.sid) leaveToOthers(ctx);
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
  // Somebody else has resolved it; who, the reservation says.
  else if (result.kind === 'refused') refreshReservation(ctx, reservation);
}

/** They cool down, or stay because they talk elsewhere: either way the task can be completed now. */
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
      // Undecided a moment before its end: a time-out would park the worker.
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
