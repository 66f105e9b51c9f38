import { unreachable } from '../../kernel/draft.js';
import type { ReservationStatus } from '../../wire/taskrouter.js';
import { askCaller, isTold } from '../caller/work.js';
import { RETRIED_MS } from '../caller/patience.js';
import { isHopeful, isInRoom, isUnanswered, type LegResult } from '../leg/leg.js';
import { endLeg, fetchNotice, tell } from '../leg/life.js';
import type { LegDraft } from '../leg/drafts.js';
import { legTimer, nextId, stamp, startTimer, stopTimer } from '../leg/work.js';
import { leaveToOthers } from './caller.js';
import { legOf, reservationTimer, type ReservationDraft, type Work } from './draft.js';
import type { ReservationResult } from './state.js';
import { completeTask, mayBeOthers } from './task.js';

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

export function mayStillTake(leg: LegDraft | undefined): boolean {
  return leg !== undefined && (isHopeful(leg.phase) || leg.phase === 'joining' || leg.phase === 'bridged');
}

/** Out of the queue, or about to be: Twilio cancels the task and every reservation with it. */
export function callerIsOut(w: Work): boolean {
  const { caller, taskLost } = w.s;
  return caller.phase === 'ended' || isTold(caller) || taskLost;
}

/** Always with an activity: without one, the same worker is reserved again at once. */
export function rejectNow(w: Work, reservation: ReservationDraft, result: LegResult | null): void {
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

export function sendRejection(w: Work, reservation: ReservationDraft): void {
  if (reservation.asking) return;
  reservation.asking = true;
  startTimer(w, reservationTimer(reservation), w.config.graceMs);
  const { workspace } = w.s.settings;
  w.effects.push({
    type: 'reservation.update',
    id: nextId(w, 'reject', reservation.sid),
    workspace: workspace.sid,
    task: reservation.task,
    reservation: reservation.sid,
    status: 'rejected',
    activity: workspace.activities[reservation.rejectTo ?? 'unavailable'],
  });
}

export function askReservation(w: Work, reservation: ReservationDraft): void {
  startTimer(w, reservationTimer(reservation), w.config.graceMs);
  if (reservation.asking) return;
  reservation.asking = true;
  w.effects.push({
    type: 'reservation.fetch',
    id: nextId(w, 'reservation', reservation.sid),
    workspace: w.s.settings.workspace.sid,
    task: reservation.task,
    reservation: reservation.sid,
  });
}

/** It needs nothing any more. */
export function close(w: Work, reservation: ReservationDraft, result: ReservationResult): void {
  // Also of one that is over by what became of its task: where it left its worker, only this says.
  if (result === 'timeout') tellWorker(w, reservation, 'timedOut');
  if (reservation.phase === 'over') return;
  reservation.phase = 'over';
  reservation.result ??= result;
  reservation.story.endedAt ??= w.at;
  stopTimer(w, reservationTimer(reservation));
  if (result === 'rejected' && reservation.rejectTo === 'unavailable') tellWorker(w, reservation, 'parked');
}

/** The worker's own flow brings them back. Once for each reservation, and again after a talk. */
export function tellWorker(w: Work, reservation: ReservationDraft, news: 'parked' | 'timedOut'): void {
  if (reservation.workerTold) return;
  reservation.workerTold = true;
  const { sid: workspace, activities, timeoutActivity } = w.s.settings.workspace;
  const { available, unavailable } = activities;
  w.effects.push({
    type: 'flow.send',
    id: `${news}:${reservation.sid}`,
    flow: 'worker',
    key: reservation.worker,
    event:
      news === 'parked'
        ? {
            type: 'worker.parked',
            workspace,
            worker: reservation.worker,
            reservation: reservation.sid,
            activity: unavailable,
            activities: { available, unavailable },
          }
        : {
            type: 'worker.timedOut',
            workspace,
            worker: reservation.worker,
            reservation: reservation.sid,
            noticedAt: w.at,
            activities: { available, unavailable, timeout: timeoutActivity },
          },
  });
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
export function dropped(w: Work, reservation: ReservationDraft, result: ReservationResult): void {
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

/** The worker's leg is out of the talk: they rest if that is wanted, and their voice slot is freed. */
export function talkIsOver(w: Work, reservation: ReservationDraft): void {
  const { phase, elsewhere } = w.s.caller;
  if (mayBeOthers(w, reservation)) {
    if (elsewhere) reservation.resting = 'no';
    else if (reservation.missed) askCaller(w);
    // What says that they talked may come as late as a retry; then a caller who is still there is with somebody else.
    else startTimer(w, 'caller', RETRIED_MS + w.config.graceMs);
    return;
  }
  // By the document that gave them the caller, Twilio has moved them itself.
  if (w.s.settings.afterCall === 'rest' && reservation.resting === 'no') tellWorker(w, reservation, 'parked');
  // The caller's own call goes on at the action of its Enqueue and ends; this sweeps up one that does not.
  if (phase === 'connected') startTimer(w, 'caller', w.config.graceMs);
  completeTask(w);
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
