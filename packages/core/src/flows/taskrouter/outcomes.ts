import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { callerRedirected, redirectCaller } from '../caller/work.js';
import type { Outcome, OutcomeEvent, TaskRouterEffect, TaskRouterOutcomeEvent } from '../effects.js';
import { onLegOutcome } from './legs.js';
import { ringUnsent } from '../leg/ring.js';
import { startTimer } from '../leg/work.js';
import { callerGone, callerHeld, fallBack, isWaiting } from './caller.js';
import type { Work } from './draft.js';
import { askReservation, close, dropped, reservationIs, tellWorker } from './reservations.js';
import { adoptTask } from './requests.js';
import { askTask, completeTask, taskIs, taskOver } from './task.js';

export function outcome(w: Work, event: OutcomeEvent | TaskRouterOutcomeEvent): void {
  if (isOfCall(event)) {
    if (event.effect.leg === 0) callerOutcome(w, event);
    else onLegOutcome(w, event);
    return;
  }
  const { effect, outcome: result } = event;
  switch (effect.type) {
    case 'reservation.update':
    case 'reservation.fetch':
      reservationOutcome(w, effect, result);
      return;
    case 'task.update':
    case 'task.fetch':
    case 'task.find':
      taskOutcome(w, effect, result);
      return;
    case 'reservation.rest':
      restOutcome(w, effect, result);
      return;
    case 'worker.update':
    case 'worker.fetch':
      return;
    default:
      unreachable(effect);
  }
}

function isOfCall(event: OutcomeEvent | TaskRouterOutcomeEvent): event is OutcomeEvent {
  return 'leg' in event.effect;
}

type RouterOutcome = TaskRouterOutcomeEvent['outcome'];

function reservationOutcome(
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
function restOutcome(
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

function taskOutcome(
  w: Work,
  effect: Extract<TaskRouterEffect, { type: 'task.update' | 'task.fetch' | 'task.find' }>,
  result: RouterOutcome,
): void {
  const { s } = w;
  if (effect.type === 'task.find') {
    const isAnswer = s.task.sid === null && s.task.asking;
    if (isAnswer) s.task.asking = false;
    if (isAnswer && result.as === 'refused') findRefused(w);
    else if (result.as === 'task') {
      if (adoptTask(w, result.sid, null)) taskIs(w, result.status);
      // Its events were lost and it is no longer there.
    } else if (result.as === 'gone' && s.task.sid === null) taskOver(w);
    return;
  }
  if (s.task.sid !== effect.task) return;
  s.task.asking = false;
  if (result.as === 'gone') {
    if (!s.task.over) taskOver(w);
  } else if (result.as === 'task') taskIs(w, result.status);
  else if (effect.type !== 'task.update') return;
  else if (result.as === 'done') taskIs(w, effect.status);
  // Not assigned any more, or not yet: which, the task says.
  else if (result.as === 'refused') askTask(w);
}

/** Nothing was ever heard of the task, and nothing can be found out: the caller would wait for ever. */
function findRefused(w: Work): void {
  const { task } = w.s;
  task.refusals += 1;
  if (task.refusals >= w.config.findTries) fallBack(w);
  else startTimer(w, 'heartbeat', w.config.graceMs);
}

function callerOutcome(w: Work, { effect, outcome: result }: OutcomeEvent): void {
  switch (effect.type) {
    case 'call.fetch':
      callerFetched(w, result);
      return;
    case 'call.redirect':
      if (result.as === 'gone') callerGone(w);
      else if (w.s.caller.phase === 'fallingBack' && callerRedirected(w, effect.id, result)) {
        callerHeld(w);
        startTimer(w, 'caller', w.config.graceMs);
      }
      return;
    case 'call.end':
      w.s.caller.hangingUp = false;
      if (result.as === 'done' || result.as === 'gone') callerGone(w);
      return;
    case 'call.create':
    case 'call.announce':
      return;
    default:
      unreachable(effect);
  }
}

function callerFetched(w: Work, result: Outcome): void {
  const { s } = w;
  s.caller.fetching = false;
  if (result.as === 'gone' || (result.as === 'fetched' && isFinalStatus(result.status))) {
    callerGone(w);
    return;
  }
  if (result.as !== 'fetched' || result.status !== 'in-progress') return;
  callerHeld(w);
  if (isWaiting(w)) ringUnsent(w);
  const served = s.reservations.find(({ id }) => id === s.served);
  if (s.caller.phase === 'connected' && served?.missed === true) {
    // Alive, and not with the worker who was told to take them.
    s.caller.elsewhere = true;
    served.resting = 'no';
  }
  if (s.caller.phase === 'fallingBack') {
    if (s.timers['caller'] === undefined && !s.caller.elsewhere) redirectCaller(w);
  } else if (s.taskLost && s.claim === null) fallBack(w);
}
