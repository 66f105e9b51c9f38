import type { ActivitySid, ReservationSid, WorkerSid, WorkspaceSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { WorkerParams } from '../../wire/taskrouter.js';
import type { TaskRouterOutcomeEvent, TimerEvent } from '../effects.js';

interface OfWorker {
  readonly at: EpochMs;
  readonly workspace: WorkspaceSid;
}

interface Activities {
  readonly available: ActivitySid;
  readonly unavailable: ActivitySid;
}

/** Every event of the worker flow. `at` is in epoch ms. */
export type WorkerEvent =
  /** A TaskRouter event about the worker. It may be late, repeated or lost. */
  | ({
      readonly type: 'worker.event';
      readonly worker: WorkerParams;
      /** When it happened; `null` if the event does not say. */
      readonly happenedAt: EpochMs | null;
      readonly activities: Activities;
    } & OfWorker)
  /** A reservation was rejected or a talk is over, and the worker was sent to cool down. */
  | ({
      readonly type: 'worker.parked';
      readonly worker: WorkerSid;
      /** Distinguishes it from a repeat. */
      readonly reservation: ReservationSid;
      readonly activity: ActivitySid;
      readonly activities: Activities;
    } & OfWorker)
  /** A reservation of ours timed out: TaskRouter moves such workers away and never brings them back. */
  | ({
      readonly type: 'worker.timedOut';
      readonly worker: WorkerSid;
      readonly reservation: ReservationSid;
      /** When our flow noticed it. */
      readonly noticedAt: EpochMs;
      readonly activities: Activities & { readonly timeout: ActivitySid };
    } & OfWorker)
  /** An operator on one of our pages sends the worker to work or home. This counts as a move by a person. */
  | ({
      readonly type: 'worker.switched';
      readonly worker: WorkerSid;
      /** Distinguishes it from a repeat. */
      readonly request: string;
      readonly on: boolean;
      readonly activity: ActivitySid;
    } & OfWorker)
  | ({ readonly type: 'worker.deleted'; readonly worker: WorkerSid } & OfWorker)
  | TaskRouterOutcomeEvent
  | TimerEvent;
