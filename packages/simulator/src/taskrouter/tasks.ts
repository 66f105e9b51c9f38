import { RestRefusal } from '../rest/errors.js';
import type { Call } from '../voice/call.js';
import type { World } from '../voice/world.js';
import { checkAttributes } from './attributes.js';
import { emit } from './events.js';
import { evaluate } from './expression.js';
import { isOver, type Task, type Workflow, type WorkflowTarget, type Workspace } from './model.js';
import { cancelReservations, complete } from './reservations.js';
import { routeSoon, scopeOf } from './routing.js';

/** Default lifetime of a task, seconds. */
const TASK_SECONDS = 86_400;

export function setTask(world: World, task: Task, status: Task['status'], reason?: string): void {
  task.status = status;
  task.reason = reason ?? task.reason;
  task.version += 1;
  task.updatedAt = world.clock.now();
  if (status === 'pending' || status === 'reserved') task.workspace.open.add(task);
  else task.workspace.open.delete(task);
}

function tell(
  world: World,
  task: Task,
  type: string,
  text: string,
  more?: readonly (readonly [string, string])[],
): void {
  emit(world, task.workspace, type, more === undefined ? { task } : { task, more }, text);
}

export interface NewTask {
  readonly workflow: Workflow;
  readonly attributes: string;
  readonly priority?: number | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly channel?: string | undefined;
  readonly call?: Call | undefined;
}

/** Returns the targets of a task in order; none: no filter matched and there is no default. */
export function targetsOf(workflow: Workflow, attributes: string): readonly WorkflowTarget[] {
  const probe = { attributes, sid: '' } as Task;
  const { filters, otherwise } = workflow.rules;
  const filter = filters.find(({ expression }) => evaluate(expression, scopeOf(undefined, probe, 'task')));
  return filter?.targets ?? (otherwise === undefined ? [] : [otherwise]);
}

/** Creates a task and sends it into its first queue. */
export function createTask(world: World, workspace: Workspace, options: NewTask): Task {
  const { workflow, attributes, priority, timeout, call } = options;
  checkAttributes(attributes);
  const name = options.channel ?? 'default';
  const channel = [...workspace.channels.values()].find((one) => one.uniqueName === name || one.sid === name);
  if (channel === undefined) throw new RestRefusal(20001, `Invalid TaskChannel: ${name}`);
  const targets = targetsOf(workflow, attributes);
  if (targets.length === 0) throw new RestRefusal(20001, 'No workflow filter matches the task and there is no default');
  const now = world.clock.now();
  const task: Task = {
    sid: world.ids.sid('WT'),
    workspace,
    workflow,
    queue: undefined,
    attributes,
    priority: priority ?? 0,
    timeout: timeout ?? TASK_SECONDS,
    status: 'pending',
    reason: undefined,
    channel,
    call,
    reservations: new Map(),
    createdAt: now,
    updatedAt: now,
    queueEnteredAt: undefined,
    targetExpression: undefined,
    refusals: 0,
    version: 0,
    timers: new Set(),
  };
  workspace.tasks.set(task.sid, task);
  workspace.open.add(task);
  tell(world, task, 'workflow.entered', `Task ${task.sid} entered Workflow ${workflow.friendlyName}`);
  enter(world, task, targets, 0);
  tell(world, task, 'task.created', `Task ${task.sid} created`);
  // A default lifetime of a day is not simulated.
  if (call !== undefined || timeout !== undefined) {
    later(world, task, task.timeout, () => {
      cancelTask(world, task, 'Task TTL Exceeded');
    });
  }
  routeSoon(world, workspace);
  return task;
}

function later(world: World, task: Task, seconds: number, run: () => void): void {
  const stop = world.clock.wakeAt(world.clock.now() + seconds * 1000, () => {
    task.timers.delete(stop);
    if (task.status === 'pending' || task.status === 'reserved') run();
  });
  task.timers.add(stop);
}

/**
 * Enters the workflow's target at this place, or the next one that is not skipped; after the last one, the workflow has timed
 * out.
 */
function enter(world: World, task: Task, targets: readonly WorkflowTarget[], at: number): void {
  const { workspace } = task;
  const target = targets[at];
  if (target === undefined) {
    tell(world, task, 'workflow.timeout', `Task ${task.sid} timed out of Workflow ${task.workflow.friendlyName}`);
    cancelTask(world, task, 'Task canceled on Workflow timeout');
    return;
  }
  if (target.skipIf !== undefined && at + 1 < targets.length && skips(task, target.skipIf)) {
    tell(world, task, 'workflow.skipped', `Task ${task.sid} skipped a target`);
    enter(world, task, targets, at + 1);
    return;
  }
  const moved = task.queue !== undefined;
  task.queue = workspace.queues.get(target.queue);
  task.queueEnteredAt ??= world.clock.now();
  task.targetExpression = target.expression;
  task.priority = target.priority ?? task.priority;
  task.version += 1;
  tell(world, task, moved ? 'task-queue.moved' : 'task-queue.entered', `Task ${task.sid} entered TaskQueue`);
  tell(world, task, 'workflow.target-matched', `Task ${task.sid} matched a workflow target`);
  if (target.timeout !== undefined) {
    later(world, task, target.timeout, () => {
      tell(world, task, 'task-queue.timeout', `Task ${task.sid} timed out of TaskQueue`);
      enter(world, task, targets, at + 1);
    });
  }
  routeSoon(world, workspace);
}

