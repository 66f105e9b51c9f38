import { isE164, type TaskSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { cameFrom } from '../caller/kept-call.js';
import { fallbackIsOver } from '../caller/last-stop.js';
import { listenDocument } from '../caller/listen.js';
import { PATIENCE_MS, RETRIED_MS } from '../caller/patience.js';
import { LATER, reject, twiml, type AssignmentReply, type Reply } from '../../wire/twiml.js';
import { ring } from '../leg/ring.js';
import { startTimer, stopTimer } from '../leg/work.js';
import { callerEnded, callerGone, callerHeld, fallBackIfExhausted, isWaiting } from './caller.js';
import { answerCaller, hangup } from './documents.js';
import { reservationTimer, type ReservationDraft, type Work } from './draft.js';
import type { AssignmentEvent, TaskRequest } from './events.js';
import { reservationIs } from './reservations.js';

type CallerRequest = Extract<TaskRequest, { type: 'caller.ended' | 'caller.document' | 'caller.fallback' }>;

export function callerRequest(w: Work, event: CallerRequest): Reply {
  const { caller } = w.s;
  if (event.type === 'caller.ended') {
    const reply = leftQueue(w, event);
    if (reply !== null && !isFinalStatus(event.status)) return reply;
  }
  if (event.type === 'caller.fallback' && fallbackIsOver(w, event)) {
    callerEnded(w, 'handedOn');
    return hangup();
  }
  if (isFinalStatus(event.status)) {
    callerGone(w);
    return hangup();
  }
  callerHeld(w);
  if (caller.phase === 'waiting') caller.queuedBy = w.at + RETRIED_MS + w.config.graceMs;
  fallBackIfExhausted(w);
  return answerCaller(w, event, 'again');
}

/** A star leads out of the queue and to the voicemail; who has just been given to a worker stays. */
export function keyPressed(w: Work, event: Extract<TaskRequest, { type: 'caller.key' }>): Reply {
  const { caller, settings, claim, round } = w.s;
  if ((event.round ?? round) === round) {
    if (!isFinalStatus(event.status)) callerHeld(w);
    if (event.digits === '*' && settings.offerMessage && caller.phase === 'waiting' && claim === null) {
      caller.phase = 'fallingBack';
      stopTimer(w, 'deadline');
      // Should the queue not let them go, they are fetched.
      startTimer(w, 'caller', w.config.graceMs);
    }
    if (caller.phase === 'fallingBack') return twiml({ verb: 'leave' });
  }
  return listenDocument(w, { ...event, type: 'caller.wait' });
}

/** What its Enqueue says of the caller. `null`: whatever the state says. */
function leftQueue(w: Work, event: Extract<CallerRequest, { type: 'caller.ended' }>): Reply | null {
  const { caller } = w.s;
  const { queueResult: result, part = 1 } = event;
  switch (result) {
    case 'bridged':
    case 'bridging-in-process':
    case 'redirected-from-bridged':
      talked(w);
      if (caller.phase !== 'ended') callerEnded(w, 'connected');
      return twiml();
    case 'hangup':
      callerGone(w);
      return hangup();
    case 'redirected':
      // Not by us: whoever took the call has it, unless it comes back to the queue by the document it gets now.
      // A copy of what an earlier stay ended with may come when they have been back for long.
      if (part !== caller.stay) return null;
      if (caller.phase === 'connected') notByUs(w);
      if (caller.phase !== 'waiting') return null;
      caller.elsewhere = true;
      caller.stay = (caller.stay % 9) + 1;
      return null;
    case 'queue-full':
    case 'error':
    case 'system-error':
    case 'leave':
      callerHeld(w);
      if (caller.phase === 'waiting') caller.phase = 'fallingBack';
      return null;
    case null:
      return null;
    default:
      return unreachable(result);
  }
}

/** A talk is over that nobody has told us of: it was with the worker who was told to take the caller. */
function talked(w: Work): void {
  if (w.s.served !== null) return;
  const offered = w.s.reservations.filter((reservation) => reservation.offered && reservation.phase === 'pending');
  const reservation = offered.find((one) => one.leg === w.s.claim) ?? offered[0];
  if (reservation !== undefined) reservationIs(w, reservation, 'accepted');
}

/** Their worker's Dial would have ended their stay otherwise (twilio.com/docs/voice/twiml/enqueue). */
function notByUs({ s }: Work): void {
  const served = s.reservations.find(({ id }) => id === s.served);
  if (served === undefined || served.bridged === true) return;
  s.caller.elsewhere = true;
  served.resting = 'no';
}

/** A task of the call; `false`: one that is none of our business any more. */
export function adoptTask(w: Work, task: TaskSid, round: number | null): boolean {
  const { s } = w;
  if (round !== null && round < s.round) return false;
  if (s.task.sid !== task) {
    if (s.task.sid !== null && !s.task.over && !s.caller.elsewhere) return false;
    s.task = { sid: task, over: false, asking: false, refusals: 0 };
    s.taskLost = false;
  }
  s.caller.elsewhere = false;
  callerHeld(w);
  return true;
}

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
