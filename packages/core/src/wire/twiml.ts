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
    };

/** What a webhook is answered with. `nothing` is 204, for notifications. */
export type Reply = { readonly kind: 'twiml'; readonly verbs: readonly Verb[] } | { readonly kind: 'nothing' };

export const NOTHING: Reply = { kind: 'nothing' };

export function twiml(...verbs: readonly Verb[]): Reply {
  return { kind: 'twiml', verbs };
}
