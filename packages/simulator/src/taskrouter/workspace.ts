import { RestRefusal } from '../rest/errors.js';
import type { World } from '../voice/world.js';
import { emit } from './events.js';
import { checkExpression } from './expression.js';
import { isOver, type Activity, type TaskQueue, type Workflow, type Workspace } from './model.js';
import { routeSoon } from './routing.js';
import { rulesOf } from './workflow-rules.js';

/** Activities of new and of older workspaces (twilio.com/docs/taskrouter/multitasking). */
const ACTIVITIES = {
  multi: [
    ['Offline', false],
    ['Available', true],
    ['Unavailable', false],
  ],
  single: [
    ['Offline', false],
    ['Idle', true],
    ['Busy', false],
    ['Reserved', false],
  ],
} as const;
const CHANNELS = ['default', 'voice', 'chat', 'sms', 'video'];
const MOST_ACTIVITIES = 100;

export interface WorkspaceOptions {
  readonly friendlyName: string;
  /** `false`: as created before 2019-12-19, with the activities Idle, Busy and Reserved. */
  readonly multiTask?: boolean | undefined;
  readonly eventCallbackUrl?: string | undefined;
  /** Comma list of event types; empty: all. */
  readonly eventsFilter?: string | undefined;
  readonly prioritizeQueueOrder?: 'FIFO' | 'LIFO' | undefined;
}

const filterOf = (text: string | undefined): ReadonlySet<string> =>
  new Set((text ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])));

function newActivity(world: World, friendlyName: string, available: boolean): Activity {
  const now = world.clock.now();
  return { sid: world.ids.sid('WA'), friendlyName, available, createdAt: now, updatedAt: now };
}

export function createWorkspace(world: World, options: WorkspaceOptions): Workspace {
  const multiTask = options.multiTask ?? true;
  for (const other of world.workspaces.values()) {
    if (other.friendlyName === options.friendlyName) {
      throw new RestRefusal(20001, `Workspace with FriendlyName "${options.friendlyName}" already exists`);
    }
  }
  const activities = ACTIVITIES[multiTask ? 'multi' : 'single'].map(([name, available]) =>
    newActivity(world, name, available),
  );
  const [offline] = activities as [Activity];
  const now = world.clock.now();
  const workspace: Workspace = {
    sid: world.ids.sid('WS'),
    friendlyName: options.friendlyName,
    multiTask,
    defaultActivity: offline,
    timeoutActivity: offline,
    eventCallbackUrl: options.eventCallbackUrl,
    eventsFilter: filterOf(options.eventsFilter),
    prioritizeQueueOrder: options.prioritizeQueueOrder ?? 'FIFO',
    activities: new Map(activities.map((activity) => [activity.sid, activity])),
    workers: new Map(),
    channels: new Map(),
    queues: new Map(),
    workflows: new Map(),
    tasks: new Map(),
    open: new Set(),
    reservations: new Map(),
    routing: false,
    createdAt: now,
    updatedAt: now,
  };
  for (const uniqueName of CHANNELS) {
    const sid = world.ids.sid('TC');
    workspace.channels.set(sid, { sid, uniqueName, friendlyName: uniqueName });
  }
  world.workspaces.set(workspace.sid, workspace);
  return workspace;
}

export interface WorkspaceChanges {
  readonly friendlyName?: string | undefined;
  readonly defaultActivitySid?: string | undefined;
  readonly timeoutActivitySid?: string | undefined;
  readonly eventCallbackUrl?: string | undefined;
  readonly eventsFilter?: string | undefined;
  readonly multiTaskEnabled?: boolean | undefined;
  readonly prioritizeQueueOrder?: 'FIFO' | 'LIFO' | undefined;
}

