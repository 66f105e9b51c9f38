import type { ReservationSid, TaskSid, WorkerSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { TaskCall } from '../../wire/taskrouter.js';
import type { AssignmentReply, Reply } from '../../wire/twiml.js';
import type { InboundCall } from '../call/call.js';
import type { FallbackEnded, InboundDecided, ListenRequest, RecordingMade } from '../caller/events.js';
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

/** Why a caller left the queue, as Twilio says in `QueueResult`. */
export type QueueResult = (typeof QUEUE_RESULTS)[number];

interface OfVisit {
  readonly at: EpochMs;
  readonly visit?: number;
}

/** TaskRouter holds a worker for the caller, and asks for instructions. */
export interface AssignmentEvent {
  readonly type: 'assignment';
  readonly at: EpochMs;
  readonly task: TaskSid;
  readonly reservation: ReservationSid;
  readonly worker: WorkerSid;
  readonly workerName: string | null;
  /** The worker's attribute `phone`, unchecked. */
  readonly phone: string | null;
  readonly call: TaskCall;
  /** For a call we do not know: another application's, or one from before a restart. */
  readonly settings: TaskSettings;
}

/** Requests for an answer: TwiML, or an instruction. */
export type TaskRequest =
  | { readonly type: 'inbound'; readonly at: EpochMs; readonly call: InboundCall; readonly settings: TaskSettings }
  | InboundDecided
  | AssignmentEvent
  /** The caller left the queue: `<Enqueue action>`. */
  | ({
      readonly type: 'caller.ended';
      readonly status: CallStatus;
      readonly queueResult: QueueResult | null;
      /** Which of the caller's stays in the queue is over, from 1 (default). */
      readonly part?: number;
    } & OfVisit)
  | FallbackEnded
  | ListenRequest
  /** The caller pressed a key while waiting. */
  | ({ readonly type: 'caller.key'; readonly status: CallStatus; readonly digits: string } & OfVisit)
  /** The caller was redirected. */
  | ({
      readonly type: 'caller.document';
      readonly status: CallStatus;
      /** The part of the fallback that the redirect leads to. */
      readonly part?: number;
    } & OfVisit)
  /** `bridged`: `DialBridged` of the leg's Dial action. */
  | (LegRequest & { readonly bridged?: boolean });

/** What happened to a reservation. `failed` is handled like a cancellation. */
export type ReservationNews =
  'accepted' | 'rejected' | 'timeout' | 'canceled' | 'rescinded' | 'wrapup' | 'completed' | 'failed';

/** What happened to the task. `deleted`: also a task that ended long ago. */
export type TaskNews = 'created' | 'canceled' | 'wrapup' | 'completed' | 'deleted';

/** Notifications, answered 204. Any of them may be lost, late or repeated. */
export type TaskNotification =
  | { readonly type: 'caller.status'; readonly at: EpochMs; readonly status: CallStatus }
  /** The HTTP endpoint told the caller goodbye because the store or our code failed for too long. */
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
      /** The visit that created the task, from its attributes. */
      readonly visit?: number | null;
    }
  | {
      readonly type: 'task';
      readonly at: EpochMs;
      readonly news: TaskNews;
      readonly task: TaskSid;
      /** The visit that created it, from its attributes. */
      readonly visit: number | null;
    };

/** Every event of the TaskRouter flow: requests for TwiML, notifications, outcomes and timers. */
export type TaskRouterEvent = TaskRequest | TaskNotification | OutcomeEvent | TaskRouterOutcomeEvent | TimerEvent;

export type TaskRouterResult = TaskRouterOutcomeEvent['outcome'];

/** What this flow answers a webhook with. */
export type TaskRouterReply = Reply | AssignmentReply;
