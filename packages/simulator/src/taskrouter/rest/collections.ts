import { RestRefusal, unsupported } from '../../rest/errors.js';
import type { World } from '../../voice/world.js';
import { evaluate } from '../expression.js';
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
import { accept, complete, reject } from '../reservations.js';
import { scopeOf } from '../routing.js';
import { createTask, deleteTask, updateTask } from '../tasks.js';
import { createWorker, deleteWorker, findActivity, setWorkerChannel, updateWorker } from '../workers.js';
import {
  createActivity,
  createTaskQueue,
  createWorkflow,
  deleteActivity,
  deleteTaskQueue,
  deleteWorkflow,
  updateActivity,
  updateTaskQueue,
  updateWorkflow,
} from '../workspace.js';
import { Fields } from './fields.js';
import {
  activityJson,
  queueJson,
  reservationJson,
  taskChannelJson,
  taskJson,
  workerChannelJson,
  workerJson,
  workflowJson,
} from './json.js';
import { handlerOf, type Collection, type Handler } from './collection.js';

function activities(world: World, workspace: Workspace): Collection<Activity> {
  return {
    key: 'activities',
    items: () => [...workspace.activities.values()],
    json: (activity) => activityJson(world, workspace, activity),
    find: (id) => workspace.activities.get(id),
    create(form) {
      const fields = new Fields(form, 'Activities', 'FriendlyName Available');
      return createActivity(world, workspace, {
        friendlyName: fields.required('FriendlyName'),
        available: fields.flag('Available'),
      });
    },
    update(activity, form) {
      const fields = new Fields(form, 'Activities/{Sid}', 'FriendlyName Available');
      updateActivity(world, workspace, activity, { friendlyName: fields.text('FriendlyName') });
    },
    remove: (activity) => {
      deleteActivity(world, workspace, activity);
    },
    selection: {
      filters: {
        FriendlyName: (activity, value) => activity.friendlyName === value,
        Available: (activity, value) => String(activity.available) === value,
      },
    },
  };
}

function workers(world: World, workspace: Workspace): Collection<Worker> {
  return {
    key: 'workers',
    items: () => [...workspace.workers.values()],
    json: (worker) => workerJson(world, workspace, worker),
    find: (id) => workspace.workers.get(id),
    version: (worker) => worker.version,
    create(form) {
      const fields = new Fields(form, 'Workers', 'FriendlyName Attributes ActivitySid');
      return createWorker(world, workspace, {
        friendlyName: fields.required('FriendlyName'),
        attributes: fields.text('Attributes'),
        activitySid: fields.text('ActivitySid'),
      });
    },
    update(worker, form) {
      const known = 'FriendlyName Attributes ActivitySid RejectPendingReservations';
      const fields = new Fields(form, 'Workers/{Sid}', known);
      updateWorker(world, workspace, worker, {
        friendlyName: fields.text('FriendlyName'),
        attributes: fields.text('Attributes'),
        activitySid: fields.text('ActivitySid'),
        rejectPendingReservations: fields.flag('RejectPendingReservations'),
      });
    },
    remove: (worker) => {
      deleteWorker(world, workspace, worker);
    },
    selection: {
      filters: {
        FriendlyName: (worker, value) => worker.friendlyName === value,
        ActivitySid: (worker, value) => worker.activity.sid === value,
        ActivityName: (worker, value) => worker.activity.friendlyName === value,
        Available: (worker, value) => (worker.activity.available ? '1 true' : '0 false').split(' ').includes(value),
        TargetWorkersExpression: (worker, value) => evaluate(value, scopeOf(worker, undefined, 'worker')),
        TaskQueueSid: (worker, value) => {
          const queue = workspace.queues.get(value);
          return queue !== undefined && evaluate(queue.targetWorkers, scopeOf(worker, undefined, 'worker'));
        },
        TaskQueueName: (worker, value) => {
          const queue = [...workspace.queues.values()].find((one) => one.friendlyName === value);
          return queue !== undefined && evaluate(queue.targetWorkers, scopeOf(worker, undefined, 'worker'));
        },
      },
      orders: { DateStatusChanged: (worker) => worker.activitySince },
    },
    below(worker, name) {
      if (name === 'Channels') return handlerOf(workerChannels(world, workspace, worker));
      if (name !== 'Reservations') return undefined;
      const own = (): Reservation[] =>
        [...workspace.reservations.values()].filter((reservation) => reservation.worker === worker);
      return handlerOf(reservations(world, own, 'Workers'));
    },
  };
}

