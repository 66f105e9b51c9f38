import { unreachable } from '../../kernel/draft.js';
import type { ReservationStatus } from '../../wire/taskrouter.js';
import { isHopeful, isInRoom, isUnanswered, type LegDraft, type LegResult, legTimer, stamp } from '../call/leg.js';
import { isTold } from '../caller/caller.js';
import type { TaskRouterEffect } from '../effects.js';
import { endLeg, fetchNotice, tell } from '../leg/actions.js';
import { stopTimer } from '../timers.js';
import { leaveToOthers } from './caller.js';
import type { ReservationNews, RouterOutcome, TaskRouterEvent } from './events.js';
import { askReservation, sendRejection, tellWorker } from './requests.js';
import { legOf, type ReservationDraft, type ReservationResult, reservationTimer, type Work } from './state.js';
import { completeTask, mayBeOthers, talkIsOver } from './talk.js';

/** Numbers that Twilio cannot or will not call: the worker's own fault (twilio.com/docs/api/errors). */
const BAD_NUMBER: readonly (number | null)[] = [21211, 21214, 21217];

/** Not found, address incomplete, does not exist anywhere (RFC 3261, 21). */
const BAD_NUMBER_SIP: readonly (number | null)[] = [404, 484, 604];

/**
 * Decides what is open, from what is known now: a reservation whose leg will not take the caller is rejected, unless
 * Twilio ends it by itself. Runs at the end of every step, so that no event has to think of it.
 */
export function settleReservations(w: Work): void {
  const { s } = w;
  for (const reservation of s.reservations) {
    if (reservation.phase === 'accepted') {
      if (s.task.over) close(w, reservation, 'accepted');
      continue;
    }
    const leg = legOf(w, reservation);
    const isOfTask = s.task.sid === reservation.task;
    // Whether it has moved its worker, Twilio alone knows: the answer is under way, or asked for again by the timer.
    if (reservation.phase === 'rejecting' && (s.served !== null || (s.task.over && isOfTask))) continue;
    if (s.task.over && isOfTask) dropped(w, reservation, 'canceled');
    // Twilio takes the others back when one is accepted.
    else if (s.served !== null) close(w, reservation, 'rescinded');
    // After an offer, only the reservation itself knows whether it was taken: it is being asked.
    else if (reservation.phase === 'pending' && !reservation.offered && !mayStillTake(leg) && !callerIsOut(w)) {
      rejectNow(w, reservation, leg?.result ?? null);
    }
  }
  forget(w);
}

function mayStillTake(leg: LegDraft | undefined): boolean {
  return leg !== undefined && (isHopeful(leg.phase) || leg.phase === 'joining' || leg.phase === 'bridged');
}

/** Out of the queue, or about to be: Twilio cancels the task and every reservation with it. */
export function callerIsOut(w: Work): boolean {
  const { caller, taskLost } = w.s;
  return caller.phase === 'ended' || isTold(caller) || taskLost;
}

/** Always with an activity: without one, the same worker is reserved again at once. */
function rejectNow(w: Work, reservation: ReservationDraft, result: LegResult | null): void {
  reservation.phase = 'rejecting';
  reservation.rejectTo ??= activityAfter(result);
  sendRejection(w, reservation);
}

/** The worker's number is at fault: only a person can mend it. An outage of ours or of Twilio's must not send everybody home. */
function activityAfter(result: LegResult | null): 'unavailable' | 'offline' {
  const isItsFault =
    result?.kind === 'refused'
      ? BAD_NUMBER.includes(result.code)
      : result?.kind === 'notReached' && result.status === 'failed' && BAD_NUMBER_SIP.includes(result.sipCode);
  return isItsFault ? 'offline' : 'unavailable';
}

