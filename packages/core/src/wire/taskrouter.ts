import {
  isActivitySid,
  isCallSid,
  isReservationSid,
  isTaskSid,
  isWorkerSid,
  isWorkspaceSid,
  type ActivitySid,
  type CallSid,
  type ReservationSid,
  type TaskSid,
  type WorkerSid,
  type WorkspaceSid,
} from '../kernel/brand.js';
import { digitsField, jsonField, oneOfField, sidField, textField } from './fields.js';
import { hiddenParam, type Reading } from './hidden.js';
import { param, type Params, type Parsed } from './params.js';

/** Statuses of a task (twilio.com/docs/taskrouter/lifecycle-task-state). */
export const ASSIGNMENT_STATUSES = ['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled'] as const;
export type AssignmentStatus = (typeof ASSIGNMENT_STATUSES)[number];

/** Statuses of a reservation (twilio.com/docs/taskrouter/api/reservations). */
export const RESERVATION_STATUSES = [
  'pending',
  'accepted',
  'rejected',
  'timeout',
  'canceled',
  'rescinded',
  'wrapping',
  'completed',
] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

export function parseAssignmentStatus(value: unknown): AssignmentStatus | undefined {
  return ASSIGNMENT_STATUSES.find((candidate) => candidate === value);
}

export function parseReservationStatus(value: unknown): ReservationStatus | undefined {
  return RESERVATION_STATUSES.find((candidate) => candidate === value);
}

/** The call that a task is about, as its attributes tell; Twilio puts them there (twilio.com/docs/taskrouter/queueing-twilio-calls). */
export interface TaskCall {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  /** Which of our rounds made the task; `null` when we did not make it. */
  readonly round: number | null;
}

export interface AssignmentParams {
  readonly workspace: WorkspaceSid;
  readonly task: TaskSid;
  readonly reservation: ReservationSid;
  readonly worker: WorkerSid;
  readonly workerName: string | null;
  /** The worker's attribute `phone`, whatever is in it; `null` when there is none. */
  readonly phone: string | null;
  /** `null`: a task that is not about a call. */
  readonly call: TaskCall | null;
}

/** The name of the task attribute that carries our round. */
export const ROUND_ATTRIBUTE = 'amd_round';

const ALWAYS = [sidField('AccountSid', 'AC'), sidField('WorkspaceSid', 'WS')];
const TASK = [sidField('TaskSid', 'WT'), jsonField('TaskAttributes')];
const WORKER = [sidField('WorkerSid', 'WK'), jsonField('WorkerAttributes'), textField('WorkerName')];
const RESERVATION = sidField('ReservationSid', 'WR');
const ASSIGNMENT: Reading = { reads: [...TASK, ...WORKER, RESERVATION], always: ALWAYS };

/** An assignment callback (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
export function parseAssignment(params: Params): Parsed<AssignmentParams> {
  const workspace = param(params, 'WorkspaceSid');
  const task = param(params, 'TaskSid');
  const reservation = param(params, 'ReservationSid');
  const worker = param(params, 'WorkerSid');
  if (!isWorkspaceSid(workspace)) return missing('WorkspaceSid', 'Workspace');
  if (!isTaskSid(task)) return missing('TaskSid', 'Task');
  if (!isReservationSid(reservation)) return missing('ReservationSid', 'Reservation');
  if (!isWorkerSid(worker)) return missing('WorkerSid', 'Worker');
  const hidden = hiddenParam(params, ASSIGNMENT);
  if (hidden !== null) return { ok: false, problem: hidden };
  return {
    ok: true,
    workspace,
    task,
    reservation,
    worker,
    workerName: param(params, 'WorkerName') ?? null,
    phone: phoneIn(param(params, 'WorkerAttributes')),
    call: callIn(param(params, 'TaskAttributes')),
  };
}

/** What an event says of a worker. */
export interface WorkerParams {
  readonly sid: WorkerSid;
  readonly name: string | null;
  readonly phone: string | null;
  readonly activity: ActivitySid | null;
  readonly activityName: string | null;
  /** Counts up with each change. */
  readonly version: number | null;
}

/** Any event of a workspace. What it is not about is `null`. */
export interface EventParams {
  readonly type: string;
  readonly workspace: WorkspaceSid;
  /** When it happened, epoch ms; `null` when it does not say so. */
  readonly happenedAt: number | null;
  readonly worker: WorkerParams | null;
  readonly task: TaskSid | null;
  readonly taskStatus: AssignmentStatus | null;
  /** For people. */
  readonly taskReason: string | null;
  readonly reservation: ReservationSid | null;
  readonly call: TaskCall | null;
}

