import type { World } from '../../voice/world.js';
import type {
  Activity,
  Reservation,
  Task,
  TaskChannel,
  TaskQueue,
  Worker,
  WorkerChannel,
  Workflow,
  Workspace,
} from '../model.js';

const HOST = 'https://taskrouter.twilio.com';

/** TaskRouter writes ISO 8601, to the second: `2014-05-14T10:50:02Z`. */
const date = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
const age = (world: World, at: number): number => Math.floor((world.clock.now() - at) / 1000);

export function workspaceUrl(workspace: Workspace): string {
  return `${HOST}/v1/Workspaces/${workspace.sid}`;
}

const linksTo = (url: string, names: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([name, path]) => [name, `${url}/${path}`]));

export function workspaceJson(world: World, workspace: Workspace): Record<string, unknown> {
  const url = workspaceUrl(workspace);
  return {
    sid: workspace.sid,
    account_sid: world.accountSid,
    friendly_name: workspace.friendlyName,
    default_activity_sid: workspace.defaultActivity.sid,
    default_activity_name: workspace.defaultActivity.friendlyName,
    timeout_activity_sid: workspace.timeoutActivity.sid,
    timeout_activity_name: workspace.timeoutActivity.friendlyName,
    event_callback_url: workspace.eventCallbackUrl ?? null,
    events_filter: workspace.eventsFilter.size === 0 ? null : [...workspace.eventsFilter].join(','),
    multi_task_enabled: workspace.multiTask,
    prioritize_queue_order: workspace.prioritizeQueueOrder,
    date_created: date(workspace.createdAt),
    date_updated: date(workspace.updatedAt),
    url,
    links: linksTo(url, {
      activities: 'Activities',
      workers: 'Workers',
      task_queues: 'TaskQueues',
      workflows: 'Workflows',
      tasks: 'Tasks',
      task_channels: 'TaskChannels',
    }),
  };
}

export function activityJson(world: World, workspace: Workspace, activity: Activity): Record<string, unknown> {
  const url = `${workspaceUrl(workspace)}/Activities/${activity.sid}`;
  return {
    sid: activity.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    friendly_name: activity.friendlyName,
    available: activity.available,
    date_created: date(activity.createdAt),
    date_updated: date(activity.updatedAt),
    url,
    links: { workspace: workspaceUrl(workspace) },
  };
}

export function workerJson(world: World, workspace: Workspace, worker: Worker): Record<string, unknown> {
  const url = `${workspaceUrl(workspace)}/Workers/${worker.sid}`;
  return {
    sid: worker.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    friendly_name: worker.friendlyName,
    attributes: worker.attributes,
    activity_sid: worker.activity.sid,
    activity_name: worker.activity.friendlyName,
    available: worker.activity.available,
    date_created: date(worker.createdAt),
    date_updated: date(worker.updatedAt),
    date_status_changed: date(worker.activitySince),
    url,
    links: {
      workspace: workspaceUrl(workspace),
      activity: `${workspaceUrl(workspace)}/Activities/${worker.activity.sid}`,
      ...linksTo(url, { channels: 'Channels', reservations: 'Reservations' }),
    },
  };
}

export function workerChannelJson(
  world: World,
  workspace: Workspace,
  worker: Worker,
  channel: WorkerChannel,
): Record<string, unknown> {
  const taken = [...worker.holding].filter((one) => one.task.channel.uniqueName === channel.channel).length;
  return {
    sid: channel.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    worker_sid: worker.sid,
    task_channel_sid: channel.channelSid,
    task_channel_unique_name: channel.channel,
    configured_capacity: channel.capacity,
    available: channel.available,
    available_capacity_percentage:
      channel.capacity === 0 ? 0 : Math.round((100 * (channel.capacity - taken)) / channel.capacity),
    assigned_tasks: taken,
    date_created: date(worker.createdAt),
    date_updated: date(worker.updatedAt),
    url: `${workspaceUrl(workspace)}/Workers/${worker.sid}/Channels/${channel.sid}`,
  };
}