/** It needs nothing any more. */
function close(w: Work, reservation: ReservationDraft, result: ReservationResult): void {
  // Also of one that is over by what became of its task: where it left its worker, only this says.
  if (result === 'timeout') tellWorker(w, reservation, 'timedOut');
  if (reservation.phase === 'over') return;
  reservation.phase = 'over';
  reservation.result ??= result;
  reservation.story.endedAt ??= w.at;
  stopTimer(w, reservationTimer(reservation));
  if (result === 'rejected' && reservation.rejectTo === 'unavailable') tellWorker(w, reservation, 'parked');
}

/** What a fetch, or an event, says of a reservation. */
export function reservationIs(w: Work, reservation: ReservationDraft, status: ReservationStatus): void {
  switch (status) {
    case 'pending':
      if (reservation.phase === 'rejecting') sendRejection(w, reservation);
      // The join did not come about, and the leg is out of it: the worker could be held for nobody until it times out.
      else if (reservation.offered && !mayStillTake(legOf(w, reservation))) reservation.offered = false;
      return;
    case 'accepted':
    case 'wrapping':
      accepted(w, reservation);
      return;
    case 'completed':
      accepted(w, reservation);
      close(w, reservation, 'accepted');
      return;
    case 'rejected':
      dropped(w, reservation, 'rejected');
      return;
    case 'timeout':
      dropped(w, reservation, 'timeout');
      return;
    case 'canceled':
      dropped(w, reservation, 'canceled');
      return;
    case 'rescinded':
      dropped(w, reservation, 'rescinded');
      return;
    default:
      unreachable(status);
  }
}

/** The worker has the caller, if it was by our offer. */
function accepted(w: Work, reservation: ReservationDraft): void {
  const { s } = w;
  if (reservation.phase === 'over' || reservation.phase === 'accepted') return;
  const leg = legOf(w, reservation);
  if (leg === undefined || !reservation.offered || !leg.invited) {
    // Somebody accepted it by other means, in Flex for example: it is theirs, and the caller with it.
    leaveToOthers(w);
    dropped(w, reservation, 'accepted');
    return;
  }
  reservation.phase = 'accepted';
  reservation.result = 'accepted';
  const { afterCall, workspace } = s.settings;
  if (afterCall === 'rest' && workspace.multiTask !== false) reservation.resting = 'due';
  stopTimer(w, reservationTimer(reservation));
  s.served = reservation.id;
  s.claim = leg.id;
  leg.result = { kind: 'bridged' };
  stamp(leg, 'joinedAt', w.at);
  if (s.caller.phase === 'waiting') {
    s.caller.phase = 'connected';
    s.story.connectedAt ??= w.at;
    stopTimer(w, 'deadline');
  }
  if (leg.phase === 'joining') {
    leg.phase = 'bridged';
    stopTimer(w, legTimer(leg));
  } else talkIsOver(w, reservation);
  for (const other of s.legs) if (other !== leg) lose(w, other, 'taken');
}

/** The worker's Dial says that they have talked. */
export function bridged(w: Work, reservation: ReservationDraft, leg: LegDraft): void {
  const wasServed = w.s.served === reservation.id;
  if (wasServed && !mayBeOthers(w, reservation)) return;
  reservation.bridged = true;
  reservation.missed = false;
  reservationIs(w, reservation, 'accepted');
  if (wasServed && !isInRoom(leg.phase)) talkIsOver(w, reservation);
}

/** It is over, and not by a talk: its leg rings for nobody. What was accepted is not taken back by what comes later. */
function dropped(w: Work, reservation: ReservationDraft, result: ReservationResult): void {
  const { phase } = reservation;
  if (phase === 'accepted') return;
  const leg = legOf(w, reservation);
  close(w, reservation, result);
  if (leg === undefined || phase === 'over') return;
  // Who was told to take the caller hears from their own Dial that nobody is there.
  if (w.s.claim === leg.id) w.s.claim = null;
  if (leg.phase === 'detecting') endLeg(w, leg);
  else if (leg.phase === 'joining' && !leg.invited) {
    tell(w, leg, whyDropped(result));
    fetchNotice(w, leg);
  } else lose(w, leg, whyDropped(result));
}

