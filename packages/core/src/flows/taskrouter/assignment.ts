import { isE164 } from '../../kernel/ids.js';
import { type AssignmentReply, LATER, reject } from '../../wire/twiml.js';
import { cameFrom, PATIENCE_MS } from '../call/call.js';
import { ring } from '../leg/dial.js';
import { startTimer } from '../timers.js';
import type { AssignmentEvent } from './events.js';
import { isWaiting, type ReservationDraft, reservationTimer, type TaskRouterContext } from './state.js';
import { adoptTask } from './task.js';

/** Handles an assignment: TaskRouter holds a worker, whose phone is rung or whose reservation is rejected at once. */
export function assignment(ctx: TaskRouterContext, event: AssignmentEvent): AssignmentReply {
  const { state } = ctx;
  const known = state.reservations.find((candidate) => candidate.sid === event.reservation);
  if (known !== undefined) return present(ctx, known);
  // Another application took the caller out of our queue and passes them on: a transfer belongs to it as well.
  if (state.caller.takenElsewhere && state.task.sid === event.task) return LATER;
  const ours = adoptTask(ctx, event.task, event.call.visit);
  state.lastReservation += 1;
  const reservation: ReservationDraft = {
    id: state.lastReservation,
    sid: event.reservation,
    task: event.task,
    worker: event.worker,
    workerName: event.workerName,
    leg: null,
    phase: 'pending',
    rejectTo: null,
    offered: false,
    missed: false,
    inFlight: false,
    coolDown: 'no',
    workerNotified: false,
    expiresAt: ctx.at + state.settings.workspace.workflow.reservationTimeoutSeconds * 1000,
    result: null,
    timestamps: { assignedAt: ctx.at },
  };
  state.reservations.push(reservation);
  startTimer(ctx, reservationTimer(reservation), reservation.expiresAt - ctx.at - ctx.config.settleBeforeMs);
  if (state.servedReservation !== null) return present(ctx, reservation);
  if (!isE164(event.phone)) refuse(ctx, reservation, 'offline');
  else if (cameFrom(state.call, event.phone)) refuse(ctx, reservation, 'unavailable');
  else if (!ours || (isWaiting(ctx) && state.deadlinePassed) || state.caller.phase === 'fallingBack') {
    refuse(ctx, reservation, 'unavailable');
  } else if (isWaiting(ctx)) {
    const name = event.workerName;
    ctx.ringBy = ctx.at + PATIENCE_MS;
    reservation.leg = ring(ctx, { to: event.phone, ...(name === null ? {} : { name }) }).id;
  }
  // Otherwise another worker has the caller, or the caller has left: Twilio takes the reservation back by itself.
  return present(ctx, reservation);
}

/** Rejects with the reply to the assignment itself; if that is lost, the timer repeats it over REST. */
function refuse(ctx: TaskRouterContext, reservation: ReservationDraft, to: 'unavailable' | 'offline'): void {
  reservation.phase = 'rejecting';
  reservation.rejectTo = to;
  startTimer(ctx, reservationTimer(reservation), ctx.config.graceMs);
}

/** Answers an assignment according to the current state. */
function present(ctx: TaskRouterContext, { phase, rejectTo }: ReservationDraft): AssignmentReply {
  if (rejectTo === null || phase === 'pending' || phase === 'accepted') return LATER;
  return reject(ctx.state.settings.workspace.activities[rejectTo]);
}
