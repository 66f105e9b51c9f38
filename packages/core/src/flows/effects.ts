import type { CallSid, E164 } from '../kernel/brand.js';
import type { EpochMs } from '../kernel/flow.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { CallStatus } from '../wire/call-status.js';
import type { CallbackRef } from '../wire/callback-ref.js';

/** Answering machine detection of one outbound call (twilio.com/docs/voice/answering-machine-detection). */
export interface Detection {
  readonly mode: 'Enable' | 'DetectMessageEnd';
  /** 3–59 s; Twilio's default 30. */
  readonly timeoutSeconds: number;
  /** 1000–6000 ms; Twilio's default 2400. */
  readonly speechThresholdMs?: number;
  /** 500–5000 ms; Twilio's default 1200. */
  readonly speechEndThresholdMs?: number;
  /** 2000–10000 ms; Twilio's default 5000. */
  readonly silenceTimeoutMs?: number;
}

export interface CreateCall {
  readonly type: 'call.create';
  readonly id: string;
  readonly leg: number;
  readonly to: E164;
  readonly from: E164;
  /** The inbound call's token, a credential: lets us show the caller's own number. */
  readonly callToken?: string;
  readonly answered: CallbackRef;
  readonly status: CallbackRef;
  readonly ringSeconds: number;
  readonly timeLimitSeconds: number;
  readonly detection: Detection;
}

/** Work on Twilio's side. `leg` 0 is the caller. */
export type RestEffect =
  | CreateCall
  | { readonly type: 'call.end'; readonly id: string; readonly leg: number; readonly sid: CallSid }
  | {
      readonly type: 'call.redirect';
      readonly id: string;
      readonly leg: number;
      readonly sid: CallSid;
      readonly document: CallbackRef;
    }
  | { readonly type: 'call.fetch'; readonly id: string; readonly leg: number; readonly sid: CallSid };

/** What a flow asks for. Ids are stable across retries; a timer's id is its name and due time. */
export type Effect =
  | RestEffect
  | { readonly type: 'timer.start'; readonly id: string; readonly timer: string; readonly dueAt: EpochMs }
  | { readonly type: 'timer.stop'; readonly id: string }
  /** Work that became pointless before it ran; what is already under way is not stopped by it. */
  | { readonly type: 'effect.drop'; readonly id: string }
  /** The user's own hook, at least once, by id. */
  | { readonly type: 'hook.run'; readonly id: string; readonly hook: string; readonly data: unknown };

/** How a REST effect went, told to the flow as an event. */
export type Outcome =
  /** `call.create` only. */
  | { readonly as: 'created'; readonly sid: CallSid; readonly status: CallStatus }
  /** Twilio (or `mayDial`) said no, for good. */
  | { readonly as: 'refused'; readonly code: number | null; readonly reason: string }
  /** `call.create` only: it may or may not have happened, and is never sent again. */
  | { readonly as: 'unknown'; readonly reason: string }
  | { readonly as: 'done'; readonly status: CallStatus | null }
  /** The call is over or was never there (404, or 21220 on an end). */
  | { readonly as: 'gone' }
  | { readonly as: 'fetched'; readonly status: CallStatus; readonly answeredBy: AnsweredBy | null }
  /** Retries are used up and nothing is known. */
  | { readonly as: 'failed'; readonly reason: string };

export interface OutcomeEvent {
  readonly type: 'effect.outcome';
  readonly at: EpochMs;
  readonly effect: RestEffect;
  readonly outcome: Outcome;
}

export interface TimerEvent {
  readonly type: 'timer';
  readonly at: EpochMs;
  readonly timer: string;
  readonly dueAt: EpochMs;
}