function whyDropped(result: ReservationResult): 'taken' | 'callerGone' | 'lost' {
  if (result === 'canceled') return 'callerGone';
  return result === 'rescinded' || result === 'accepted' ? 'taken' : 'lost';
}

/** Who rings is ended; who is being asked is told; who is being detected is left until the verdict. */
export function lose(w: Work, leg: LegDraft, why: 'taken' | 'callerGone' | 'lost'): void {
  if (isUnanswered(leg.phase)) endLeg(w, leg);
  else if (leg.phase === 'confirming') tell(w, leg, why);
}

/** A long wait may take hundreds of workers: what is long over is forgotten. */
function forget(w: Work): void {
  const { s } = w;
  let surplus = s.reservations.length - w.config.rememberReservations;
  if (surplus <= 0) return;
  s.reservations = s.reservations.filter((reservation) => {
    const leg = legOf(w, reservation);
    if (surplus <= 0 || reservation.phase !== 'over' || s.served === reservation.id) return true;
    if ((leg?.phase ?? 'ended') !== 'ended') return true;
    surplus -= 1;
    if (reservation.leg !== null) s.legs.remove(reservation.leg);
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

export function onReservation(w: Work, event: Extract<TaskRouterEvent, { type: 'reservation' }>): void {
  const reservation = w.s.reservations.find((candidate) => candidate.sid === event.reservation);
  if (reservation !== undefined) reservationIs(w, reservation, STATUS_AFTER[event.news]);
  // Of a worker whom we were never asked about: it can only have been by other means.
  else if (event.news === 'accepted' && event.task === w.s.task.sid) leaveToOthers(w);
}

export function onReservationOutcome(
  w: Work,
  effect: Extract<TaskRouterEffect, { type: 'reservation.update' | 'reservation.fetch' }>,
  result: RouterOutcome,
): void {
  const reservation = w.s.reservations.find((candidate) => candidate.sid === effect.reservation);
  if (reservation === undefined) return;
  reservation.asking = false;
  if (result.as === 'gone') dropped(w, reservation, 'canceled');
  else if (result.as === 'reservation') reservationIs(w, reservation, result.status);
  else if (effect.type !== 'reservation.update') return;
  else if (result.as === 'done') close(w, reservation, 'rejected');
  // Somebody else has resolved it; who, the reservation says.
  else if (result.as === 'refused') askReservation(w, reservation);
}

/** They rest, or stay because they talk elsewhere: either way the task can be completed now. */
export function onRestOutcome(
  w: Work,
  effect: Extract<TaskRouterEffect, { type: 'reservation.rest' }>,
  result: RouterOutcome,
): void {
  const reservation = w.s.reservations.find((candidate) => candidate.sid === effect.reservation);
  if (reservation?.resting !== 'asked') return;
  if (result.as === 'failed') {
    // The next heartbeat asks again.
    reservation.resting = 'due';
    return;
  }
  reservation.resting = 'over';
  if (result.as === 'done') tellWorker(w, reservation, 'parked');
  completeTask(w);
}

export function onReservationTimer(w: Work, reservation: ReservationDraft): void {
  switch (reservation.phase) {
    case 'rejecting':
      askReservation(w, reservation);
      return;
    case 'pending': {
      if (reservation.offered) {
        askReservation(w, reservation);
        return;
      }
      // Undecided a moment before its end: a time-out would park the worker.
      const leg = legOf(w, reservation);
      if (leg?.phase === 'detecting') endLeg(w, leg);
      else if (leg !== undefined) lose(w, leg, 'lost');
      rejectNow(w, reservation, leg?.result ?? null);
      return;
    }
    case 'accepted':
    case 'over':
      return;
    default:
      unreachable(reservation.phase);
  }
}
