import type {
  AnsweredBy,
  AssignmentStatus,
  EpochMs,
  FinalCallStatus,
  Outcome,
  QueueResult,
  ReservationNews,
  ReservationSid,
  ReservationStatus,
  TaskNews,
  TaskRouterEvent,
  TaskRouterOutcome,
  TaskRouterState,
  TaskSid,
  TwilioEffect,
  WorkerSid,
} from '@amd/core';
import { CALLER_SID, type DECLINING_KEY, sid, START } from '../forwarding/state.js';

/** A key that neither takes the call nor declines it, in a world where workers decline. */
export const OTHER_KEY = '5';

/** What a call is doing: requesting one of our documents, or executing one. */
export type TaskCallActivity =
  | 'nothing'
  | 'detecting'
  | `asks:${'inbound' | 'caller.ended' | 'leg.answered' | 'leg.key' | 'leg.poll' | 'leg.document' | 'leg.ended'}`
  /** With the part of the fallback, or the farewell, that it was sent to hear. */
  | `asks:${'caller.document' | 'leg.document'}#${number}`
  /** With a key other than the one that takes the call. */
  | `asks:leg.key#${typeof DECLINING_KEY | typeof OTHER_KEY}`
  /** The caller waits for a worker. */
  | 'queue'
  /** A worker's leg was offered the caller. */
  | 'dialing'
  | 'talk'
  | 'gather'
  /** Hears a last sentence. */
  | 'speaking';

export interface TaskWorldCall {
  readonly call: 'none' | 'queued' | 'ringing' | 'in-progress' | 'over';
  readonly final: FinalCallStatus | null;
  readonly doing: TaskCallActivity;
}

export interface TaskWorldCaller extends TaskWorldCall {
  /** What the action of its Enqueue will report. */
  readonly queueResult: QueueResult | null;
}

export interface TaskWorldLeg extends TaskWorldCall {
  readonly verdict: AnsweredBy | null;
  /** Asynchronous detection has not decided yet. */
  readonly listening: boolean;
  /** A human by verdict, or by a key that was asked for: what really happened, whatever the flow made of it. */
  readonly human: boolean;
  /** The flow learned of the human before it was ending the leg: P4 counts from here. */
  readonly owed: boolean;
  /** Declined with a key while they were asked for one. */
  readonly declined: boolean;
  readonly told: boolean;
  /** Was asked for a key until the time was over. */
  readonly late: boolean;
  /** Talked with the caller. */
  readonly bridged: boolean;
  /** The reservation its document accepts. */
  readonly takes: number | null;
}

export interface WorldReservation {
  readonly status: 'none' | ReservationStatus;
  /** The assignment callback is waiting for our answer. */
  readonly assigning: boolean;
}

export interface TaskWorldTask {
  readonly id: string;
  readonly dueAt: EpochMs;
  readonly work: { readonly effect: TwilioEffect } | { readonly timer: string };
  readonly attempt: number;
  /** Executed, with its outcome in transit. */
  readonly outcome: Outcome | TaskRouterOutcome | null;
}

export interface TaskWorld {
  readonly caller: TaskWorldCaller;
  readonly task: 'none' | AssignmentStatus;
  readonly reservations: readonly WorldReservation[];
  readonly legs: readonly TaskWorldLeg[];
  /** Notifications that were sent, as bits: each may arrive late, never, or repeatedly. */
  readonly notifications: number;
  /** Requests that a redirect overtook: `leg:type`. */
  readonly stale: readonly string[];
  readonly tasks: readonly TaskWorldTask[];
  /** How many more faults may happen on the way to Twilio. */
  readonly faults: number;
  readonly state: TaskRouterState;
  /** The event of the last move. */
  readonly event: TaskRouterEvent | null;
}

export const TASK_SID = `WT${'0'.repeat(32)}` as TaskSid;
export const WORKER_SID = `WK${'0'.repeat(32)}` as WorkerSid;

export function reservationSid(index: number): ReservationSid {
  return `WR${String(index).padStart(32, '0')}` as ReservationSid;
}

export function reservationIndex(of: string): number {
  return Number(of.slice(2));
}

/** Notifications by number. */
const COMMON = [
  'callerFinal',
  'queueHangup',
  'queueBridgedFinal',
  'queueRedirected',
  'task.created',
  'task.canceled',
  'task.wrapup',
  'task.completed',
] as const;
export type CommonNotification = (typeof COMMON)[number];

export const RESERVATION_NOTIFICATIONS = [
  'accepted',
  'rejected',
  'timeout',
  'canceled',
  'rescinded',
  'wrapup',
  'completed',
] as const satisfies readonly ReservationNews[];
export type ReservationNotification = (typeof RESERVATION_NOTIFICATIONS)[number];