const EVENT: Reading = {
  reads: [
    ...TASK,
    oneOfField('TaskAssignmentStatus', ASSIGNMENT_STATUSES),
    textField('TaskCanceledReason'),
    textField('TaskCompletedReason'),
    ...WORKER,
    sidField('WorkerActivitySid', 'WA'),
    textField('WorkerActivityName'),
    digitsField('WorkerVersion', 15),
    RESERVATION,
    digitsField('TimestampMs', 15),
  ],
  always: [...ALWAYS, { name: 'EventType', value: /^[a-z][a-z0-9_.-]{0,63}$/, max: 64 }],
  beside: {
    TaskCanceledReason: ['TaskChannelSid', 'TaskChannelUniqueName'],
    TaskCompletedReason: ['TaskDateCreated', 'TaskPriority'],
    WorkerName: ['WorkerPreviousActivityName', 'WorkerPreviousActivitySid'],
  },
};

/** An event callback (twilio.com/docs/taskrouter/api/event): only its type says what it is about. */
export function parseEvent(params: Params): Parsed<EventParams> {
  const type = param(params, 'EventType');
  if (type === undefined || !/^[a-z][a-z0-9_.-]{0,63}$/.test(type)) {
    return { ok: false, problem: 'EventType is missing or not a type of event' };
  }
  const workspace = param(params, 'WorkspaceSid');
  if (!isWorkspaceSid(workspace)) return missing('WorkspaceSid', 'Workspace');
  const hidden = hiddenParam(params, EVENT);
  if (hidden !== null) return { ok: false, problem: hidden };
  const task = param(params, 'TaskSid');
  if (task !== undefined && !isTaskSid(task)) return missing('TaskSid', 'Task');
  const reservation = param(params, 'ReservationSid');
  if (reservation !== undefined && !isReservationSid(reservation)) return missing('ReservationSid', 'Reservation');
  const worker = workerIn(params);
  if (!worker.ok) return worker;
  return {
    ok: true,
    type,
    workspace,
    happenedAt: wholeNumber(param(params, 'TimestampMs')),
    worker: worker.worker,
    task: task ?? null,
    taskStatus: parseAssignmentStatus(param(params, 'TaskAssignmentStatus')) ?? null,
    taskReason: param(params, 'TaskCanceledReason') ?? param(params, 'TaskCompletedReason') ?? null,
    reservation: reservation ?? null,
    call: callIn(param(params, 'TaskAttributes')),
  };
}

function workerIn(params: Params): Parsed<{ readonly worker: WorkerParams | null }> {
  const sid = param(params, 'WorkerSid');
  if (sid === undefined) return { ok: true, worker: null };
  if (!isWorkerSid(sid)) return missing('WorkerSid', 'Worker');
  const activity = param(params, 'WorkerActivitySid');
  if (activity !== undefined && !isActivitySid(activity)) return missing('WorkerActivitySid', 'Activity');
  return {
    ok: true,
    worker: {
      sid,
      name: param(params, 'WorkerName') ?? null,
      phone: phoneIn(param(params, 'WorkerAttributes')),
      activity: activity ?? null,
      activityName: param(params, 'WorkerActivityName') ?? null,
      version: wholeNumber(param(params, 'WorkerVersion')),
    },
  };
}

/** The `phone` of a worker's attributes: JSON that anybody with access to the console may have written. */
export function phoneIn(json: string | undefined): string | null {
  const phone = objectIn(json)?.['phone'];
  return typeof phone === 'string' ? phone.trim() : null;
}

function callIn(json: string | undefined): TaskCall | null {
  const attributes = objectIn(json);
  const sid = attributes?.['call_sid'];
  if (attributes === null || !isCallSid(sid)) return null;
  const round = attributes[ROUND_ATTRIBUTE];
  return {
    sid,
    from: textIn(attributes['from']),
    to: textIn(attributes['to']),
    round: typeof round === 'number' && Number.isInteger(round) && round > 0 && round < 1e5 ? round : null,
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1024) : '';
}

function objectIn(json: string | undefined): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function wholeNumber(value: string | undefined): number | null {
  return value !== undefined && /^[0-9]{1,15}$/.test(value) ? Number(value) : null;
}

function missing(name: string, kind: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: `${name} is missing or not a SID of a ${kind}` };
}