function workerChannels(world: World, workspace: Workspace, worker: Worker): Collection<WorkerChannel> {
  return {
    key: 'channels',
    items: () => [...worker.channels.values()],
    json: (channel) => workerChannelJson(world, workspace, worker, channel),
    find: (id) => [...worker.channels.values()].find((channel) => channel.sid === id || channel.channel === id),
    update(channel, form) {
      const fields = new Fields(form, 'Channels/{Sid}', 'Capacity Available');
      setWorkerChannel(world, workspace, worker, channel, {
        capacity: fields.whole('Capacity', 0, 60),
        available: fields.flag('Available'),
      });
    },
    selection: { filters: {} },
  };
}

function taskQueues(world: World, workspace: Workspace): Collection<TaskQueue> {
  const known = 'FriendlyName TargetWorkers MaxReservedWorkers TaskOrder ReservationActivitySid AssignmentActivitySid';
  const read = (form: URLSearchParams, where: string) => {
    const fields = new Fields(form, where, known);
    for (const name of ['ReservationActivitySid', 'AssignmentActivitySid']) {
      const sid = fields.text(name);
      if (sid !== undefined) findActivity(workspace, sid);
    }
    return {
      fields,
      options: {
        targetWorkers: fields.text('TargetWorkers'),
        maxReservedWorkers: fields.whole('MaxReservedWorkers', 1, 50),
        taskOrder: fields.choice('TaskOrder', ['FIFO', 'LIFO']),
        reservationActivitySid: fields.text('ReservationActivitySid'),
        assignmentActivitySid: fields.text('AssignmentActivitySid'),
      },
    };
  };
  return {
    key: 'task_queues',
    items: () => [...workspace.queues.values()],
    json: (queue) => queueJson(world, workspace, queue),
    find: (id) => workspace.queues.get(id),
    create(form) {
      const { fields, options } = read(form, 'TaskQueues');
      return createTaskQueue(world, workspace, { ...options, friendlyName: fields.required('FriendlyName') });
    },
    update(queue, form) {
      const { fields, options } = read(form, 'TaskQueues/{Sid}');
      updateTaskQueue(world, workspace, queue, { ...options, friendlyName: fields.text('FriendlyName') });
    },
    remove: (queue) => {
      deleteTaskQueue(world, workspace, queue);
    },
    selection: {
      filters: {
        FriendlyName: (queue, value) => queue.friendlyName === value,
        WorkerSid: (queue, value) => {
          const worker = workspace.workers.get(value);
          return worker !== undefined && evaluate(queue.targetWorkers, scopeOf(worker, undefined, 'worker'));
        },
      },
    },
  };
}

function workflows(world: World, workspace: Workspace): Collection<Workflow> {
  const known = 'FriendlyName Configuration AssignmentCallbackUrl FallbackAssignmentCallbackUrl TaskReservationTimeout';
  const read = (form: URLSearchParams, where: string) => {
    const fields = new Fields(form, where, known);
    return {
      fields,
      options: {
        assignmentCallbackUrl: fields.url('AssignmentCallbackUrl'),
        fallbackAssignmentCallbackUrl: fields.url('FallbackAssignmentCallbackUrl'),
        taskReservationTimeout: fields.whole('TaskReservationTimeout', 1, 86_400),
      },
    };
  };
  return {
    key: 'workflows',
    items: () => [...workspace.workflows.values()],
    json: (workflow) => workflowJson(world, workspace, workflow),
    find: (id) => workspace.workflows.get(id),
    create(form) {
      const { fields, options } = read(form, 'Workflows');
      return createWorkflow(world, workspace, {
        ...options,
        friendlyName: fields.required('FriendlyName'),
        configuration: fields.required('Configuration'),
      });
    },
    update(workflow, form) {
      const { fields, options } = read(form, 'Workflows/{Sid}');
      updateWorkflow(world, workspace, workflow, {
        ...options,
        friendlyName: fields.text('FriendlyName'),
        configuration: fields.text('Configuration'),
      });
    },
    remove: (workflow) => {
      deleteWorkflow(world, workspace, workflow);
    },
    selection: { filters: { FriendlyName: (workflow, value) => workflow.friendlyName === value } },
  };
}

function taskChannels(world: World, workspace: Workspace): Collection<TaskChannel> {
  return {
    key: 'channels',
    items: () => [...workspace.channels.values()],
    json: (channel) => taskChannelJson(world, workspace, channel),
    find: (id) => workspace.channels.get(id) ?? [...workspace.channels.values()].find((one) => one.uniqueName === id),
    selection: { filters: {} },
  };
}

