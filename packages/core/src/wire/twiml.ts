import type { ActivitySid, ReservationSid, WorkflowSid } from '../kernel/brand.js';
import type { CallbackRef } from './callback-ref.js';

/** Where a verb leads: a callback of ours, or an address of the user's. */
export type Target = CallbackRef | { readonly url: string };

export interface Say {
  readonly verb: 'say';
  readonly text: string;
  readonly voice?: string;
  readonly language?: string;
}
export interface Play {
  readonly verb: 'play';
  readonly url: string;
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
  | { readonly verb: 'reject'; readonly reason: 'rejected' | 'busy' }
  | { readonly verb: 'redirect'; readonly to: Target }
  | {
      readonly verb: 'gather';
      readonly action: Target;
      readonly numDigits: number;
      /** Empty: no key ends the input, so that `#` itself is a digit. */
      readonly finishOnKey: string;
      readonly timeoutSeconds: number;
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
      /** Absent: Twilio's own hold music; empty: silence. */
      readonly waitUrl?: string;
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
      readonly waitUrl?: string;
    }
  | {
      /** Joins a worker's leg with the caller whose task it was reserved for; accepts the reservation. */
      readonly verb: 'dial.queue';
      readonly reservation: ReservationSid;
      /** Where the worker goes after the call. */
      readonly postWorkActivity: ActivitySid;
      readonly action: Target;
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
