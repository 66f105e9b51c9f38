import type { CallbackRef } from '../../wire/callbacks.js';
import { READINGS } from '../../wire/fields.js';
import { hiddenParam } from '../../wire/hidden.js';
import { param, type Params } from '../../wire/params.js';
import { parseCall, parseLeg } from '../../wire/payloads.js';
import type { EventParams } from '../../wire/taskrouter.js';
import {
  QUEUE_RESULTS,
  type ReservationNews,
  type TaskNews,
  type TaskRequest,
  type TaskRouterEvent,
} from '../../flows/taskrouter/events.js';
import type { Untimed } from '../../runtime/runtime.js';
import { ofLeg, partOf, translate, type Translation } from '../forwarding/events.js';

type TaskWebhookEvent = Untimed<Exclude<TaskRouterEvent, { type: 'effect.outcome' | 'timer' }>>;

/** A callback with a reference becomes an event of the flow. */
export function translateTaskCallback(ref: CallbackRef, params: Params): Translation<TaskWebhookEvent> {
  const { purpose } = ref;
  if (purpose === 'caller.ended' || purpose === 'caller.document') return ofCaller(purpose, ref, params);
  if (purpose === 'caller.key') return ofCallerKey(ref, params);
  if (purpose === 'leg.ended') return legEnded(ref, params);
  if (purpose === 'conference') return { ok: true, event: null };
  // What both flows hear alike.
  return translate(ref, params) as Translation<TaskWebhookEvent>;
}

function ofCaller(
  type: Extract<TaskRequest, { type: 'caller.ended' | 'caller.document' }>['type'],
  ref: CallbackRef,
  params: Params,
): Translation<TaskWebhookEvent> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, type === 'caller.ended' ? READINGS.queueLeft : READINGS.asked);
  if (hidden !== null) return { ok: false, problem: hidden };
  // Somebody else's call, or a leg's reference on a caller's path.
  if (call.sid !== ref.key || ref.leg !== 0) return { ok: true, event: null };
  const { visit } = ref;
  const { status } = call;
  if (type === 'caller.document') return { ok: true, event: { type, visit, ...partOf(ref), status } };
  const result = param(params, 'QueueResult');
  const queueResult = QUEUE_RESULTS.find((candidate) => candidate === result) ?? null;
  return { ok: true, event: { type, visit, ...partOf(ref), status, queueResult } };
}

function ofCallerKey(ref: CallbackRef, params: Params): Translation<TaskWebhookEvent> {
  const parsed = parseLeg(params, 'callerKey');
  if (!parsed.ok) return parsed;
  const { sid, status, digits } = parsed;
  if (sid !== ref.key || ref.leg !== 0) return { ok: true, event: null };
  return { ok: true, event: { type: 'caller.key', visit: ref.visit, status, digits } };
}

function legEnded(ref: CallbackRef, params: Params): Translation<TaskWebhookEvent> {
  const hidden = hiddenParam(params, READINGS.bridged);
  if (hidden !== null) return { ok: false, problem: hidden };
  const translation = ofLeg('leg.ended', ref, params);
  if (!translation.ok || translation.event === null) return translation as Translation<TaskWebhookEvent>;
  return {
    ok: true,
    event: { ...translation.event, bridged: param(params, 'DialBridged') === 'true' } as TaskWebhookEvent,
  };
}

const TASK_NEWS: ReadonlyMap<string, TaskNews> = new Map([
  ['task.created', 'created'],
  ['task.canceled', 'canceled'],
  // Told before the cancellation it leads to, which may be lost.
  ['workflow.timeout', 'canceled'],
  ['task.wrapup', 'wrapup'],
  ['task.completed', 'completed'],
  ['task.deleted', 'deleted'],
  ['task.system-deleted', 'deleted'],
]);

const RESERVATION_NEWS: ReadonlyMap<string, ReservationNews> = new Map([
  ['reservation.accepted', 'accepted'],
  ['reservation.rejected', 'rejected'],
  ['reservation.timeout', 'timeout'],
  ['reservation.canceled', 'canceled'],
  ['reservation.rescinded', 'rescinded'],
  ['reservation.wrapup', 'wrapup'],
  ['reservation.completed', 'completed'],
  ['reservation.failed', 'failed'],
]);

/** What an event of TaskRouter means for the call that it names; `null`: nothing. */
export function ofTaskEvent(event: EventParams): TaskWebhookEvent | null {
  const news = RESERVATION_NEWS.get(event.type);
  if (news !== undefined && event.reservation !== null) {
    const { reservation, task } = event;
    const visit = event.call?.visit ?? null;
    return { type: 'reservation', news, reservation, ...(task === null ? {} : { task, visit }) };
  }
  const ofTask = TASK_NEWS.get(event.type);
  if (ofTask === undefined || event.task === null || event.call === null) return null;
  return { type: 'task', news: ofTask, task: event.task, visit: event.call.visit };
}

/** Changes of a workspace's configuration: what is known of it is looked up again. */
const CONFIGURATION_EVENTS = ['activity', 'workflow'].flatMap((thing) =>
  ['created', 'updated', 'deleted'].map((what) => `${thing}.${what}`),
);

/** The events of a worker that say where they are. */
export const WORKER_EVENTS: ReadonlySet<string> = new Set([
  'worker.created',
  'worker.activity.update',
  'worker.attributes.update',
]);

/** The events that the endpoint makes use of: a workspace's event filter has to let them through. */
export const TASKROUTER_EVENTS: readonly string[] = [
  ...TASK_NEWS.keys(),
  ...RESERVATION_NEWS.keys(),
  ...WORKER_EVENTS,
  'worker.deleted',
  ...CONFIGURATION_EVENTS,
];
