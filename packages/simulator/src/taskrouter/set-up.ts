import type { World } from '../voice/world.js';
import type { Workspace } from './model.js';
import { createWorker, moveWorker } from './workers.js';
import { createActivity, createTaskQueue, createWorkflow, createWorkspace, updateWorkspace } from './workspace.js';

/** Options of a workspace with everything that calls need, created at once. */
export interface WorkspaceSetUp {
  /** Default `AMD`. */
  friendlyName?: string;
  /** `false`: an older, single-tasking one with Idle, Busy and Reserved. */
  multiTask?: boolean;
  /** Besides the ones that every new workspace has. */
  activities?: readonly { friendlyName: string; available: boolean }[];
  eventCallbackUrl?: string;
  /** Name of the activity for workers whose reservation timed out; default Offline. */
  timeoutActivity?: string;
  assignmentCallbackUrl?: string;
  fallbackAssignmentCallbackUrl?: string;
  /** Seconds; default 120. */
  reservationTimeout?: number;
  /** How long a task stays in the queue, seconds; default: as long as it lives. */
  workflowTimeout?: number;
  /** Workers reserved for one task at once; default 1. */
  maxReservedWorkers?: number;
  /** `activity`: a name; default: the first available one. */
  workers?: readonly { friendlyName: string; attributes?: Readonly<Record<string, unknown>>; activity?: string }[];
}

/** SIDs of what was created, by name. */
export interface WorkspaceSids {
  readonly workspace: string;
  readonly workflow: string;
  readonly queue: string;
  readonly activities: Readonly<Record<string, string>>;
  readonly workers: Readonly<Record<string, string>>;
}

function activityNamed(workspace: Workspace, name: string): Workspace['defaultActivity'] {
  const found = [...workspace.activities.values()].find((activity) => activity.friendlyName === name);
  if (found === undefined) throw new TypeError(`no activity is named "${name}"`);
  return found;
}

export function setUpWorkspace(world: World, options: WorkspaceSetUp): WorkspaceSids {
  const workspace = createWorkspace(world, {
    friendlyName: options.friendlyName ?? 'AMD',
    multiTask: options.multiTask,
  });
  for (const activity of options.activities ?? []) createActivity(world, workspace, activity);
  const queue = createTaskQueue(world, workspace, {
    friendlyName: 'Everyone',
    maxReservedWorkers: options.maxReservedWorkers,
  });
  const target = {
    queue: queue.sid,
    ...(options.workflowTimeout === undefined ? {} : { timeout: options.workflowTimeout }),
  };
  const workflow = createWorkflow(world, workspace, {
    friendlyName: 'AMD',
    configuration: JSON.stringify({
      // Only the targets of a filter have a timeout.
      task_routing: { filters: [{ filter_friendly_name: 'Everybody', expression: '1==1', targets: [target] }] },
    }),
    assignmentCallbackUrl: options.assignmentCallbackUrl,
    fallbackAssignmentCallbackUrl: options.fallbackAssignmentCallbackUrl,
    taskReservationTimeout: options.reservationTimeout,
  });
  const first = [...workspace.activities.values()].find((activity) => activity.available);
  const workers: Record<string, string> = {};
  for (const { friendlyName, attributes, activity } of options.workers ?? []) {
    const in_ = activity === undefined ? first : activityNamed(workspace, activity);
    workers[friendlyName] = createWorker(world, workspace, {
      friendlyName,
      attributes: JSON.stringify(attributes ?? {}),
      activitySid: in_?.sid,
    }).sid;
  }
  if (options.timeoutActivity !== undefined) {
    updateWorkspace(world, workspace, { timeoutActivitySid: activityNamed(workspace, options.timeoutActivity).sid });
  }
  // Last, so that the set-up itself sends no events.
  workspace.eventCallbackUrl = options.eventCallbackUrl;
  return {
    workspace: workspace.sid,
    workflow: workflow.sid,
    queue: queue.sid,
    activities: Object.fromEntries(
      [...workspace.activities.values()].map(({ friendlyName, sid }) => [friendlyName, sid]),
    ),
    workers,
  };
}

/** Moves a worker as a person at the console would. */
export function moveByHand(world: World, workerSid: string, activity: string): void {
  for (const workspace of world.workspaces.values()) {
    const worker = workspace.workers.get(workerSid);
    if (worker !== undefined) {
      moveWorker(world, workspace, worker, activityNamed(workspace, activity));
      return;
    }
  }
  throw new TypeError(`no worker has the SID "${workerSid}"`);
}
