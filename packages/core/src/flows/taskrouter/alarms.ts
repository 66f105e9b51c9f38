import { unreachable } from '../../kernel/draft.js';
import { askCaller, endCaller, redirectCaller } from '../caller/work.js';
import type { TimerEvent } from '../effects.js';
import { isUnanswered } from '../leg/leg.js';
import { askLeg, endLeg, fetchNotice, tell } from '../leg/life.js';
import type { LegDraft } from '../leg/drafts.js';
import { legTimer, startTimer, stopTimer } from '../leg/work.js';
import { callerIsOut, askReservation, lose, rejectNow } from './reservations.js';
import { fetchFromNothing } from './caller.js';
import { legOf, reservationOf, reservationTimer, type ReservationDraft, type Work } from './draft.js';
import { onLegTimer, unclaim } from './legs.js';
import { askTask, completeTask } from './task.js';

/** A timer counts only if the state still wants it for this very time; otherwise it is late or repeated. */
export function alarm(w: Work, event: TimerEvent): void {
  const { s } = w;
  if (s.timers[event.timer] !== event.dueAt) return;
  stopTimer(w, event.timer);
  switch (event.timer) {
    case 'heartbeat':
      heartbeat(w);
      return;
    case 'deadline':
      s.deadlinePassed = true;
      // Who has answered finishes detection or confirmation; who rings is ended.
      for (const leg of s.legs) if (isUnanswered(leg.phase)) endLeg(w, leg);
      return;
    case 'caller':
      callerAlarm(w);
      return;
    default: {
      const reservation = s.reservations.find((candidate) => reservationTimer(candidate) === event.timer);
      if (reservation !== undefined) {
        reservationAlarm(w, reservation);
        return;
      }
      const leg = s.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg?.phase === 'joining') joinAlarm(w, leg);
      else if (leg !== undefined) onLegTimer(w, leg);
    }
  }
}

/** Every event may be lost: whatever is not settled is asked about. */
function heartbeat(w: Work): void {
  const { s } = w;
  startTimer(w, 'heartbeat', w.config.heartbeatMs);
  if (s.caller.phase !== 'ended') askCaller(w);
  const claimed = s.legs.find((leg) => leg.id === s.claim);
  if (claimed?.phase === 'bridged') askLeg(w, claimed);
  else if (s.served !== null && !s.caller.elsewhere) {
    completeTask(w);
    return;
  }
  const { phase, held, elsewhere, queuedBy } = s.caller;
  const isQueued = phase === 'waiting' && held && !elsewhere && w.at >= queuedBy;
  if (s.task.sid !== null || isQueued) askTask(w);
}

function callerAlarm(w: Work): void {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'fallingBack':
      if (!w.s.caller.elsewhere) redirectCaller(w);
      return;
    case 'connected':
      if (notBridged(w)) {
        askCaller(w);
        return;
      }
      // The worker left long ago and this call is still there: it is with nobody.
      startTimer(w, 'caller', w.config.graceMs);
      endCaller(w);
      return;
    case 'waiting':
    case 'ended':
      return;
    default:
      unreachable(phase);
  }
}

/** No Dial and no Enqueue has said that they talked, in all the time that it may take. */
function notBridged({ s }: Work): boolean {
  const served = s.reservations.find(({ id }) => id === s.served);
  if (served === undefined || served.bridged === true) return false;
  served.missed = true;
  return true;
}

/** The worker was told to take the caller, and nobody has said what became of it. */
function joinAlarm(w: Work, leg: LegDraft): void {
  const reservation = reservationOf(w, leg);
  if (reservation?.phase === 'pending' && leg.moving !== null) {
    unclaim(w, leg);
    tell(w, leg, 'lost');
    fetchNotice(w, leg);
  } else if (reservation?.phase === 'pending' && !callerIsOut(w)) {
    startTimer(w, legTimer(leg), w.config.joinCheckMs);
    askReservation(w, reservation);
    askLeg(w, leg);
  } else fetchFromNothing(w, leg);
}

function reservationAlarm(w: Work, reservation: ReservationDraft): void {
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
