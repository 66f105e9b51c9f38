import { RestRefusal } from '../rest/errors.js';
import type { World } from '../voice/world.js';
import { assign } from './assignment.js';
import { emit } from './events.js';
import { isOpen, type Activity, type Reservation, type Task, type Worker, type Workspace } from './model.js';
import { routeSoon } from './routing.js';
import { cancelTask, setTask } from './tasks.js';
import { moveWorker } from './workers.js';

/** Rejections and timeouts after which a task is cancelled (twilio.com/docs/taskrouter/lifecycle-task-state). */
const MOST_REFUSALS = 1000;

function set(world: World, reservation: Reservation, status: Reservation['status']): void {
  reservation.status = status;
  reservation.version += 1;
  reservation.updatedAt = world.clock.now();
  if (status !== 'pending') reservation.stopTimer();
  if (!isOpen(status)) reservation.worker.holding.delete(reservation);
}

function tell(world: World, reservation: Reservation, type: string, text: string): void {
  const { task, worker } = reservation;
  emit(world, task.workspace, `reservation.${type}`, { task, worker, reservation }, text);
}

const named = (workspace: Workspace, sid: string | undefined, name: string): Activity | undefined =>
  (sid === undefined ? undefined : workspace.activities.get(sid)) ??
  [...workspace.activities.values()].find((activity) => activity.friendlyName === name);

/** Reserves a worker for a task, and asks the application what to do. */
export function reserve(world: World, workspace: Workspace, task: Task, worker: Worker): void {
  const now = world.clock.now();
  const reservation: Reservation = {
    sid: world.ids.sid('WR'),
    task,
    worker,
    status: 'pending',
    leg: undefined,
    postWorkActivity: undefined,
    before: worker.activity,
    stopTimer: () => undefined,
    createdAt: now,
    updatedAt: now,
    version: 0,
  };
  task.reservations.set(reservation.sid, reservation);
  workspace.reservations.set(reservation.sid, reservation);
  worker.holding.add(reservation);
  reservation.stopTimer = world.clock.wakeAt(now + task.workflow.taskReservationTimeout * 1000, () => {
    timeOut(world, reservation);
  });
  if (task.status === 'pending') setTask(world, task, 'reserved');
  const text = `Task ${task.sid} reserved for Worker ${worker.friendlyName} with Reservation ${reservation.sid}`;
  tell(world, reservation, 'created', text);
  if (!workspace.multiTask) {
    const reserved = named(workspace, task.queue?.reservationActivitySid, 'Reserved');
    if (reserved !== undefined) moveWorker(world, workspace, worker, reserved);
  }
  void assign(world, reservation);
}

/** Puts the task back into the queue if no other worker is reserved for it. */
function release(world: World, task: Task): void {
  if (task.status === 'reserved' && ![...task.reservations.values()].some((one) => one.status === 'pending')) {
    setTask(world, task, 'pending');
  }
  routeSoon(world, task.workspace);
}

function refused(world: World, reservation: Reservation): void {
  const { task } = reservation;
  task.refusals += 1;
  if (task.refusals >= MOST_REFUSALS) cancelTask(world, task, 'Task exceeded the maximum number of rejections');
  else release(world, task);
}

function requirePending(reservation: Reservation, verb: string): void {
  if (reservation.status === 'pending') return;
  throw new RestRefusal(
    20001,
    `Cannot ${verb} reservation ${reservation.sid} because it is not pending: its status is ${reservation.status}.`,
  );
}

/**
 * Rejects a reservation, by the application or by a worker. Without an activity the worker stays where they were, and is reserved
 * again at once.
 */
export function reject(world: World, reservation: Reservation, activity: Activity | undefined): void {
  requirePending(reservation, 'reject');
  const { task, worker } = reservation;
  set(world, reservation, 'rejected');
  tell(world, reservation, 'rejected', `Reservation ${reservation.sid} rejected by Worker ${worker.friendlyName}`);
  const back = task.workspace.multiTask ? undefined : reservation.before;
  const to = activity ?? back;
  if (to !== undefined) moveWorker(world, task.workspace, worker, to);
  refused(world, reservation);
}

/** Moves the worker to the workspace's timeout activity, where they stay (twilio.com/docs/taskrouter/api/activity). */
function timeOut(world: World, reservation: Reservation): void {
  if (reservation.status !== 'pending') return;
  const { task, worker } = reservation;
  set(world, reservation, 'timeout');
  tell(world, reservation, 'timeout', `Reservation ${reservation.sid} timed out`);
  moveWorker(world, task.workspace, worker, task.workspace.timeoutActivity);
  refused(world, reservation);
}

export function accept(world: World, reservation: Reservation): void {
  requirePending(reservation, 'accept');
  const { task, worker } = reservation;
  const { workspace } = task;
  set(world, reservation, 'accepted');
  setTask(world, task, 'assigned');
  for (const stop of task.timers) stop();
  task.timers.clear();
  tell(world, reservation, 'accepted', `Reservation ${reservation.sid} accepted by Worker ${worker.friendlyName}`);
  if (!workspace.multiTask) {
    const assigned = named(workspace, task.queue?.assignmentActivitySid, 'Busy');
    if (assigned !== undefined) moveWorker(world, workspace, worker, assigned);
  }
  for (const other of task.reservations.values()) {
    if (other.status !== 'pending') continue;
    set(world, other, 'rescinded');
    tell(world, other, 'rescinded', `Reservation ${other.sid} rescinded`);
    if (!workspace.multiTask) moveWorker(world, workspace, other.worker, other.before);
  }
  routeSoon(world, workspace);
}

/** Cancels the reservations of a task that is gone. */
export function cancelReservations(world: World, task: Task): void {
  for (const reservation of task.reservations.values()) {
    if (reservation.status !== 'pending') continue;
    set(world, reservation, 'canceled');
    tell(world, reservation, 'canceled', `Reservation ${reservation.sid} canceled`);
    if (!task.workspace.multiTask) moveWorker(world, task.workspace, reservation.worker, reservation.before);
  }
}

/** Marks the reservation as wrapping after the bridge: the worker has to finish up. */
export function wrap(world: World, reservation: Reservation): void {
  set(world, reservation, 'wrapping');
  tell(world, reservation, 'wrapup', `Reservation ${reservation.sid} moved to wrapup`);
}

export function complete(world: World, reservation: Reservation): void {
  set(world, reservation, 'completed');
  tell(world, reservation, 'completed', `Reservation ${reservation.sid} completed`);
}
