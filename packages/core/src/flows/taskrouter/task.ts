import type { TaskSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { AssignmentStatus } from '../../wire/taskrouter.js';
import { askCaller } from '../caller/caller.js';
import type { TaskRouterEffect } from '../effects.js';
import { startTimer } from '../timers.js';
import { callerHeld, dismissLegs, fallBack, leaveToOthers } from './caller.js';
import type { RouterOutcome, TaskNotification } from './events.js';
import { askReservation, askTask, cancelTask } from './requests.js';
import type { Work } from './state.js';
import { completeTask } from './talk.js';

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

export function onTask(w: Work, event: Extract<TaskNotification, { type: 'task' }>): void {
  const { s } = w;
  // Only a new task may take the place of one that is over.
  const fresh = s.task.sid === null || event.news === 'created';
  if (s.task.sid !== event.task && !(fresh && adoptTask(w, event.task, event.round))) return;
  switch (event.news) {
    case 'created':
      return;
    case 'wrapup':
      // The bridge is over, whoever of the two hung up.
      for (const one of s.reservations) if (one.offered && one.phase === 'pending') askReservation(w, one);
      completeTask(w);
      return;
    case 'canceled':
    case 'completed':
    case 'deleted':
      if (!s.task.over) taskOver(w);
      return;
    default:
      unreachable(event.news);
  }
}

/** What a fetch says of the task. */
function taskIs(w: Work, status: AssignmentStatus): void {
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
function taskOver(w: Work): void {
  const { s } = w;
  s.task.over = true;
  if (s.caller.phase !== 'waiting') return;
  s.taskLost = true;
  dismissLegs(w);
  askCaller(w);
}

export function onTaskOutcome(
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