export function updateWorkspace(world: World, workspace: Workspace, changes: WorkspaceChanges): void {
  const activity = (sid: string | undefined): Activity | undefined => {
    if (sid === undefined) return undefined;
    const found = workspace.activities.get(sid);
    if (found === undefined) throw new RestRefusal(20001, `Invalid ActivitySid: ${sid}`);
    return found;
  };
  const [standard, timeout] = [activity(changes.defaultActivitySid), activity(changes.timeoutActivitySid)];
  if (changes.multiTaskEnabled === false && workspace.multiTask) {
    throw new RestRefusal(20001, 'MultiTaskEnabled cannot be switched off');
  }
  workspace.friendlyName = changes.friendlyName ?? workspace.friendlyName;
  workspace.defaultActivity = standard ?? workspace.defaultActivity;
  workspace.timeoutActivity = timeout ?? workspace.timeoutActivity;
  workspace.eventCallbackUrl = changes.eventCallbackUrl ?? workspace.eventCallbackUrl;
  if (changes.eventsFilter !== undefined) workspace.eventsFilter = filterOf(changes.eventsFilter);
  workspace.multiTask = changes.multiTaskEnabled ?? workspace.multiTask;
  workspace.prioritizeQueueOrder = changes.prioritizeQueueOrder ?? workspace.prioritizeQueueOrder;
  workspace.updatedAt = world.clock.now();
  emit(world, workspace, 'workspace.updated', {}, `Workspace ${workspace.friendlyName} updated`);
}

export function deleteWorkspace(world: World, workspace: Workspace): void {
  world.workspaces.delete(workspace.sid);
}

export function createActivity(
  world: World,
  workspace: Workspace,
  { friendlyName, available = false }: { friendlyName: string; available?: boolean | undefined },
): Activity {
  for (const other of workspace.activities.values()) {
    if (other.friendlyName === friendlyName) {
      throw new RestRefusal(20001, `Activity with FriendlyName "${friendlyName}" already exists`);
    }
  }
  if (workspace.activities.size >= MOST_ACTIVITIES)
    throw new RestRefusal(20001, 'A workspace has at most 100 activities');
  const activity = newActivity(world, friendlyName, available);
  workspace.activities.set(activity.sid, activity);
  emit(world, workspace, 'activity.created', { activity }, `Activity ${friendlyName} created`);
  return activity;
}

/** Updates an activity. `available` of an existing one is ignored, as at Twilio (twilio.com/docs/taskrouter/api/activity). */
export function updateActivity(
  world: World,
  workspace: Workspace,
  activity: Activity,
  changes: { friendlyName?: string | undefined },
): void {
  activity.friendlyName = changes.friendlyName ?? activity.friendlyName;
  activity.updatedAt = world.clock.now();
  emit(world, workspace, 'activity.updated', { activity }, `Activity ${activity.friendlyName} updated`);
}

export function deleteActivity(world: World, workspace: Workspace, activity: Activity): void {
  const used = [...workspace.workers.values()].some((worker) => worker.activity === activity);
  if (used || activity === workspace.defaultActivity || activity === workspace.timeoutActivity) {
    throw new RestRefusal(20001, `Activity ${activity.sid} is in use and cannot be deleted`);
  }
  workspace.activities.delete(activity.sid);
  emit(world, workspace, 'activity.deleted', { activity }, `Activity ${activity.friendlyName} deleted`);
}

export interface QueueOptions {
  readonly friendlyName?: string | undefined;
  readonly targetWorkers?: string | undefined;
  readonly maxReservedWorkers?: number | undefined;
  readonly taskOrder?: 'FIFO' | 'LIFO' | undefined;
  readonly reservationActivitySid?: string | undefined;
  readonly assignmentActivitySid?: string | undefined;
}

export function createTaskQueue(
  world: World,
  workspace: Workspace,
  options: QueueOptions & { readonly friendlyName: string },
): TaskQueue {
  checkExpression(options.targetWorkers ?? '1==1');
  const now = world.clock.now();
  const queue: TaskQueue = {
    sid: world.ids.sid('WQ'),
    friendlyName: options.friendlyName,
    targetWorkers: options.targetWorkers ?? '1==1',
    maxReservedWorkers: options.maxReservedWorkers ?? 1,
    taskOrder: options.taskOrder ?? 'FIFO',
    reservationActivitySid: options.reservationActivitySid,
    assignmentActivitySid: options.assignmentActivitySid,
    createdAt: now,
    updatedAt: now,
  };
  workspace.queues.set(queue.sid, queue);
  emit(world, workspace, 'task-queue.created', { queue }, `TaskQueue ${queue.friendlyName} created`);
  return queue;
}