function tasks(world: World, workspace: Workspace): Collection<Task> {
  return {
    key: 'tasks',
    items: () => [...workspace.tasks.values()],
    json: (task) => taskJson(world, task),
    find: (id) => workspace.tasks.get(id),
    version: (task) => task.version,
    create(form) {
      const fields = new Fields(form, 'Tasks', 'Attributes Priority Timeout TaskChannel WorkflowSid');
      const sid = fields.text('WorkflowSid');
      const [only, another] = [...workspace.workflows.values()];
      const workflow = sid === undefined ? (another === undefined ? only : undefined) : workspace.workflows.get(sid);
      if (workflow === undefined) throw new RestRefusal(20001, `Invalid WorkflowSid: ${sid ?? 'none was given'}`);
      return createTask(world, workspace, {
        workflow,
        attributes: fields.text('Attributes') ?? '{}',
        priority: fields.whole('Priority', 0, 2 ** 31 - 1),
        timeout: fields.whole('Timeout', 1, 1_209_600),
        channel: fields.text('TaskChannel'),
      });
    },
    update(task, form) {
      const fields = new Fields(form, 'Tasks/{Sid}', 'AssignmentStatus Reason Attributes Priority');
      updateTask(world, task, {
        assignmentStatus: fields.text('AssignmentStatus'),
        reason: fields.text('Reason'),
        attributes: fields.text('Attributes'),
        priority: fields.whole('Priority', 0, 2 ** 31 - 1),
      });
    },
    remove: (task) => {
      deleteTask(world, task);
    },
    selection: {
      filters: {
        AssignmentStatus: (task, value) => value.split(',').includes(task.status),
        Priority: (task, value) => String(task.priority) === value,
        WorkflowSid: (task, value) => task.workflow.sid === value,
        WorkflowName: (task, value) => task.workflow.friendlyName === value,
        TaskQueueSid: (task, value) => task.queue?.sid === value,
        TaskQueueName: (task, value) => task.queue?.friendlyName === value,
        EvaluateTaskAttributes: (task, value) => evaluate(value, scopeOf(undefined, task, 'task')),
        // The simulator has neither.
        RoutingTarget: () => false,
        HasAddons: (_task, value) => value !== 'true',
      },
      orders: {
        DateCreated: (task) => task.createdAt,
        Priority: (task) => task.priority,
        VirtualStartTime: (task) => task.createdAt,
      },
    },
    below(task, name) {
      if (name !== 'Reservations') return undefined;
      return handlerOf(reservations(world, () => [...task.reservations.values()], 'Tasks'));
    },
  };
}

function reservations(
  world: World,
  own: () => readonly Reservation[],
  under: 'Tasks' | 'Workers',
): Collection<Reservation> {
  return {
    key: 'reservations',
    items: own,
    json: (reservation) => reservationJson(world, reservation, under),
    find: (id) => own().find((reservation) => reservation.sid === id),
    version: (reservation) => reservation.version,
    update(reservation, form) {
      const fields = new Fields(form, 'Reservations/{Sid}', 'ReservationStatus WorkerActivitySid Instruction');
      if (fields.text('Instruction') !== undefined) throw unsupported('instructions on reservations by REST');
      const sid = fields.text('WorkerActivitySid');
      const activity = sid === undefined ? undefined : findActivity(reservation.task.workspace, sid);
      const status = fields.text('ReservationStatus');
      switch (status) {
        case 'accepted':
          accept(world, reservation);
          return;
        case 'rejected':
          reject(world, reservation, activity);
          return;
        case 'completed':
          if (reservation.status !== 'accepted' && reservation.status !== 'wrapping') {
            throw new RestRefusal(
              20001,
              `Cannot complete reservation ${reservation.sid}: it is ${reservation.status}.`,
            );
          }
          complete(world, reservation);
          return;
        case undefined:
        default:
          throw new RestRefusal(20001, `Invalid ReservationStatus: ${String(status)}`);
      }
    },
    selection: {
      filters: {
        ReservationStatus: (reservation, value) => reservation.status === value,
        WorkerSid: (reservation, value) => reservation.worker.sid === value,
      },
    },
  };
}

/** Returns what is below a workspace; undefined if the simulator lacks it. */
export function collectionOf(world: World, workspace: Workspace, name: string): Handler | undefined {
  switch (name) {
    case 'Activities':
      return handlerOf(activities(world, workspace));
    case 'Workers':
      return handlerOf(workers(world, workspace));
    case 'TaskQueues':
      return handlerOf(taskQueues(world, workspace));
    case 'Workflows':
      return handlerOf(workflows(world, workspace));
    case 'TaskChannels':
      return handlerOf(taskChannels(world, workspace));
    case 'Tasks':
      return handlerOf(tasks(world, workspace));
    default:
      return undefined;
  }
}
