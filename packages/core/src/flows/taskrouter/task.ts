import { unreachable } from '../../kernel/draft.js';
import type { AssignmentStatus } from '../../wire/taskrouter.js';
import { askCaller } from '../caller/work.js';
import { nextId } from '../leg/work.js';
import { dismissLegs, leaveToOthers } from './caller.js';
import type { ReservationDraft, Work } from './draft.js';
import { askReservation } from './reservations.js';

/**
 * The talk is over: until its task is completed, the worker's only voice slot stays taken (twilio.com/docs/taskrouter/multitasking).
 * So whoever is to rest is moved first: between the two, nobody is reserved.
 */
export function completeTask(w: Work): void {
  const served = w.s.reservations.find(({ id }) => id === w.s.served);
  if (served === undefined || mayBeOthers(w, served)) return;
  if (served.resting === 'due') sendToRest(w, served);
  if (served.resting !== 'asked') updateTask(w, 'completed', 'the call is over');
}

/**
 * Accepted, and not known to be by their Dial: unless the caller is gone, somebody else may have them. Who hangs up before their
 * Dial begins asks for nothing any more, and their reservation is open to whatever else they work with.
 */
export function mayBeOthers({ s }: Work, { bridged }: ReservationDraft): boolean {
  return bridged !== true && (s.caller.elsewhere || s.caller.phase !== 'ended');
}

function sendToRest(w: Work, reservation: ReservationDraft): void {
  reservation.resting = 'asked';
  const { sid: workspace, activities } = w.s.settings.workspace;
  w.effects.push({
    type: 'reservation.rest',
    id: nextId(w, 'rest', reservation.sid),
    workspace,
    worker: reservation.worker,
    reservation: reservation.sid,
    activity: activities.unavailable,
  });
}

/** The caller is out of the queue, and nobody should be held for them any more. */
export function cancelTask(w: Work): void {
  if (w.s.served === null) updateTask(w, 'canceled', 'the caller is no longer in the queue');
}

function updateTask(w: Work, status: 'completed' | 'canceled', reason: string): void {
  const { task, settings } = w.s;
  if (task.sid === null || task.over || task.asking) return;
  task.asking = true;
  w.effects.push({
    type: 'task.update',
    id: nextId(w, 'task', status),
    workspace: settings.workspace.sid,
    task: task.sid,
    status,
    reason,
  });
}

export function askTask(w: Work): void {
  const { task, settings, call } = w.s;
  if (task.over || task.asking) return;
  task.asking = true;
  const workspace = settings.workspace.sid;
  w.effects.push(
    task.sid === null
      ? { type: 'task.find', id: nextId(w, 'task', 'find'), workspace, call: call.sid }
      : { type: 'task.fetch', id: nextId(w, 'task', 'fetch'), workspace, task: task.sid },
  );
}

/** What a fetch says of the task. */
export function taskIs(w: Work, status: AssignmentStatus): void {
  switch (status) {
    case 'pending':
    case 'reserved':
      // Nobody waits in the queue for it any more.
      if (w.s.caller.phase === 'ended' || w.s.caller.fallbackGiven) cancelTask(w);
      return;
    case 'assigned':
    case 'wrapping':
      takenBySomebody(w);
      return;
    case 'completed':
    case 'canceled':
      taskOver(w);
      return;
    default:
      unreachable(status);
  }
}

/** A worker has it. By our offer, the reservation says; otherwise it is somebody else's, who will complete it. */
function takenBySomebody(w: Work): void {
  const { s } = w;
  if (s.served !== null && !s.caller.elsewhere) return;
  const offered = s.reservations.filter((one) => one.offered && one.phase === 'pending');
  for (const reservation of offered) askReservation(w, reservation);
  if (offered.length > 0) return;
  if (s.caller.phase === 'ended') s.task.over = true;
  else leaveToOthers(w);
}

/**
 * Completed, cancelled or deleted. A cancelled task does not end the caller's call: without us they would listen to music
 * for ever (twilio.com/docs/taskrouter/lifecycle-task-state). Whether they hung up, their call says.
 */
export function taskOver(w: Work): void {
  const { s } = w;
  s.task.over = true;
  if (s.caller.phase !== 'waiting') return;
  s.taskLost = true;
  dismissLegs(w);
  askCaller(w);
}