const LEG_NOTIFICATIONS = ['ringing', 'answered', 'final', 'dialFinal', 'verdict'] as const;
export type TaskLegNotification = (typeof LEG_NOTIFICATIONS)[number];

export const notification = (name: CommonNotification): number => COMMON.indexOf(name);

export function reservationNotification(index: number, name: ReservationNotification): number {
  return COMMON.length + (index - 1) * RESERVATION_NOTIFICATIONS.length + RESERVATION_NOTIFICATIONS.indexOf(name);
}

export function taskLegNotification(reservations: number, leg: number, name: TaskLegNotification): number {
  return (
    COMMON.length +
    reservations * RESERVATION_NOTIFICATIONS.length +
    (leg - 1) * LEG_NOTIFICATIONS.length +
    LEG_NOTIFICATIONS.indexOf(name)
  );
}

/** All bits of one reservation. */
export function reservationNotifications(index: number): number {
  return ((1 << RESERVATION_NOTIFICATIONS.length) - 1) << reservationNotification(index, 'accepted');
}

/** All bits of one leg. */
export function taskLegNotifications(reservations: number, leg: number): number {
  return ((1 << LEG_NOTIFICATIONS.length) - 1) << taskLegNotification(reservations, leg, 'ringing');
}

export interface Notification {
  readonly number: number;
  readonly name: string;
  readonly of: { readonly reservation: number } | { readonly leg: number } | null;
  readonly kind: string;
  /** Equal keys, equal events. */
  readonly key: (world: TaskWorld) => string;
  readonly event: (world: TaskWorld) => TaskRouterEvent;
}

/** Lists all notifications of a world with this many reservations, and as many legs. */
export function allNotifications(reservations: number): readonly Notification[] {
  const notifications: Notification[] = COMMON.map((name, number) => ({
    number,
    name,
    kind: name,
    of: null,
    key: () => name,
    event: () => commonEvent(name),
  }));
  for (let index = 1; index <= reservations; index += 1) {
    for (const news of RESERVATION_NOTIFICATIONS) {
      notifications.push({
        number: reservationNotification(index, news),
        name: `reservation ${String(index)} ${news}`,
        kind: news,
        of: { reservation: index },
        key: () => `reservation ${String(index)} ${news}`,
        event: () => ({ type: 'reservation', at: START, news, reservation: reservationSid(index) }),
      });
    }
  }
  for (let leg = 1; leg <= reservations; leg += 1) {
    for (const name of LEG_NOTIFICATIONS) {
      notifications.push({
        number: taskLegNotification(reservations, leg, name),
        name: `leg ${String(leg)} ${name}`,
        kind: name,
        of: { leg },
        key: ({ legs }) =>
          `leg ${String(leg)} ${name} ${legs[leg - 1]?.final ?? ''} ${String(legs[leg - 1]?.bridged)} ${name === 'verdict' ? String(legs[leg - 1]?.verdict) : ''}`,
        event: (world) => legEvent(world, leg, name),
      });
    }
  }
  return notifications;
}

function commonEvent(name: CommonNotification): TaskRouterEvent {
  const at = START;
  switch (name) {
    case 'callerFinal':
      return { type: 'caller.status', at, status: 'completed' };
    case 'queueHangup':
      return { type: 'caller.ended', at, status: 'completed', queueResult: 'hangup' };
    case 'queueBridgedFinal':
      return { type: 'caller.ended', at, status: 'completed', queueResult: 'bridged' };
    case 'queueRedirected':
      return { type: 'caller.ended', at, status: 'in-progress', queueResult: 'redirected' };
    case 'task.created':
    case 'task.canceled':
    case 'task.wrapup':
    case 'task.completed':
      return { type: 'task', at, news: name.slice('task.'.length) as TaskNews, task: TASK_SID, visit: 1 };
  }
}

function legEvent(world: TaskWorld, leg: number, name: TaskLegNotification): TaskRouterEvent {
  const { final, bridged = false, verdict } = world.legs[leg - 1] ?? {};
  const of = { at: START, leg, sid: sid(leg) } as const;
  if (name === 'verdict') return { type: 'leg.verdict', ...of, answeredBy: verdict ?? 'unknown', durationMs: null };
  if (name === 'dialFinal') return { type: 'leg.ended', ...of, status: 'completed', bridged };
  const status = name === 'ringing' ? 'ringing' : name === 'answered' ? 'in-progress' : (final ?? 'completed');
  return { type: 'leg.status', ...of, status, answeredBy: null, sipCode: null };
}

export const NEW_TASK_LEG: TaskWorldLeg = {
  call: 'none',
  final: null,
  doing: 'nothing',
  verdict: null,
  listening: false,
  human: false,
  owed: false,
  declined: false,
  told: false,
  late: false,
  bridged: false,
  takes: null,
};

export { CALLER_SID };
