import { isHopeful, type Leg } from '../flows/leg/leg.js';
import type { Reservation, TaskRouterState } from '../flows/taskrouter/state.js';
import type { TaskWorld, TaskWorldTask } from './tasks-world-state.js';

/** Everything that the future depends on; see `worldKey` for what is left out, and why. */
export function tasksWorldKey(world: TaskWorld, stateNumber: number): string {
  const { caller, task, reservations, legs, stale, tasks, faults, notes } = world;
  const redirecting = world.state.kind === 'call' ? world.state.caller.redirecting : null;
  return [
    `${String(stateNumber)} ${caller.call} ${caller.doing} ${caller.queueResult ?? ''} ${task} ${String(notes)} ${String(faults)}`,
    reservations.map(({ status, assigning }) => `${status}${assigning ? '?' : ''}`).join(),
    legs
      .map(
        (leg) =>
          `${leg.call} ${leg.doing} ${leg.verdict ?? ''} ${leg.final === 'completed' ? 'c' : ''}${leg.human ? 'h' : ''}${leg.owed ? 'o' : ''}${leg.told ? 't' : ''}${leg.bridged ? 'b' : ''}${leg.late ? 'l' : ''}${String(leg.takes ?? '')}`,
      )
      .join(),
    stale.join(),
    tasks
      .map((one) => taskKey(one, redirecting))
      .sort()
      .join(),
  ].join('|');
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
      : `${task.outcome.as}${'code' in task.outcome ? String(task.outcome.code) : ''}${'status' in task.outcome ? String(task.outcome.status) : ''}`;
  return `${id}#${String(Math.min(task.attempt, 2))}${outcome}`;
}

/** Equal keys mean equal futures of the flow. */
export function tasksStateKey(state: TaskRouterState): string {
  if (state.kind === 'nothing') return '';
  const { caller, task } = state;
  const isOver = caller.phase === 'ended';
  return JSON.stringify([
    caller.phase,
    isOver ? state.result : [caller.held, caller.elsewhere, caller.queuedBy],
    caller.fallbackGiven,
    caller.fetching,
    caller.hangingUp,
    caller.redirecting !== null,
    caller.phase === 'fallingBack' ? Math.min(caller.redirectTries, 2) : 0,
    task.sid !== null,
    task.over,
    task.asking,
    state.call.token !== null,
    state.claim,
    state.served,
    state.taskLost,
    state.lastLeg,
    state.lastReservation,
    state.deadlinePassed,
    Object.entries(state.timers).sort(),
    state.reservations.map(reservationKey),
    state.legs.map(legKey),
  ]);
}

function reservationKey({ id, sid, leg, phase, rejectTo, offered, asking, workerTold, result }: Reservation): unknown {
  return phase === 'over'
    ? [id, sid.slice(-1), leg, phase, rejectTo, workerTold]
    : [id, sid.slice(-1), leg, phase, rejectTo, offered, asking, workerTold, result];
}

function legKey(leg: Leg): unknown {
  const { phase } = leg;
  const known = leg.sid !== null;
  const owed = leg.human ? leg.notice : false;
  if (phase === 'ended') return [leg.id, phase, known, owed, leg.result];
  return [
    leg.id,
    phase,
    known,
    owed,
    leg.callerId,
    leg.answeredBy,
    leg.noticeGiven,
    phase === 'told' ? [leg.notice, leg.noticeTries] : 0,
    isHopeful(phase) && leg.overdue,
    leg.fetching,
    leg.hangingUp,
    leg.telling,
    leg.result,
  ];
}
