import type { CallSid } from '../../kernel/ids.js';
import type { Recording } from './call.js';

interface OfCall {
  /** The caller's call. */
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
}

/** What each hook is told. It runs at least once: its second argument, the id, is the same in every repeat. */
export interface HookData {
  /** A visit of the caller is over; `visit` is more than 1 for a caller who came back from TwiML of your own. */
  readonly ended: OfCall & {
    readonly visit: number;
    readonly result: 'connected' | 'unanswered' | 'handedOff' | 'callerLeft';
  };
  /** The caller has left a message, or Twilio could not make its file. */
  readonly voicemail: OfCall & { readonly recording: Recording };
  /** A talk was recorded. */
  readonly recording: OfCall & { readonly recording: Recording };
}

/** Hooks of a call, by name. One that throws is tried again, with growing waits. */
export type CallHooks = {
  readonly [Name in keyof HookData]?: ((data: HookData[Name], id: string) => void | Promise<void>) | undefined;
};

/** Their names, for the check of a misspelt one. */
export const CALL_HOOKS = Object.keys({ ended: true, voicemail: true, recording: true } satisfies Record<
  keyof HookData,
  true
>) as readonly (keyof HookData)[];
