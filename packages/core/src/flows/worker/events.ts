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

export type WorkerEvent =
  /** An event of TaskRouter about the worker. It may come late, twice or never. */
  | ({
      readonly type: 'worker.event';
      readonly worker: WorkerParams;
      /** When it happened; `null` when it does not say so. */
      readonly happenedAt: EpochMs | null;
      readonly activities: Activities;
    } & OfWorker)
  /** A reservation was rejected, or a talk is over, and the worker was sent to cool down. */
  | ({
      readonly type: 'worker.parked';
      readonly worker: WorkerSid;
      /** Told apart by it from a repeat. */
      readonly reservation: ReservationSid;
      readonly activity: ActivitySid;
      readonly activities: Activities;
    } & OfWorker)
  /** A reservation of ours timed out: TaskRouter moves such workers away and never brings them back. */
  | ({
      readonly type: 'worker.timedOut';
      readonly worker: WorkerSid;
      readonly reservation: ReservationSid;
      /** When our flow learned of it. */
      readonly noticedAt: EpochMs;
      readonly activities: Activities & { readonly timeout: ActivitySid };
    } & OfWorker)
  /** A person at a page of ours sends them to work or home. They count as moved by a person. */
  | ({
      readonly type: 'worker.switched';
      readonly worker: WorkerSid;
      /** Told apart by it from a repeat. */
      readonly request: string;
      readonly on: boolean;
      readonly activity: ActivitySid;
    } & OfWorker)
  | ({ readonly type: 'worker.deleted'; readonly worker: WorkerSid } & OfWorker)
  | TaskRouterOutcomeEvent
  | TimerEvent;
