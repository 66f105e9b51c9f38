import type { ReservationSid, TaskSid, WorkerSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { TaskCall } from '../../wire/taskrouter.js';
import type { AssignmentReply, Reply } from '../../wire/twiml.js';
import type { InboundCall } from '../call/call.js';
import type { FallbackEnded, ListenRequest, RecordingMade } from '../caller/events.js';
import type { OutcomeEvent, TaskRouterOutcomeEvent, TimerEvent } from '../effects.js';
import type { LegRequest, LegStatusEvent, LegVerdictEvent } from '../leg/events.js';
import type { TaskSettings } from './options.js';

/** `QueueResult` of an Enqueue's action (twilio.com/docs/voice/twiml/enqueue). */
export const QUEUE_RESULTS = [
  'bridged',
  'bridging-in-process',
  'redirected-from-bridged',
  'hangup',
  'leave',
  'redirected',
  'queue-full',
  'error',
  'system-error',
] as const;

export type QueueResult = (typeof QUEUE_RESULTS)[number];

interface OfVisit {
  readonly at: EpochMs;
  readonly visit?: number;
}

/** TaskRouter holds a worker for the caller, and asks what to do. */
export interface AssignmentEvent {
  readonly type: 'assignment';
  readonly at: EpochMs;
  readonly task: TaskSid;
  readonly reservation: ReservationSid;
  readonly worker: WorkerSid;
  readonly workerName: string | null;
  /** The worker's attribute `phone`, whatever is in it. */
  readonly phone: string | null;
  readonly call: TaskCall;
  /** For a call that we have never heard of: another application's, or one from before a restart. */
  readonly settings: TaskSettings;
}

/** Requests that want an answer: TwiML, or an instruction. */
export type TaskRequest =
  | { readonly type: 'inbound'; readonly at: EpochMs; readonly call: InboundCall; readonly settings: TaskSettings }
  | AssignmentEvent
  /** The caller left the queue: `<Enqueue action>`. */
  | ({
      readonly type: 'caller.ended';
      readonly status: CallStatus;
      readonly queueResult: QueueResult | null;
      /** Which of their stays in the queue is over, from 1 (default). */
      readonly part?: number;
    } & OfVisit)
  | FallbackEnded
  | ListenRequest
  /** The caller has pressed a key while they waited. */
  | ({ readonly type: 'caller.key'; readonly status: CallStatus; readonly digits: string } & OfVisit)
  /** The caller was redirected. */
  | ({
      readonly type: 'caller.document';
      readonly status: CallStatus;
      /** The part of the fallback that they were sent to hear. */
      readonly part?: number;
    } & OfVisit)
  /** `bridged`: `DialBridged` of the leg's Dial action. */
  | (LegRequest & { readonly bridged?: boolean });

/** What became of a reservation. `failed` is told like a cancellation. */
export type ReservationNews =
  'accepted' | 'rejected' | 'timeout' | 'canceled' | 'rescinded' | 'wrapup' | 'completed' | 'failed';

/** What became of the task. `deleted`: also a task that ended long ago. */
export type TaskNews = 'created' | 'canceled' | 'wrapup' | 'completed' | 'deleted';

/** Told, not asked: answered 204. Any of them may be lost, late or repeated. */
export type TaskNotification =
  | { readonly type: 'caller.status'; readonly at: EpochMs; readonly status: CallStatus }
  /** They were told goodbye at the edge, because the store or our code failed for too long. */
  | ({ readonly type: 'caller.goodbye' } & OfVisit)
  | LegStatusEvent
  | LegVerdictEvent
  | RecordingMade
  | {
      readonly type: 'reservation';
      readonly at: EpochMs;
      readonly news: ReservationNews;
      readonly reservation: ReservationSid;
      readonly task?: TaskSid;
    }
  | {
      readonly type: 'task';
      readonly at: EpochMs;
      readonly news: TaskNews;
      readonly task: TaskSid;
      /** The visit that made it, as its attributes tell. */
      readonly visit: number | null;
    };

export type TaskRouterEvent = TaskRequest | TaskNotification | OutcomeEvent | TaskRouterOutcomeEvent | TimerEvent;

export type TaskRouterResult = TaskRouterOutcomeEvent['outcome'];

/** What a webhook of this flow is answered with. */
export type TaskRouterReply = Reply | AssignmentReply;