export function updateTaskQueue(world: World, workspace: Workspace, queue: TaskQueue, changes: QueueOptions): void {
  if (changes.targetWorkers !== undefined) checkExpression(changes.targetWorkers);
  queue.friendlyName = changes.friendlyName ?? queue.friendlyName;
  queue.targetWorkers = changes.targetWorkers ?? queue.targetWorkers;
  queue.maxReservedWorkers = changes.maxReservedWorkers ?? queue.maxReservedWorkers;
  queue.taskOrder = changes.taskOrder ?? queue.taskOrder;
  queue.reservationActivitySid = changes.reservationActivitySid ?? queue.reservationActivitySid;
  queue.assignmentActivitySid = changes.assignmentActivitySid ?? queue.assignmentActivitySid;
  queue.updatedAt = world.clock.now();
  if (changes.targetWorkers !== undefined) {
    emit(world, workspace, 'task-queue.expression.updated', { queue }, `TaskQueue ${queue.friendlyName} updated`);
  }
  routeSoon(world, workspace);
}

export function deleteTaskQueue(world: World, workspace: Workspace, queue: TaskQueue): void {
  const used = [...workspace.workflows.values()].some(({ rules }) =>
    [
      ...rules.filters.flatMap((filter) => filter.targets),
      ...(rules.otherwise === undefined ? [] : [rules.otherwise]),
    ].some((target) => target.queue === queue.sid),
  );
  if (used) throw new RestRefusal(20001, `TaskQueue ${queue.sid} is used by a workflow and cannot be deleted`);
  workspace.queues.delete(queue.sid);
  emit(world, workspace, 'task-queue.deleted', { queue }, `TaskQueue ${queue.friendlyName} deleted`);
}

export interface WorkflowOptions {
  readonly friendlyName?: string | undefined;
  readonly configuration?: string | undefined;
  readonly assignmentCallbackUrl?: string | undefined;
  readonly fallbackAssignmentCallbackUrl?: string | undefined;
  /** Seconds, at most 86400. */
  readonly taskReservationTimeout?: number | undefined;
}

export function createWorkflow(
  world: World,
  workspace: Workspace,
  options: WorkflowOptions & { readonly friendlyName: string; readonly configuration: string },
): Workflow {
  const now = world.clock.now();
  const workflow: Workflow = {
    sid: world.ids.sid('WW'),
    friendlyName: options.friendlyName,
    configuration: options.configuration,
    rules: rulesOf(workspace, options.configuration),
    assignmentCallbackUrl: options.assignmentCallbackUrl,
    fallbackAssignmentCallbackUrl: options.fallbackAssignmentCallbackUrl,
    taskReservationTimeout: options.taskReservationTimeout ?? 120,
    createdAt: now,
    updatedAt: now,
  };
  workspace.workflows.set(workflow.sid, workflow);
  emit(world, workspace, 'workflow.created', { workflow }, `Workflow ${workflow.friendlyName} created`);
  return workflow;
}

export function updateWorkflow(world: World, workspace: Workspace, workflow: Workflow, changes: WorkflowOptions): void {
  const rules = changes.configuration === undefined ? workflow.rules : rulesOf(workspace, changes.configuration);
  workflow.friendlyName = changes.friendlyName ?? workflow.friendlyName;
  workflow.configuration = changes.configuration ?? workflow.configuration;
  workflow.rules = rules;
  workflow.assignmentCallbackUrl = changes.assignmentCallbackUrl ?? workflow.assignmentCallbackUrl;
  workflow.fallbackAssignmentCallbackUrl =
    changes.fallbackAssignmentCallbackUrl ?? workflow.fallbackAssignmentCallbackUrl;
  workflow.taskReservationTimeout = changes.taskReservationTimeout ?? workflow.taskReservationTimeout;
  workflow.updatedAt = world.clock.now();
  emit(world, workspace, 'workflow.updated', { workflow }, `Workflow ${workflow.friendlyName} updated`);
}

export function deleteWorkflow(world: World, workspace: Workspace, workflow: Workflow): void {
  if ([...workspace.tasks.values()].some((task) => task.workflow === workflow && !isOver(task.status))) {
    throw new RestRefusal(20001, `Workflow ${workflow.sid} has active tasks and cannot be deleted`);
  }
  workspace.workflows.delete(workflow.sid);
  emit(world, workspace, 'workflow.deleted', { workflow }, `Workflow ${workflow.friendlyName} deleted`);
}
