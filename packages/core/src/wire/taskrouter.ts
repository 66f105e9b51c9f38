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
} from '../kernel/ids.js';
import { objectIn } from './attributes.js';
import { digitsField, jsonField, oneOfField, sidField, textField, wordField } from './fields.js';
import { hiddenParam, type Reading } from './hidden.js';
import { param, type Params, type Parsed } from './params.js';
import { phoneIn } from './worker-phone.js';

/** Statuses of a task (twilio.com/docs/taskrouter/lifecycle-task-state). */
export const ASSIGNMENT_STATUSES = ['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled'] as const;
/** The status of a task, as TaskRouter names it. */
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
/** The status of a reservation, as TaskRouter names it. */
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

export function parseAssignmentStatus(value: unknown): AssignmentStatus | undefined {
  return ASSIGNMENT_STATUSES.find((candidate) => candidate === value);
}

export function parseReservationStatus(value: unknown): ReservationStatus | undefined {
  return RESERVATION_STATUSES.find((candidate) => candidate === value);
}

/** The call that a task is about, from its attributes, which Twilio sets (twilio.com/docs/taskrouter/queueing-twilio-calls). */
export interface TaskCall {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  /** Which of our visits created the task; `null` if we did not create it. */
  readonly visit: number | null;
}

export interface AssignmentParams {
  readonly workspace: WorkspaceSid;
  readonly task: TaskSid;
  readonly reservation: ReservationSid;
  readonly worker: WorkerSid;
  readonly workerName: string | null;
  /** The worker's number; `null`: no attribute holds one that can be called. */
  readonly phone: string | null;
  /** The attribute it was found in; without a number, the first one that holds anything else. */
  readonly phoneAttribute: string | null;
  /** `null`: the task is not about a call of ours. */
  readonly call: TaskCall | null;
}

/** The name of the task attribute that carries our visit. */
export const VISIT_ATTRIBUTE = 'amd_visit';

const ALWAYS = [sidField('AccountSid', 'AC'), sidField('WorkspaceSid', 'WS')];
const TASK = [sidField('TaskSid', 'WT'), jsonField('TaskAttributes'), wordField('TaskChannelUniqueName')];
const WORKER = [sidField('WorkerSid', 'WK'), jsonField('WorkerAttributes'), textField('WorkerName')];
const RESERVATION = sidField('ReservationSid', 'WR');
const ASSIGNMENT: Reading = { reads: [...TASK, ...WORKER, RESERVATION], always: ALWAYS };

/** Parses an assignment callback (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
export function parseAssignment(params: Params, phoneAttributes?: readonly string[]): Parsed<AssignmentParams> {
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
  const { phone, attribute: phoneAttribute } = phoneIn(param(params, 'WorkerAttributes'), phoneAttributes);
  return {
    ok: true,
    workspace,
    task,
    reservation,
    worker,
    workerName: param(params, 'WorkerName') ?? null,
    phone,
    phoneAttribute,
    call: callOf(params),
  };
}

/** What an event says about a worker. */
export interface WorkerParams {
  readonly sid: WorkerSid;
  readonly name: string | null;
  readonly phone: string | null;
  readonly activity: ActivitySid | null;
  readonly activityName: string | null;
  /** Increases with each change. */
  readonly version: number | null;
}

/** Any event of a workspace. Fields that do not apply are `null`. */
export interface EventParams {
  readonly type: string;
  readonly workspace: WorkspaceSid;
  /** When it happened, epoch ms; `null` if the event does not say. */
  readonly happenedAt: number | null;
  readonly worker: WorkerParams | null;
  readonly task: TaskSid | null;
  readonly taskStatus: AssignmentStatus | null;
  /** For people to read. */
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

/** Parses an event callback (twilio.com/docs/taskrouter/api/event); its type alone says what it is about. */
export function parseEvent(params: Params, phoneAttributes?: readonly string[]): Parsed<EventParams> {
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
  const worker = workerIn(params, phoneAttributes);
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
    call: callOf(params),
  };
}

function workerIn(
  params: Params,
  phoneAttributes: readonly string[] | undefined,
): Parsed<{ readonly worker: WorkerParams | null }> {
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
      phone: phoneIn(param(params, 'WorkerAttributes'), phoneAttributes).phone,
      activity: activity ?? null,
      activityName: param(params, 'WorkerActivityName') ?? null,
      version: wholeNumber(param(params, 'WorkerVersion')),
    },
  };
}

/** Channels of calls (twilio.com/docs/taskrouter/multitasking). */
const CALL_CHANNELS: readonly string[] = ['voice', 'default'];

/** Returns the call that a webhook's task is about; `null`: none, or another application's. */
export function callOf(params: Params): TaskCall | null {
  return callIn(param(params, 'TaskAttributes'), param(params, 'TaskChannelUniqueName'));
}

/**
 * Returns the call of ours that a task is about. `null`: the task is not ours and is left alone: a chat, an e-mail, a callback, a
 * call between agents, or one that an agent makes (Flex marks it `direction: outbound`). A task may not name its channel.
 */
export function callIn(json: string | undefined, channel?: string): TaskCall | null {
  const attributes = objectIn(json);
  const sid = attributes?.['call_sid'];
  if (attributes === null || !isCallSid(sid) || attributes['direction'] === 'outbound') return null;
  if (channel !== undefined && channel !== '' && !CALL_CHANNELS.includes(channel)) return null;
  const visit = attributes[VISIT_ATTRIBUTE];
  return {
    sid,
    from: textIn(attributes['from']),
    to: textIn(attributes['to']),
    visit: typeof visit === 'number' && Number.isInteger(visit) && visit > 0 && visit < 1e5 ? visit : null,
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1024) : '';
}

function wholeNumber(value: string | undefined): number | null {
  return value !== undefined && /^[0-9]{1,15}$/.test(value) ? Number(value) : null;
}

function missing(name: string, kind: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: `${name} is missing or not a SID of a ${kind}` };
}
