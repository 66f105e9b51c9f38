import type { ActivitySid, E164, ReservationSid, WorkflowSid } from '../kernel/ids.js';
import type { CallbackRef } from './callbacks.js';

/** Where a verb leads: a callback of ours, or an address of the user's. */
export type Target = CallbackRef | { readonly url: string };

/** A sound that our endpoint serves, or an address of the user's. */
export type Sound = { readonly sound: RingbackTone } | { readonly url: string };

/** Ringback tones of North America, the United Kingdom and Ireland, and most of Europe. */
export const RINGBACK_TONES = ['us', 'uk', 'eu'] as const;
export type RingbackTone = (typeof RINGBACK_TONES)[number];
/** The length of each in seconds: whole cycles of ringing and silence. */
export const RINGBACK_SECONDS = 6;

/** Speaks a text. `voice` and `language` are as Twilio names them. */
export interface Say {
  readonly verb: 'say';
  readonly text: string;
  readonly voice?: string;
  readonly language?: string;
}
/** Plays a sound. */
export interface Play {
  readonly verb: 'play';
  readonly of: Sound;
  /** How often; 0: until something else happens. Absent: once. */
  readonly times?: number;
}
/** Waits in silence, so many seconds. */
export interface Pause {
  readonly verb: 'pause';
  readonly seconds: number;
}

/** The TwiML that flows may use: a closed union, rendered by the HTTP endpoint. */
export type Verb =
  | Say
  | Play
  | Pause
  | { readonly verb: 'hangup' }
  /** Leaves the queue; in a wait document only. */
  | { readonly verb: 'leave' }
  | { readonly verb: 'reject'; readonly reason: 'rejected' | 'busy' }
  | { readonly verb: 'redirect'; readonly to: Target }
  | {
      readonly verb: 'gather';
      readonly action: Target;
      readonly numDigits: number;
      /** Empty: no key ends the input, so `#` itself is a digit. */
      readonly finishOnKey: string;
      readonly timeoutSeconds: number;
      /** Accepts speech as well. */
      readonly speech?: boolean;
      readonly prompt: readonly (Say | Play | Pause)[];
    }
  | {
      readonly verb: 'dial.conference';
      readonly room: string;
      readonly action: Target;
      readonly statusCallback: Target;
      readonly statusCallbackEvents: readonly ('start' | 'end' | 'join' | 'leave')[];
      readonly startOnEnter: boolean;
      readonly endOnExit: boolean;
      readonly maxParticipants: number;
      /** Absent: Twilio's own hold music. */
      readonly wait?: Target | 'silence';
      /** Where Twilio reports a recording of the whole conference; absent: nothing is recorded. */
      readonly recording?: Target;
    }
  | {
      /** Records a message after a beep; any key ends it. */
      readonly verb: 'record';
      readonly action: Target;
      readonly maxSeconds: number;
      readonly silenceSeconds: number;
      readonly statusCallback: Target;
    }
  | {
      /** Twilio's own forwarding: whoever or whatever picks up gets the caller. */
      readonly verb: 'dial.number';
      readonly to: E164;
      readonly action: Target;
      readonly timeoutSeconds: number;
      readonly timeLimitSeconds: number;
      readonly recording?: Target;
    }
  | {
      /** The caller waits in TaskRouter's queue. */
      readonly verb: 'enqueue';
      readonly workflow: WorkflowSid;
      readonly action: Target;
      /** Merged with the attributes that Twilio sets for the call. */
      readonly attributes: Readonly<Record<string, string | number>>;
      /** Absent: Twilio's default, 0. */
      readonly priority?: number;
      /** How long the task may live, in seconds. Absent: one day. */
      readonly timeoutSeconds?: number;
      /** Absent: Twilio's own hold music. */
      readonly wait?: Target;
    }
  | {
      /** Joins a worker's leg with the caller whose task it was reserved for; accepts the reservation. */
      readonly verb: 'dial.queue';
      readonly reservation: ReservationSid;
      /** Where Twilio moves the worker after the call. Absent: they stay in their activity. */
      readonly postWorkActivity?: ActivitySid;
      readonly action: Target;
      /** What the caller hears before the two are connected. */
      readonly whisper?: Target;
      readonly recording?: Target;
    };

/** The answer to an assignment callback (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
export interface Instruction {
  readonly instruction: 'reject';
  readonly activity: ActivitySid;
}

/** The answer to a webhook. `nothing` is 204, for notifications. */
export type Reply = { readonly kind: 'twiml'; readonly verbs: readonly Verb[] } | { readonly kind: 'nothing' };

/** The answer to an assignment. `later`: 200, JSON and an empty body; the reservation stays pending until we decide. */
export type AssignmentReply =
  { readonly kind: 'instruction'; readonly instruction: Instruction } | { readonly kind: 'later' };

export const LATER: AssignmentReply = { kind: 'later' };

export function reject(activity: ActivitySid): AssignmentReply {
  return { kind: 'instruction', instruction: { instruction: 'reject', activity } };
}

export const NOTHING: Reply = { kind: 'nothing' };

export function twiml(...verbs: readonly Verb[]): Reply {
  return { kind: 'twiml', verbs };
}
