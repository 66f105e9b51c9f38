import type { Leg, LiveTaskCall, Reservation, TaskRouterState } from '@amd/core';
import { canStillAnswer } from '@amd/core/internal';
import {
  reservationNotifications,
  reservationSid,
  taskLegNotification,
  taskLegNotifications,
  type TaskWorld,
  type TaskWorldTask,
} from './state.js';

/** Returns everything that the future depends on; see `worldKey` for what is left out, and why. */
export function tasksWorldKey(world: TaskWorld, stateNumber: number): string {
  const { caller, task, reservations, legs, stale, tasks, faults } = world;
  const redirecting = world.state.kind === 'call' ? world.state.caller.inFlight.redirect : null;
  return [
    `${String(stateNumber)} ${caller.call} ${caller.doing} ${caller.queueResult ?? ''} ${task} ${String(relevantNotifications(world))} ${String(faults)}`,
    reservations
      .map(({ status, assigning }, at) => (isClosed(world, at) ? '' : `${status}${assigning ? '?' : ''}`))
      .join(),
    legs
      .map((leg, at) =>
        isDone(world, at + 1)
          ? ''
          : `${leg.call} ${leg.doing} ${leg.verdict ?? ''} ${leg.final === 'completed' ? 'c' : ''}${leg.human ? 'h' : ''}${leg.owed ? 'o' : ''}${leg.declined ? 'd' : ''}${leg.told ? 't' : ''}${leg.bridged ? 'b' : ''}${leg.late ? 'l' : ''}${leg.listening ? 's' : ''}${String(leg.takes ?? '')}`,
      )
      .join(),
    stale.join(),
    tasks
      .map((one) => taskKey(one, redirecting))
      .sort()
      .join(),
  ].join('|');
}

/** True if the leg is over and the flow knows: later notifications no longer count. */
export function isDone({ legs, state, stale }: TaskWorld, leg: number): boolean {
  if (legs[leg - 1]?.call !== 'over' || state.kind !== 'call') return false;
  const known = state.legs.find(({ id }) => id === leg);
  return known?.phase === 'ended' && known.sid !== null && !stale.some((entry) => entry.startsWith(`${String(leg)}:`));
}

/** The same for a reservation; `at` counts from 0. */
export function isClosed({ reservations, state }: TaskWorld, at: number): boolean {
  const { status = 'none', assigning = false } = reservations[at] ?? {};
  if (assigning || state.kind !== 'call' || ['none', 'pending', 'accepted', 'wrapping'].includes(status)) return false;
  return state.reservations.some(({ sid, phase }) => sid === reservationSid(at + 1) && phase === 'over');
}

function relevantNotifications(world: TaskWorld): number {
  let { notifications } = world;
  if (notifications === 0) return 0;
  const count = world.reservations.length;
  for (let index = 1; index <= count; index += 1) {
    if (isDone(world, index)) notifications &= ~taskLegNotifications(count, index) | wordOfTalk(world, index);
    if (isClosed(world, index - 1)) notifications &= ~reservationNotifications(index);
  }
  return notifications;
}

/** False once the caller is gone: then it no longer matters what reports their talk. */
function isAwaited({ caller }: LiveTaskCall): boolean {
  return caller.takenElsewhere || caller.phase !== 'ended';
}

/** The report of a talk counts even after the call is over, as long as nothing else has reported it. */
function wordOfTalk({ state, reservations }: TaskWorld, index: number): number {
  if (state.kind !== 'call' || !isAwaited(state)) return 0;
  const served = state.reservations.find(({ id }) => id === state.servedReservation);
  if (served?.leg !== index || served.bridged === true) return 0;
  return 1 << taskLegNotification(reservations.length, index, 'dialFinal');
}

function taskKey(task: TaskWorldTask, redirecting: string | null): string {
  if ('timer' in task.work) return task.id;
  const { effect } = task.work;
  const of = 'leg' in effect ? String(effect.leg) : 'reservation' in effect ? effect.reservation.slice(-1) : '';
  const id =
    effect.type === 'call.create' || (effect.type === 'call.redirect' && effect.leg !== 0)
      ? task.id
      : `${effect.type}:${of}${task.id === redirecting ? '!' : ''}${effect.type === 'task.update' ? effect.status : ''}`;
  const outcome =
    task.outcome === null
      ? ''
      : `${task.outcome.kind}${'code' in task.outcome ? String(task.outcome.code) : ''}${'status' in task.outcome ? String(task.outcome.status) : ''}`;
  return `${id}#${String(Math.min(task.attempt, 2))}${outcome}`;
}

/** Equal keys mean equal futures of the flow. */
export function tasksStateKey(state: TaskRouterState): string {
  if (state.kind === 'nothing') return '';
  const { caller, task } = state;
  const isOver = caller.phase === 'ended';
  return JSON.stringify([
    caller.phase,
    isOver ? [state.result, caller.over] : [caller.held, caller.stay, caller.inQueueBy],
    caller.takenElsewhere,
    caller.fallbackServed,
    caller.inFlight.fetch !== null,
    caller.inFlight.end !== null,
    caller.inFlight.redirect !== null,
    caller.phase === 'fallingBack' ? Math.min(caller.redirectTries, 2) : 0,
    task.sid !== null,
    task.over,
    task.inFlight,
    task.refusals,
    state.call.token !== null,
    state.winner,
    state.servedReservation,
    state.taskCanceled,
    state.lastLeg,
    state.lastReservation,
    state.deadlinePassed,
    Object.entries(state.timers).sort(),
    state.reservations.map((one) => [
      reservationKey(one),
      isAwaited(state) && one.id === state.servedReservation && one.bridged,
    ]),
    state.legs.map((leg) => legKey(leg, state.reservations.find((one) => one.leg === leg.id)?.phase === 'over')),
  ]);
}

function reservationKey(reservation: Reservation): unknown {
  const { id, sid, leg, phase, rejectTo, offered, missed, inFlight, coolDown, workerNotified, result } = reservation;
  const isOver = phase === 'over' && (coolDown === 'no' || coolDown === 'over');
  return isOver
    ? [id, leg]
    : [id, sid.slice(-1), leg, phase, rejectTo, offered, missed, inFlight, coolDown, workerNotified, result];
}

/** How the leg ended decides only where its worker goes. */
function legKey(leg: Leg, isClosed: boolean): unknown {
  const { phase } = leg;
  const known = leg.sid !== null;
  const owed = leg.human ? leg.farewell : false;
  const result = isClosed || leg.result === null ? null : [leg.result.kind, offline(leg.result)];
  // A worker who was not sent to the caller cannot have accepted our offer.
  const invited = !isClosed && leg.joinTwimlSent;
  if (phase === 'ended') return [leg.id, known, owed, result, invited];
  return [
    leg.id,
    phase,
    known,
    owed,
    phase === 'requested' || phase === 'ending' ? leg.callerId : 0,
    leg.answeredBy,
    leg.farewellDelivered,
    phase === 'farewell' ? [leg.farewell, leg.farewellTries] : phase === 'ending' && leg.human ? leg.farewellTries : 0,
    canStillAnswer(phase) && leg.overdue,
    leg.inFlight.fetch !== null,
    leg.inFlight.end !== null,
    leg.inFlight.redirect !== null,
    leg.wasRedirected,
    result,
    invited,
  ];
}

/** True if such an end may send the worker offline. */
function offline(result: NonNullable<Leg['result']>): boolean {
  return result.kind === 'refused' || (result.kind === 'notReached' && result.status === 'failed');
}