export function taskChannelJson(world: World, workspace: Workspace, channel: TaskChannel): Record<string, unknown> {
  return {
    sid: channel.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    unique_name: channel.uniqueName,
    friendly_name: channel.friendlyName,
    channel_optimized_routing: false,
    date_created: date(workspace.createdAt),
    date_updated: date(workspace.createdAt),
    url: `${workspaceUrl(workspace)}/TaskChannels/${channel.sid}`,
    links: { workspace: workspaceUrl(workspace) },
  };
}

export function queueJson(world: World, workspace: Workspace, queue: TaskQueue): Record<string, unknown> {
  const name = (sid: string | undefined): string | null =>
    (sid === undefined ? undefined : workspace.activities.get(sid)?.friendlyName) ?? null;
  return {
    sid: queue.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    friendly_name: queue.friendlyName,
    target_workers: queue.targetWorkers,
    max_reserved_workers: queue.maxReservedWorkers,
    task_order: queue.taskOrder,
    reservation_activity_sid: queue.reservationActivitySid ?? null,
    reservation_activity_name: name(queue.reservationActivitySid),
    assignment_activity_sid: queue.assignmentActivitySid ?? null,
    assignment_activity_name: name(queue.assignmentActivitySid),
    date_created: date(queue.createdAt),
    date_updated: date(queue.updatedAt),
    url: `${workspaceUrl(workspace)}/TaskQueues/${queue.sid}`,
    links: { workspace: workspaceUrl(workspace) },
  };
}

export function workflowJson(world: World, workspace: Workspace, workflow: Workflow): Record<string, unknown> {
  return {
    sid: workflow.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    friendly_name: workflow.friendlyName,
    configuration: workflow.configuration,
    document_content_type: 'application/json',
    assignment_callback_url: workflow.assignmentCallbackUrl ?? null,
    fallback_assignment_callback_url: workflow.fallbackAssignmentCallbackUrl ?? null,
    task_reservation_timeout: workflow.taskReservationTimeout,
    date_created: date(workflow.createdAt),
    date_updated: date(workflow.updatedAt),
    url: `${workspaceUrl(workspace)}/Workflows/${workflow.sid}`,
    links: { workspace: workspaceUrl(workspace) },
  };
}

export function taskJson(world: World, task: Task): Record<string, unknown> {
  const { workspace, workflow, queue } = task;
  const url = `${workspaceUrl(workspace)}/Tasks/${task.sid}`;
  return {
    sid: task.sid,
    account_sid: world.accountSid,
    workspace_sid: workspace.sid,
    workflow_sid: workflow.sid,
    workflow_friendly_name: workflow.friendlyName,
    task_queue_sid: queue?.sid ?? null,
    task_queue_friendly_name: queue?.friendlyName ?? null,
    task_channel_sid: task.channel.sid,
    task_channel_unique_name: task.channel.uniqueName,
    assignment_status: task.status,
    attributes: task.attributes,
    addons: '{}',
    priority: task.priority,
    reason: task.reason ?? null,
    timeout: task.timeout,
    age: age(world, task.createdAt),
    date_created: date(task.createdAt),
    date_updated: date(task.updatedAt),
    task_queue_entered_date: task.queueEnteredAt === undefined ? null : date(task.queueEnteredAt),
    virtual_start_time: date(task.createdAt),
    ignore_capacity: false,
    routing_target: null,
    url,
    links: { workspace: workspaceUrl(workspace), ...linksTo(url, { reservations: 'Reservations' }) },
  };
}

export function reservationJson(
  world: World,
  reservation: Reservation,
  under: 'Tasks' | 'Workers',
): Record<string, unknown> {
  const { task, worker } = reservation;
  const workspace = workspaceUrl(task.workspace);
  const parent = under === 'Tasks' ? `Tasks/${task.sid}` : `Workers/${worker.sid}`;
  return {
    sid: reservation.sid,
    account_sid: world.accountSid,
    workspace_sid: task.workspace.sid,
    task_sid: task.sid,
    worker_sid: worker.sid,
    worker_name: worker.friendlyName,
    reservation_status: reservation.status,
    date_created: date(reservation.createdAt),
    date_updated: date(reservation.updatedAt),
    url: `${workspace}/${parent}/Reservations/${reservation.sid}`,
    links: {
      workspace,
      task: `${workspace}/Tasks/${task.sid}`,
      worker: `${workspace}/Workers/${worker.sid}`,
    },
  };
}
