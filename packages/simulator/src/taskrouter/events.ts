import type { World } from '../voice/world.js';
import type { Params } from '../wire/signature.js';
import type { Activity, Reservation, Task, TaskQueue, Worker, Workflow, Workspace } from './model.js';

/** What an event is about. */
export interface EventParts {
  readonly worker?: Worker;
  readonly task?: Task;
  readonly reservation?: Reservation;
  readonly queue?: TaskQueue;
  readonly workflow?: Workflow;
  readonly activity?: Activity;
  readonly more?: Params;
}

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

export function workerParams(worker: Worker): [string, string][] {
  return [
    ['WorkerSid', worker.sid],
    ['WorkerName', worker.friendlyName],
    ['WorkerAttributes', worker.attributes],
    ['WorkerActivitySid', worker.activity.sid],
    ['WorkerActivityName', worker.activity.friendlyName],
    ['WorkerVersion', String(worker.version)],
  ];
}

export function taskParams(task: Task, now: number): [string, string][] {
  const params: [string, string][] = [
    ['TaskSid', task.sid],
    ['TaskAttributes', task.attributes],
    ['TaskAge', seconds(now - task.createdAt)],
    ['TaskPriority', String(task.priority)],
    ['TaskAssignmentStatus', task.status],
    ['TaskChannelSid', task.channel.sid],
    ['TaskChannelUniqueName', task.channel.uniqueName],
    ['TaskDateCreated', seconds(task.createdAt)],
    ['TaskVersion', String(task.version)],
    ['WorkflowSid', task.workflow.sid],
    ['WorkflowName', task.workflow.friendlyName],
  ];
  if (task.queue !== undefined) {
    params.push(
      ['TaskQueueSid', task.queue.sid],
      ['TaskQueueName', task.queue.friendlyName],
      ['TaskQueueTargetExpression', task.queue.targetWorkers],
    );
  }
  return params;
}

/** Sends an event callback, if the workspace wants it (twilio.com/docs/taskrouter/api/event). */
export function emit(world: World, workspace: Workspace, type: string, parts: EventParts, description: string): void {
  const { worker, task, reservation, queue, workflow, activity, more } = parts;
  const about = reservation?.sid ?? task?.sid ?? worker?.sid ?? queue?.sid ?? workflow?.sid ?? workspace.sid;
  world.record('taskrouter', task?.call?.sid, `${type}: ${description}`, { event: type, about });
  if (workspace.eventCallbackUrl === undefined) return;
  if (workspace.eventsFilter.size > 0 && !workspace.eventsFilter.has(type)) return;
  const now = world.clock.now();
  const resource = type.split('.')[0] ?? '';
  const params: [string, string][] = [
    ['AccountSid', world.accountSid],
    ['EventType', type],
    ['Sid', world.ids.sid('EV')],
    ['EventDescription', description],
    ['ResourceType', resource],
    ['ResourceSid', about],
    ['Timestamp', seconds(now)],
    ['TimestampMs', String(now)],
    ['WorkspaceSid', workspace.sid],
    ['WorkspaceName', workspace.friendlyName],
  ];
  if (task !== undefined) params.push(...taskParams(task, now));
  if (worker !== undefined) params.push(...workerParams(worker));
  if (reservation !== undefined) {
    params.push(['ReservationSid', reservation.sid], ['ReservationVersion', String(reservation.version)]);
  }
  if (queue !== undefined && task === undefined)
    params.push(['TaskQueueSid', queue.sid], ['TaskQueueName', queue.friendlyName]);
  if (workflow !== undefined && task === undefined) {
    params.push(['WorkflowSid', workflow.sid], ['WorkflowName', workflow.friendlyName]);
  }
  if (activity !== undefined) params.push(['ActivitySid', activity.sid], ['ActivityName', activity.friendlyName]);
  for (const [name, value] of more ?? []) params.push([name, value]);
  params.push(['SimulatorUnknownParameter', 'ignore me']);
  world.notify({
    url: workspace.eventCallbackUrl,
    method: 'POST',
    params,
    about: task?.call?.sid ?? about,
    name: type,
    failureCode: 40001,
  });
}
