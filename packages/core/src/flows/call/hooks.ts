import type { CallSid, E164, WorkerSid } from '../../kernel/ids.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import type { CallResult } from '../forwarding/state.js';
import type { CallFlow } from '../metrics.js';
import type { Recording } from './call.js';
import type { LegResult } from './leg.js';

/** What every hook is told. */
interface OfCall {
  /** Version of the payload: it grows only when a field changes its meaning or goes. */
  readonly v: 1;
  readonly flow: CallFlow;
  /** The caller's call. */
  readonly sid: CallSid;
  /** As received: a number, `anonymous`, `client:…`, anything. */
  readonly from: string;
  readonly to: string;
  /** From 1; more for a caller who came back from TwiML of your own. */
  readonly visit: number;
}

/** A person whose phone we rang for the caller, and what came of it so far. */
export interface Callee {
  /** Number of the leg, unique in the call. */
  readonly leg: number;
  readonly name: string | null;
  readonly number: E164;
  /** TaskRouter only. */
  readonly worker?: WorkerSid;
  /** The call to this person; `null`: Twilio has named none. */
  readonly sid: CallSid | null;
  /** What detection heard; `null`: nothing yet, or nobody answered. */
  readonly answeredBy: AnsweredBy | null;
  /** They pressed a key to take the call, or to decline it. */
  readonly pressedKey: boolean;
  /** How the leg ended, and so why they did not get the caller; `null`: it goes on, or is being ended because it is too late. */
  readonly result: LegResult | null;
  /** How long the phone rang, in ms; `null`: it did not, as far as Twilio reported. */
  readonly ringMs: number | null;
  /** How long detection listened, in ms. */
  readonly detectionMs: number | null;
}

/** What each hook is told. It runs at least once: its second argument, the id, is the same in every repeat. */
export interface HookData {
  /** A person's phone rings, or was answered before we heard that it rang. `waitedMs`: the caller's wait so far. */
  readonly rung: OfCall & { readonly callee: Callee; readonly waitedMs: number };
  /**
   * The caller and a person talk. `waitedMs`: the caller's wait for them. `others`: who else was rung, and why they did not get
   * the caller.
   */
  readonly connected: OfCall & {
    readonly callee: Callee;
    readonly others: readonly Callee[];
    readonly waitedMs: number;
  };
  /**
   * A visit of the caller is over. `callee`: who talked with them. `waitedMs`: until the talk, or in all. `talkMs`: `null` without
   * a talk. `recording`: the message they left, if it was reported by then.
   */
  readonly ended: OfCall & {
    readonly result: CallResult;
    readonly callee: Callee | null;
    readonly others: readonly Callee[];
    readonly waitedMs: number;
    readonly talkMs: number | null;
    readonly recording: Recording | null;
  };
  /**
   * A visit is over in which the caller talked with nobody, nor was handed off: somebody may want to call them back. `others`:
   * everybody who was rung, and why they did not get the caller.
   */
  readonly missed: OfCall & {
    readonly result: 'unanswered' | 'callerLeft';
    readonly others: readonly Callee[];
    readonly waitedMs: number;
    readonly recording: Recording | null;
  };
  /** The caller has left a message, or Twilio could not make its file. */
  readonly voicemail: OfCall & { readonly recording: Recording };
  /** A talk was recorded. `callee`: who talked; `null`: the fallback number. */
  readonly recording: OfCall & { readonly recording: Recording; readonly callee: Callee | null };
}

/** Hooks of a call, by name. One that throws, or takes too long, is tried again, with growing waits. */
export type CallHooks = {
  readonly [Name in keyof HookData]?: ((data: HookData[Name], id: string) => void | Promise<void>) | undefined;
};

/** Their names, for the check of a misspelt one. */
export const CALL_HOOKS = Object.keys({
  rung: true,
  connected: true,
  ended: true,
  missed: true,
  voicemail: true,
  recording: true,
} satisfies Record<keyof HookData, true>) as readonly (keyof HookData)[];
