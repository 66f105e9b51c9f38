import { nextId, startTimer } from '../timers.js';
import { type ReservationDraft, reservationTimer, type TaskRouterContext } from './state.js';

export function sendRejection(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  if (reservation.inFlight) return;
  reservation.inFlight = true;
  startTimer(ctx, reservationTimer(reservation), ctx.config.graceMs);
  const { workspace } = ctx.state.settings;
  ctx.effects.push({
    type: 'reservation.update',
    id: nextId(ctx, 'reject', reservation.sid),
    workspace: workspace.sid,
    task: reservation.task,
    reservation: reservation.sid,
    status: 'rejected',
    activity: workspace.activities[reservation.rejectTo ?? 'unavailable'],
  });
}

export function refreshReservation(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  startTimer(ctx, reservationTimer(reservation), ctx.config.graceMs);
  if (reservation.inFlight) return;
  reservation.inFlight = true;
  ctx.effects.push({
    type: 'reservation.fetch',
    id: nextId(ctx, 'reservation', reservation.sid),
    workspace: ctx.state.settings.workspace.sid,
    task: reservation.task,
    reservation: reservation.sid,
  });
}

/** Tells the worker's own flow, which brings them back. Once per reservation, and again after a talk. */
export function notifyWorker(ctx: TaskRouterContext, reservation: ReservationDraft, news: 'parked' | 'timedOut'): void {
  if (reservation.workerNotified) return;
  reservation.workerNotified = true;
  const { sid: workspace, activities, timeoutActivity } = ctx.state.settings.workspace;
  const { available, unavailable } = activities;
  ctx.effects.push({
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
            noticedAt: ctx.at,
            activities: { available, unavailable, timeout: timeoutActivity },
          },
  });
}

export function sendToCoolDown(ctx: TaskRouterContext, reservation: ReservationDraft): void {
  reservation.coolDown = 'pending';
  const { sid: workspace, activities } = ctx.state.settings.workspace;
  ctx.effects.push({
    type: 'reservation.coolDown',
    id: nextId(ctx, 'coolDown', reservation.sid),
    workspace,
    worker: reservation.worker,
    reservation: reservation.sid,
    activity: activities.unavailable,
  });
}

/** Cancels the task: the caller is out of the queue, so no worker should be held for them. */
export function cancelTask(ctx: TaskRouterContext): void {
  if (ctx.state.servedReservation === null) updateTask(ctx, 'canceled', 'the caller is no longer in the queue');
}

export function updateTask(ctx: TaskRouterContext, status: 'completed' | 'canceled', reason: string): void {
  const { task, settings } = ctx.state;
  if (task.sid === null || task.over || task.inFlight) return;
  task.inFlight = true;
  ctx.effects.push({
    type: 'task.update',
    id: nextId(ctx, 'task', status),
    workspace: settings.workspace.sid,
    task: task.sid,
    status,
    reason,
  });
}

export function refreshTask(ctx: TaskRouterContext): void {
  const { task, settings, call } = ctx.state;
  if (task.over || task.inFlight) return;
  task.inFlight = true;
  const workspace = settings.workspace.sid;
  ctx.effects.push(
    task.sid === null
      ? { type: 'task.find', id: nextId(ctx, 'task', 'find'), workspace, call: call.sid }
      : { type: 'task.fetch', id: nextId(ctx, 'task', 'fetch'), workspace, task: task.sid },
  );
}
