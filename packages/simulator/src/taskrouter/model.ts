import type { Call } from '../voice/call.js';

/** A JSON object: attributes of workers and tasks. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface Activity {
  readonly sid: string;
  friendlyName: string;
  /** Never changes after creation (twilio.com/docs/taskrouter/api/activity). */
  readonly available: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

/** How many tasks of one channel a worker takes at once. */
export interface WorkerChannel {
  readonly sid: string;
  readonly channelSid: string;
  /** `voice`, `default`, … */
  readonly channel: string;
  capacity: number;
  available: boolean;
}

export interface Worker {
  readonly sid: string;
  friendlyName: string;
  /** JSON as given. */
  attributes: string;
  activity: Activity;
  /** When they entered it (epoch ms): the longest idle worker is reserved first. */
  activitySince: number;
  readonly channels: Map<string, WorkerChannel>;
  /** Pending, accepted and wrapping reservations: each takes a slot of its channel. */
  readonly holding: Set<Reservation>;
  readonly createdAt: number;
  updatedAt: number;
  /** Increases with every change; the ETag, and `WorkerVersion` in events. */
  version: number;
}

export interface TaskChannel {
  readonly sid: string;
  readonly uniqueName: string;
  friendlyName: string;
}

export interface TaskQueue {
  readonly sid: string;
  friendlyName: string;
  /** Which workers it serves; `1==1` is all. */
  targetWorkers: string;
  maxReservedWorkers: number;
  taskOrder: 'FIFO' | 'LIFO';
  /** Single-tasking workspaces only. */
  reservationActivitySid: string | undefined;
  /** Single-tasking workspaces only. */
  assignmentActivitySid: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
}

/** One place a task may go to, and for how long. */
export interface WorkflowTarget {
  readonly queue: string;
  readonly expression: string | undefined;
  readonly priority: number | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly skipIf: string | undefined;
}

/** The parsed configuration of a workflow. */
export interface WorkflowRules {
  readonly filters: readonly {
    readonly name: string;
    readonly expression: string;
    readonly targets: readonly WorkflowTarget[];
  }[];
  readonly otherwise: WorkflowTarget | undefined;
}

export interface Workflow {
  readonly sid: string;
  friendlyName: string;
  /** JSON as given, already checked. */
  configuration: string;
  rules: WorkflowRules;
  assignmentCallbackUrl: string | undefined;
  fallbackAssignmentCallbackUrl: string | undefined;
  /** Seconds. */
  taskReservationTimeout: number;
  readonly createdAt: number;
  updatedAt: number;
}

export type AssignmentStatus = 'pending' | 'reserved' | 'assigned' | 'wrapping' | 'completed' | 'canceled';

export type ReservationStatus =
  'pending' | 'accepted' | 'rejected' | 'timeout' | 'canceled' | 'rescinded' | 'wrapping' | 'completed';

export interface Task {
  readonly sid: string;
  readonly workspace: Workspace;
  readonly workflow: Workflow;
  queue: TaskQueue | undefined;
  attributes: string;
  priority: number;
  /** Time to live, seconds. */
  timeout: number;
  status: AssignmentStatus;
  reason: string | undefined;
  readonly channel: TaskChannel;
  /** The call that waits in the queue; undefined for tasks created by REST. */
  readonly call: Call | undefined;
  readonly reservations: Map<string, Reservation>;
  readonly createdAt: number;
  updatedAt: number;
  queueEnteredAt: number | undefined;
  /** Expression of the workflow's current target; undefined: all workers whom the queue serves. */
  targetExpression: string | undefined;
  /** How often it was rejected or timed out. */
  refusals: number;
  version: number;
  /** Timers that run while it lives. */
  readonly timers: Set<() => void>;
}

export interface Reservation {
  readonly sid: string;
  readonly task: Task;
  readonly worker: Worker;
  status: ReservationStatus;
  /** The worker's leg that dequeued the caller. */
  leg: Call | undefined;
  /** Where the worker goes when the bridge is over. */
  postWorkActivity: Activity | undefined;
  /** The activity of a worker of a single-tasking workspace before. */
  readonly before: Activity;
  stopTimer: () => void;
  readonly createdAt: number;
  updatedAt: number;
  version: number;
}

export interface Workspace {
  readonly sid: string;
  friendlyName: string;
  /** False only for workspaces created before 2019-12-19 (twilio.com/docs/taskrouter/multitasking). */
  multiTask: boolean;
  defaultActivity: Activity;
  /** The activity a worker is moved to when a reservation times out. */
  timeoutActivity: Activity;
  eventCallbackUrl: string | undefined;
  /** Names of the events to send; empty: all. */
  eventsFilter: ReadonlySet<string>;
  prioritizeQueueOrder: 'FIFO' | 'LIFO';
  readonly activities: Map<string, Activity>;
  readonly workers: Map<string, Worker>;
  readonly channels: Map<string, TaskChannel>;
  readonly queues: Map<string, TaskQueue>;
  readonly workflows: Map<string, Workflow>;
  readonly tasks: Map<string, Task>;
  /** Tasks that wait for a worker: pending and reserved ones. */
  readonly open: Set<Task>;
  /** Every reservation of every task. */
  readonly reservations: Map<string, Reservation>;
  /** Routing is about to run. */
  routing: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

/** True for reservations that can still be resolved. */
export const isOpen = (status: ReservationStatus): boolean =>
  status === 'pending' || status === 'accepted' || status === 'wrapping';

/** True for tasks that are over. */
export const isOver = (status: AssignmentStatus): boolean => status === 'completed' || status === 'canceled';
