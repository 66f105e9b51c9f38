import { nextId, startTimer } from '../timers.js';
import { type ReservationDraft, reservationTimer, type Work } from './state.js';

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

export function sendToRest(w: Work, reservation: ReservationDraft): void {
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

export function updateTask(w: Work, status: 'completed' | 'canceled', reason: string): void {
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
