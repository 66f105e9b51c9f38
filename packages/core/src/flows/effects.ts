import type {
  ActivitySid,
  CallSid,
  ConferenceSid,
  E164,
  ReservationSid,
  TaskSid,
  WorkerSid,
  WorkspaceSid,
} from '../kernel/ids.js';
import type { EpochMs } from '../kernel/flow.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { CallStatus } from '../wire/call-status.js';
import type { CallbackRef } from '../wire/callbacks.js';
import type { AssignmentStatus, ReservationStatus } from '../wire/taskrouter.js';

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

/** A request to ring one person: a new call by REST. Times are in seconds. */
export interface CreateCall {
  readonly type: 'call.create';
  readonly id: string;
  readonly leg: number;
  readonly to: E164;
  readonly from: E164;
  /** The inbound call's token, a credential that lets us show the caller's own number. */
  readonly callToken?: string;
  readonly answered: CallbackRef;
  readonly status: CallbackRef;
  readonly ringSeconds: number;
  readonly timeLimitSeconds: number;
  /** `null`: no answering machine detection. */
  readonly detection: Detection | null;
  /** Where Twilio reports the verdict while the call goes on; absent: the call waits for the verdict. */
  readonly verdict?: CallbackRef;
  /** Not sent after this time without a new decision: by then the caller may have been told goodbye. */
  readonly by?: EpochMs;
}

/** Requests about calls. `leg` 0 is the caller. */
export type CallEffect =
  | CreateCall
  | { readonly type: 'call.end'; readonly id: string; readonly leg: number; readonly sid: CallSid }
  | {
      readonly type: 'call.redirect';
      readonly id: string;
      readonly leg: number;
      readonly sid: CallSid;
      readonly document: CallbackRef;
      /** Not retried when its outcome is unknown; another mechanism takes over. */
      readonly once?: true;
    }
  | { readonly type: 'call.fetch'; readonly id: string; readonly leg: number; readonly sid: CallSid }
  /** Plays something to one participant of a conference, if it can be done at once. */
  | {
      readonly type: 'call.announce';
      readonly id: string;
      readonly leg: number;
      readonly sid: CallSid;
      readonly conference: ConferenceSid;
      readonly document: CallbackRef;
      readonly once: true;
    };

interface OfTask {
  readonly id: string;
  readonly workspace: WorkspaceSid;
  readonly task: TaskSid;
}

interface OfWorker {
  readonly id: string;
  readonly workspace: WorkspaceSid;
  readonly worker: WorkerSid;
}

/** Requests to TaskRouter (twilio.com/docs/taskrouter/api). */
export type TaskRouterEffect =
  /**
   * Rejects a reservation and moves its worker to the activity; without an activity the same worker is reserved again at once.
   */
  | ({
      readonly type: 'reservation.update';
      readonly reservation: ReservationSid;
      readonly status: 'rejected';
      readonly activity: ActivitySid;
    } & OfTask)
  | ({ readonly type: 'reservation.fetch'; readonly reservation: ReservationSid } & OfTask)
  | ({ readonly type: 'task.update'; readonly status: 'completed' | 'canceled'; readonly reason: string } & OfTask)
  | ({ readonly type: 'task.fetch' } & OfTask)
  /** Finds, by its attributes, the task of a call whose events were all lost. */
  | { readonly type: 'task.find'; readonly id: string; readonly workspace: WorkspaceSid; readonly call: CallSid }
  /** Only if the worker still has this version (`If-Match`). */
  | ({ readonly type: 'worker.update'; readonly activity: ActivitySid; readonly version: string } & OfWorker)
  | ({ readonly type: 'worker.fetch' } & OfWorker)
  /** Moves a worker after the talk of this reservation, unless they have accepted another one, which only a fetch shows. */
  | ({
      readonly type: 'reservation.coolDown';
      readonly reservation: ReservationSid;
      readonly activity: ActivitySid;
    } & OfWorker);

/** All requests to Twilio. */
export type TwilioEffect = CallEffect | TaskRouterEffect;

/** Starts or stops a timer of a flow. `dueAt` is in epoch ms. */
export type TimerEffect =
  | { readonly type: 'timer.start'; readonly id: string; readonly timer: string; readonly dueAt: EpochMs }
  | { readonly type: 'timer.stop'; readonly id: string };

/** What a flow asks the runtime to do. Ids are stable across retries; a timer's id is its name and due time. */
export type Effect<Rest extends TwilioEffect = CallEffect> =
  | Rest
  | TimerEffect
  /** Drops an effect that is no longer needed before it runs; one already in progress is not stopped. */
  | { readonly type: 'effect.drop'; readonly id: string }
  /** An event for a record of another flow, at least once. */
  | {
      readonly type: 'flow.send';
      readonly id: string;
      readonly flow: string;
      readonly key: string;
      readonly event: { readonly type: string; readonly [name: string]: unknown };
    }
  /** Runs the user's hook, at least once, identified by id. */
  | { readonly type: 'hook.run'; readonly id: string; readonly hook: string; readonly data: unknown };

/** How a REST request about a call went, reported to the flow as an event. */
export type Outcome =
  /** `call.create` only. */
  | { readonly kind: 'created'; readonly sid: CallSid; readonly status: CallStatus }
  /** `call.create` only: it could not be sent by its `by` time, and was not sent. */
  | { readonly kind: 'late' }
  /** Refused for good, by Twilio or by `mayDial`. */
  | { readonly kind: 'refused'; readonly code: number | null; readonly reason: string }
  /** `call.create` only: it may or may not have happened, and is never sent again. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'done'; readonly status: CallStatus | null }
  /** The call is over or never existed (404, or 21220 on an end). */
  | { readonly kind: 'gone' }
  | { readonly kind: 'fetched'; readonly status: CallStatus; readonly answeredBy: AnsweredBy | null }
  /** All retries failed; nothing is known. */
  | { readonly kind: 'failed'; readonly reason: string };

/** How a request to TaskRouter went. */
export type TaskRouterOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: number | null; readonly reason: string }
  /** It does not exist (404), or none was found. */
  | { readonly kind: 'gone' }
  /** `worker.update` only: the worker has another version (412). */
  | { readonly kind: 'changed' }
  /** `reservation.coolDown` only: the worker has accepted another reservation and stays in their activity. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'task'; readonly sid: TaskSid; readonly status: AssignmentStatus }
  | { readonly kind: 'reservation'; readonly status: ReservationStatus }
  /** `enteredAt`: when the worker entered the activity, by Twilio's clock. `version`: for `If-Match`. */
  | {
      readonly kind: 'worker';
      readonly activity: ActivitySid;
      readonly enteredAt: EpochMs | null;
      readonly version: string;
    }
  /** All retries failed; nothing is known. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What came of a request to Twilio about a call; the flow is told when the task is done. */
export interface OutcomeEvent {
  readonly type: 'effect.outcome';
  readonly at: EpochMs;
  readonly effect: CallEffect;
  readonly outcome: Outcome;
}

/** What came of a request to TaskRouter; the flow is told when the task is done. */
export interface TaskRouterOutcomeEvent {
  readonly type: 'effect.outcome';
  readonly at: EpochMs;
  readonly effect: TaskRouterEffect;
  readonly outcome: TaskRouterOutcome;
}

/** A timer of the flow has run out. `at` may be later than `dueAt`; both are in epoch ms. */
export interface TimerEvent {
  readonly type: 'timer';
  readonly at: EpochMs;
  readonly timer: string;
  readonly dueAt: EpochMs;
}
