import type { ActivitySid, E164, ReservationSid, WorkflowSid } from '../kernel/ids.js';
import type { CallbackRef } from './callbacks.js';

/** Where a verb leads: a callback of ours, or an address of the user's. */
export type Target = CallbackRef | { readonly url: string };

/** A sound that the edge serves, beside addresses of the user's. */
export type Sound = { readonly sound: RingbackTone } | { readonly url: string };

/** What ringing sounds like: North America, the United Kingdom and Ireland, most of Europe. */
export const RINGBACK_TONES = ['us', 'uk', 'eu'] as const;
export type RingbackTone = (typeof RINGBACK_TONES)[number];
/** The length of each, s: whole rounds of ringing and silence. */
export const RINGBACK_SECONDS = 6;

export interface Say {
  readonly verb: 'say';
  readonly text: string;
  readonly voice?: string;
  readonly language?: string;
}
export interface Play {
  readonly verb: 'play';
  readonly of: Sound;
  /** How often; 0: until something else happens. Absent: once. */
  readonly times?: number;
}
export interface Pause {
  readonly verb: 'pause';
  readonly seconds: number;
}

/** The TwiML that flows may speak: a closed union, rendered at the edge. */
export type Verb =
  | Say
  | Play
  | Pause
  | { readonly verb: 'hangup' }
  /** Out of the queue; in a wait document only. */
  | { readonly verb: 'leave' }
  | { readonly verb: 'reject'; readonly reason: 'rejected' | 'busy' }
  | { readonly verb: 'redirect'; readonly to: Target }
  | {
      readonly verb: 'gather';
      readonly action: Target;
      readonly numDigits: number;
      /** Empty: no key ends the input, so that `#` itself is a digit. */
      readonly finishOnKey: string;
      readonly timeoutSeconds: number;
      /** Listens to words as well. */
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
      /** Where a recording of the whole conference is told of; absent: nothing is recorded. */
      readonly recording?: Target;
    }
  | {
      /** A message, after a beep; any key ends it. */
      readonly verb: 'record';
      readonly action: Target;
      readonly maxSeconds: number;
      readonly silenceSeconds: number;
      readonly statusCallback: Target;
    }
  | {
      /** Twilio's own forwarding: whoever picks up has the caller. */
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
      /** Merged with what Twilio knows of the call. */
      readonly attributes: Readonly<Record<string, string | number>>;
      /** Absent: Twilio's default, 0. */
      readonly priority?: number;
      /** How long the task may live, s. Absent: a day. */
      readonly timeoutSeconds?: number;
      /** Absent: Twilio's own hold music. */
      readonly wait?: Target;
    }
  | {
      /** Joins a worker's leg with the caller whose task it was reserved for; accepts the reservation. */
      readonly verb: 'dial.queue';
      readonly reservation: ReservationSid;
      /** Where Twilio moves the worker after the call. Absent: they stay where they are. */
      readonly postWorkActivity?: ActivitySid;
      readonly action: Target;
      /** What the caller hears before the two are connected. */
      readonly whisper?: Target;
      readonly recording?: Target;
    };

/** What an assignment callback is answered with (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
export interface Instruction {
  readonly instruction: 'reject';
  readonly activity: ActivitySid;
}

/** What a webhook is answered with. `nothing` is 204, for notifications. */
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
