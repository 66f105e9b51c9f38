import { isE164 } from '../../kernel/brand.js';
import { type AssignmentReply, LATER, reject } from '../../wire/twiml.js';
import { cameFrom, PATIENCE_MS } from '../call/call.js';
import { ring } from '../leg/dial.js';
import { startTimer } from '../timers.js';
import { isWaiting } from './caller.js';
import type { AssignmentEvent } from './events.js';
import { type ReservationDraft, reservationTimer, type Work } from './state.js';
import { adoptTask } from './task.js';

/** TaskRouter holds a worker: their phone is rung, or the reservation rejected at once. */
export function assignment(w: Work, event: AssignmentEvent): AssignmentReply {
  const { s } = w;
  const known = s.reservations.find((candidate) => candidate.sid === event.reservation);
  if (known !== undefined) return present(w, known);
  // Whoever took the caller out of our hands passes them on: a transfer is theirs as well.
  if (s.caller.elsewhere && s.task.sid === event.task) return LATER;
  const ours = adoptTask(w, event.task, event.call.round);
  s.lastReservation += 1;
  const reservation: ReservationDraft = {
    id: s.lastReservation,
    sid: event.reservation,
    task: event.task,
    worker: event.worker,
    workerName: event.workerName,
    leg: null,
    phase: 'pending',
    rejectTo: null,
    offered: false,
    missed: false,
    asking: false,
    resting: 'no',
    workerTold: false,
    expiresAt: w.at + s.settings.workspace.workflow.reservationTimeoutSeconds * 1000,
    result: null,
    story: { assignedAt: w.at },
  };
  s.reservations.push(reservation);
  startTimer(w, reservationTimer(reservation), reservation.expiresAt - w.at - w.config.settleBeforeMs);
  if (s.served !== null) return present(w, reservation);
  if (!isE164(event.phone)) refuse(w, reservation, 'offline');
  else if (cameFrom(s.call, event.phone)) refuse(w, reservation, 'unavailable');
  else if (!ours || (isWaiting(w) && s.deadlinePassed) || s.caller.phase === 'fallingBack') {
    refuse(w, reservation, 'unavailable');
  } else if (isWaiting(w)) {
    const name = event.workerName;
    w.ringBy = w.at + PATIENCE_MS;
    reservation.leg = ring(w, { to: event.phone, ...(name === null ? {} : { name }) }).id;
  }
  // Otherwise somebody has the caller, or the caller has left: Twilio takes it back by itself.
  return present(w, reservation);
}

/** By the answer to the assignment itself; should that be lost, the timer repeats it by REST. */
function refuse(w: Work, reservation: ReservationDraft, to: 'unavailable' | 'offline'): void {
  reservation.phase = 'rejecting';
  reservation.rejectTo = to;
  startTimer(w, reservationTimer(reservation), w.config.graceMs);
}

/** What the state says now. */
function present(w: Work, { phase, rejectTo }: ReservationDraft): AssignmentReply {
  if (rejectTo === null || phase === 'pending' || phase === 'accepted') return LATER;
  return reject(w.s.settings.workspace.activities[rejectTo]);
}
