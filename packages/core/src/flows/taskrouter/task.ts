import type { TaskSid } from '../../kernel/ids.js';
import { assertNever } from '../../kernel/draft.js';
import type { AssignmentStatus } from '../../wire/taskrouter.js';
import { refreshCaller } from '../caller/caller.js';
import type { TaskRouterEffect } from '../effects.js';
import { startTimer } from '../timers.js';
import { callerHeld, dismissLegs, fallBack, leaveToOthers } from './caller.js';
import type { TaskRouterResult, TaskNotification } from './events.js';
import { refreshReservation, refreshTask, cancelTask } from './requests.js';
import type { TaskRouterContext } from './state.js';
import { completeTask } from './talk.js';

/** Takes a task as the call's own. Returns `false` if it belongs to an earlier visit, or if the call has another. */
export function adoptTask(ctx: TaskRouterContext, task: TaskSid, visit: number | null): boolean {
  const { state } = ctx;
  if (visit !== null && visit < state.visit) return false;
  if (state.task.sid !== task) {
    if (state.task.sid !== null && !state.task.over && !state.caller.takenElsewhere) return false;
    state.task = { sid: task, over: false, inFlight: false, refusals: 0 };
    state.taskCanceled = false;
  }
  state.caller.takenElsewhere = false;
  callerHeld(ctx);
  return true;
}

export function onTask(ctx: TaskRouterContext, event: Extract<TaskNotification, { type: 'task' }>): void {
  const { state } = ctx;
  // Only a new task may replace one that is over.
  const fresh = state.task.sid === null || event.news === 'created';
  if (state.task.sid !== event.task && !(fresh && adoptTask(ctx, event.task, event.visit))) return;
  switch (event.news) {
    case 'created':
      return;
    case 'wrapup':
      // The bridge is over, whichever of the two hung up.
      for (const one of state.reservations) if (one.offered && one.phase === 'pending') refreshReservation(ctx, one);
      completeTask(ctx);
      return;
    case 'canceled':
    case 'completed':
    case 'deleted':
      if (!state.task.over) taskOver(ctx);
      return;
    default:
      assertNever(event.news);
  }
}

/** Applies what a fetch says about the task. */
function applyTaskStatus(ctx: TaskRouterContext, status: AssignmentStatus): void {
  switch (status) {
    case 'pending':
    case 'reserved':
      // No caller waits in the queue for it.
      if (ctx.state.caller.phase === 'ended' || ctx.state.caller.fallbackServed) cancelTask(ctx);
      return;
    case 'assigned':
    case 'wrapping':
      takenBySomebody(ctx);
      return;
    case 'completed':
    case 'canceled':
      taskOver(ctx);
      return;
    default:
      assertNever(status);
  }
}

/**
 * A worker has the task. If it was our offer, the reservation tells; otherwise another application has it and will complete it.
 */
function takenBySomebody(ctx: TaskRouterContext): void {
  const { state } = ctx;
  if (state.servedReservation !== null && !state.caller.takenElsewhere) return;
  const offered = state.reservations.filter((one) => one.offered && one.phase === 'pending');
  for (const reservation of offered) refreshReservation(ctx, reservation);
  if (offered.length > 0) return;
  if (state.caller.phase === 'ended') state.task.over = true;
  else leaveToOthers(ctx);
}

/**
 * The task was completed, cancelled or deleted. A cancelled task does not end the caller's call: without us they would hear music
 * forever (twilio.com/docs/taskrouter/lifecycle-task-state). Their own call tells whether they hung up.
 */
function taskOver(ctx: TaskRouterContext): void {
  const { state } = ctx;
  state.task.over = true;
  if (state.caller.phase !== 'waiting') return;
  state.taskCanceled = true;
  dismissLegs(ctx);
  refreshCaller(ctx);
}

export function onTaskOutcome(
  ctx: TaskRouterContext,
  effect: Extract<TaskRouterEffect, { type: 'task.update' | 'task.fetch' | 'task.find' }>,
  result: TaskRouterResult,
): void {
  const { state } = ctx;
  if (effect.type === 'task.find') {
    const isAnswer = state.task.sid === null && state.task.inFlight;
    if (isAnswer) state.task.inFlight = false;
    if (isAnswer && result.kind === 'refused') findRefused(ctx);
    else if (result.kind === 'task') {
      if (adoptTask(ctx, result.sid, null)) applyTaskStatus(ctx, result.status);
      // Its events were lost, and it no longer exists.
    } else if (result.kind === 'gone' && state.task.sid === null) taskOver(ctx);
    return;
  }
  if (state.task.sid !== effect.task) return;
  state.task.inFlight = false;
  if (result.kind === 'gone') {
    if (!state.task.over) taskOver(ctx);
  } else if (result.kind === 'task') applyTaskStatus(ctx, result.status);
  else if (effect.type !== 'task.update') return;
  else if (result.kind === 'done') applyTaskStatus(ctx, effect.status);
  // No longer assigned, or not yet: the task tells which.
  else if (result.kind === 'refused') refreshTask(ctx);
}

/** No event ever reported the task and it cannot be found: the caller would wait forever. */
function findRefused(ctx: TaskRouterContext): void {
  const { task } = ctx.state;
  task.refusals += 1;
  if (task.refusals >= ctx.config.findTries) fallBack(ctx);
  else startTimer(ctx, 'heartbeat', ctx.config.graceMs);
}