/** Evaluates only what needs no statistics of the workspace: an expression of the task and its workers. */
function skips(task: Task, expression: string): boolean {
  return evaluate(
    expression.replaceAll('workers.available', String(availableIn(task))),
    scopeOf(undefined, task, 'task'),
  );
}

function availableIn({ workspace }: Task): number {
  return [...workspace.workers.values()].filter((worker) => worker.activity.available).length;
}

export function cancelTask(world: World, task: Task, reason: string): void {
  if (task.status !== 'pending' && task.status !== 'reserved') {
    throw new RestRefusal(20001, `Cannot cancel task ${task.sid} because it is not pending or reserved.`);
  }
  end(world, task, 'canceled', reason);
  cancelReservations(world, task);
  tell(world, task, 'task.canceled', `Task ${task.sid} canceled: ${reason}`, [['TaskCanceledReason', reason]]);
  const { call } = task;
  if (call?.queued?.task === task && world.toggles.taskCancelUnqueuesCall) call.queued.release('leave');
  routeSoon(world, task.workspace);
}

function end(world: World, task: Task, status: 'completed' | 'canceled', reason: string): void {
  setTask(world, task, status, reason);
  for (const stop of task.timers) stop();
  task.timers.clear();
}

export function completeTask(world: World, task: Task, reason: string): void {
  if (task.status !== 'assigned' && task.status !== 'wrapping') {
    throw new RestRefusal(20001, `Cannot complete task ${task.sid} because it is not currently assigned.`);
  }
  end(world, task, 'completed', reason);
  tell(world, task, 'task.completed', `Task ${task.sid} completed`, [['TaskCompletedReason', reason]]);
  for (const one of task.reservations.values()) {
    if (one.status === 'accepted' || one.status === 'wrapping') complete(world, one);
  }
  routeSoon(world, task.workspace);
}

export interface TaskChanges {
  readonly assignmentStatus?: string | undefined;
  readonly reason?: string | undefined;
  readonly attributes?: string | undefined;
  readonly priority?: number | undefined;
}

/** twilio.com/docs/taskrouter/api/task#update-a-task */
export function updateTask(world: World, task: Task, changes: TaskChanges): void {
  const { assignmentStatus, reason, attributes, priority } = changes;
  if (assignmentStatus !== undefined && attributes !== undefined) {
    throw new RestRefusal(20001, 'AssignmentStatus and Attributes cannot be updated in one request');
  }
  if (assignmentStatus !== undefined && isOver(task.status)) {
    throw new RestRefusal(20001, `Cannot update task ${task.sid}: it is ${task.status}.`);
  }
  switch (assignmentStatus) {
    case 'completed':
    case 'canceled':
      if (reason === undefined) throw new RestRefusal(20001, 'Reason is required when a task is completed or canceled');
      if (assignmentStatus === 'canceled') cancelTask(world, task, reason);
      else completeTask(world, task, reason);
      return;
    case 'wrapping':
      if (task.status !== 'assigned') {
        throw new RestRefusal(20001, `Cannot wrap up task ${task.sid} because it is not currently assigned.`);
      }
      setTask(world, task, 'wrapping');
      tell(world, task, 'task.wrapup', `Task ${task.sid} moved to wrapup`);
      return;
    case undefined:
      break;
    default:
      throw new RestRefusal(20001, `Invalid AssignmentStatus: ${assignmentStatus}`);
  }
  if (attributes !== undefined) {
    checkAttributes(attributes);
    task.attributes = attributes;
  }
  task.priority = priority ?? task.priority;
  if (attributes === undefined && priority === undefined) return;
  setTask(world, task, task.status);
  tell(world, task, 'task.updated', `Task ${task.sid} updated`);
  routeSoon(world, task.workspace);
}

export function deleteTask(world: World, task: Task): void {
  if (task.status === 'pending' || task.status === 'reserved') cancelReservations(world, task);
  for (const stop of task.timers) stop();
  task.workspace.tasks.delete(task.sid);
  task.workspace.open.delete(task);
  tell(world, task, 'task.deleted', `Task ${task.sid} deleted`);
}
