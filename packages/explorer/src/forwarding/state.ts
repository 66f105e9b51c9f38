import type {
  AnsweredBy,
  CallSid,
  EpochMs,
  FinalCallStatus,
  ForwardingEvent,
  ForwardingState,
  Outcome,
  CallEffect,
} from '@amd/core';

/** The key of a callee who does not want the call, in a world where people decline. */
export const DECLINING_KEY = '2';

/** What a call is doing: requesting one of our documents, or executing one. */
export type CallActivity =
  | 'nothing'
  /** Machine detection is listening. */
  | 'detecting'
  /** Requests a document; the rest of the word is the event's type. */
  | 'asks:inbound'
  | 'asks:caller.ended'
  /** With the part of the fallback it was sent to. */
  | `asks:caller.document#${number}`
  | `asks:caller.fallback#${number}`
  | 'asks:leg.answered'
  | 'asks:leg.key'
  /** With the key that declines. */
  | `asks:leg.key#${typeof DECLINING_KEY}`
  | 'asks:leg.poll'
  | 'asks:leg.document'
  /** With the farewell it was sent to hear. */
  | `asks:leg.document#${number}`
  | 'asks:leg.ended'
  /** Was served the room's document and is not in the room yet. */
  | 'entering'
  | 'room'
  | 'gather'
  /** Leaves a message in this part of the fallback. */
  | `recording#${number}`
  /** Hears a last sentence. */
  | 'speaking';

export interface WorldCall {
  readonly call: 'none' | 'queued' | 'ringing' | 'in-progress' | 'over';
  readonly final: FinalCallStatus | null;
  readonly doing: CallActivity;
}

export interface WorldLeg extends WorldCall {
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
  readonly bridged: boolean;
}

export interface WorldTask {
  readonly id: string;
  readonly dueAt: EpochMs;
  readonly work: { readonly effect: CallEffect } | { readonly timer: string };
  readonly attempt: number;
  /** Executed, with its outcome in transit. */
  readonly outcome: Outcome | null;
}

/** A document request that a redirect overtook: it may still arrive, and its answer is not used. */
export type Stale = string;

export interface World {
  readonly caller: WorldCall;
  readonly legs: readonly WorldLeg[];
  readonly roomStarted: boolean;
  /** Notifications that were sent, as bits: each may arrive late, never, or repeatedly. */
  readonly notifications: number;
  readonly stale: readonly Stale[];
  readonly tasks: readonly WorldTask[];
  /** How many more faults may happen on the way to Twilio. */
  readonly faults: number;
  /** How many more requests for TwiML may be made twice. */
  readonly repeats: number;
  /** How often the room may still be ended from outside. */
  readonly roomEnds: number;
  readonly state: ForwardingState;
  /** The event of the last move. */
  readonly event: ForwardingEvent | null;
}

/** Times do not affect the future of a call, so everything happens now. */
export const START = 1_700_000_000_000;

/** Later than any greeting lasts. */
export const GREETED = START + 60_000;

export const CALLER_SID = sid(0);

export function sid(leg: number): CallSid {
  return `CA${String(leg).padStart(32, '0')}` as CallSid;
}

/** Notifications by number. */
export const NOTIFICATION = {
  callerFinal: 0,
  callerEndedFinal: 1,
  start: 2,
  callerJoin: 3,
  callerHungUp: 4,
  callerLeft: 5,
};
export const LEG_NOTIFICATIONS = [
  'initiated',
  'ringing',
  'answered',
  'final',
  'join',
  'hungUp',
  'left',
  'verdict',
] as const;
export type LegNotification = (typeof LEG_NOTIFICATIONS)[number];

export function legNotification(leg: number, notification: LegNotification): number {
  return 6 + (leg - 1) * LEG_NOTIFICATIONS.length + LEG_NOTIFICATIONS.indexOf(notification);
}

/** All bits of one leg. */
export function legNotifications(leg: number): number {
  return ((1 << LEG_NOTIFICATIONS.length) - 1) << legNotification(leg, 'initiated');
}

/** Builds the notification's event. */
export function notificationEvent(world: World, notification: number): ForwardingEvent {
  const at = START;
  const conference = { type: 'conference', at, reason: null, status: null } as const;
  switch (notification) {
    case NOTIFICATION.callerFinal:
      return { type: 'caller.status', at, status: 'completed' };
    case NOTIFICATION.callerEndedFinal:
      return { type: 'caller.ended', at, status: 'completed' };
    case NOTIFICATION.start:
      return { ...conference, event: 'start', sid: null };
    case NOTIFICATION.callerJoin:
      return { ...conference, event: 'join', sid: CALLER_SID };
    case NOTIFICATION.callerHungUp:
      return { ...conference, event: 'leave', sid: CALLER_SID, reason: 'participant_hung_up', status: 'completed' };
    case NOTIFICATION.callerLeft:
      return {
        ...conference,
        event: 'leave',
        sid: CALLER_SID,
        reason: 'moderator_ended_conference',
        status: 'in-progress',
      };
    default: {
      const leg = Math.floor((notification - 6) / LEG_NOTIFICATIONS.length) + 1;
      return legEvent(world, leg, LEG_NOTIFICATIONS[(notification - 6) % LEG_NOTIFICATIONS.length] ?? 'final');
    }
  }
}

/** Equal keys, equal events. */
export function notificationKey(world: World, notification: number): string {
  const leg = world.legs[Math.floor((notification - 6) / LEG_NOTIFICATIONS.length)];
  return `${String(notification)} ${leg?.final ?? ''} ${leg?.verdict ?? ''}`;
}

function legEvent(world: World, leg: number, notification: LegNotification): ForwardingEvent {
  const at = START;
  const status = { type: 'leg.status', at, leg, sid: sid(leg), answeredBy: null, sipCode: null } as const;
  const conference = { type: 'conference', at, sid: sid(leg), reason: null, status: null } as const;
  switch (notification) {
    case 'initiated':
      return { ...status, status: 'initiated' };
    case 'ringing':
      return { ...status, status: 'ringing' };
    case 'answered':
      return { ...status, status: 'in-progress' };
    case 'final':
      return { ...status, status: world.legs[leg - 1]?.final ?? 'completed' };
    case 'join':
      return { ...conference, event: 'join' };
    case 'hungUp':
      return { ...conference, event: 'leave', reason: 'participant_hung_up', status: 'completed' };
    case 'verdict':
      return {
        type: 'leg.verdict',
        at,
        leg,
        sid: sid(leg),
        answeredBy: world.legs[leg - 1]?.verdict ?? 'unknown',
        durationMs: null,
      };
    case 'left':
      return { ...conference, event: 'leave', reason: 'participant_updated_via_api', status: 'in-progress' };
  }
}

export function notificationName(notification: number): string {
  const common = Object.entries(NOTIFICATION).find(([, number]) => number === notification)?.[0];
  if (common !== undefined) return common;
  return `leg ${String(Math.floor((notification - 6) / LEG_NOTIFICATIONS.length) + 1)} ${LEG_NOTIFICATIONS[(notification - 6) % LEG_NOTIFICATIONS.length] ?? ''}`;
}

export const NEW_LEG: WorldLeg = {
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
};
