import type { ActivitySid, ReservationSid, WorkerSid, WorkspaceSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Timers } from '../timers.js';

/** Times of the worker flow, in ms. */
export interface WorkerConfig {
  /** How long a worker cools down (default 60 s). */
  readonly coolDownMs: number;
  /** How long to wait when Twilio cannot be reached or refuses (default 10 s). */
  readonly retryMs: number;
  /** How long Twilio may take to switch a worker on or off before that counts as refused (default 30 s). */
  readonly switchMs: number;
  /** How far Twilio's clock and ours may differ (default 2 s). */
  readonly skewMs: number;
  /** How long a worker without any news is remembered (default 30 days). */
  readonly keepForMs: number;
}

/** The times of the worker flow that are used unless `config` says otherwise, in ms. */
export const DEFAULT_WORKER_CONFIG: WorkerConfig = {
  coolDownMs: 60_000,
  retryMs: 10_000,
  switchMs: 30_000,
  skewMs: 2_000,
  keepForMs: 30 * 86_400_000,
};

/** A cool-down that ends by itself. */
export interface CoolDown {
  /** The activity in which the worker cools down; in any other, someone has moved them and the cool-down is over. */
  readonly activity: ActivitySid;
  /** The activity they go back to. */
  readonly back: ActivitySid;
  /**
   * Applies to this very stay only: for the activity where a timeout parks workers, which they also choose themselves. `null`:
   * the activity is for cool-downs only.
   */
  readonly enteredAt: EpochMs | null;
  /** Version of the worker when they were seen in it; `null`: not seen yet. */
  readonly seenAt: number | null;
  /** Requests with a number up to this one were made before it began, and say nothing about it. */
  readonly after: number;
  readonly startedAt: EpochMs;
  readonly until: EpochMs;
}

/** The stored state of a worker: where they are, since when, and what was requested for them. */
export interface LiveWorker {
  readonly kind: 'worker';
  readonly sid: WorkerSid;
  readonly workspace: WorkspaceSid;
  readonly name: string | null;
  readonly phone: string | null;
  /** Their activity, as far as we know. */
  readonly activity: { readonly sid: ActivitySid; readonly name: string | null } | null;
  /** When they entered it. */
  readonly since: EpochMs;
  /** The newest version we know; events with an older one are late. */
  readonly version: number | null;
  /**
   * Usually one, for the activity they are in. When events are lost, nothing tells which of two is newer, so both are kept until
   * a fetch shows where the worker is.
   */
  readonly coolDowns: readonly CoolDown[];
  /** A reservation of ours timed out, and a fetch has to show where that left the worker. */
  readonly timedOut: {
    readonly timeout: ActivitySid;
    readonly unavailable: ActivitySid;
    readonly back: ActivitySid;
    /** When that was noticed: a stay that began later was the worker's or a supervisor's choice. */
    readonly noticedAt: EpochMs;
    /** Only a fetch requested after this one tells. */
    readonly after: number;
  } | null;
  /** The last time an operator switched them on or off, and the outcome. */
  readonly requestedActivity: {
    readonly request: string;
    readonly on: boolean;
    readonly activity: ActivitySid;
    readonly askedAt: EpochMs;
    readonly status: 'pending' | 'done' | 'refused';
    /** When the outcome was known; `null`: not yet. */
    readonly answeredAt: EpochMs | null;
    /** Why it was refused. */
    readonly reason: string | null;
  } | null;
  /** The requested change that is in flight, by its effect's id. */
  readonly changeInFlight: string | null;
  /** Reservations that were reported to us, the newest last, to recognise repeats. */
  readonly seenReservations: readonly ReservationSid[];
  /** A request is in flight. */
  readonly inFlight: boolean;
  /** When it was requested. */
  readonly askedAt: EpochMs;
  readonly deleted: boolean;
  readonly timers: Timers;
  /** Counter that numbers the effects. */
  readonly effectSeq: number;
}

/** The state of the worker flow; `nothing`: the worker is not known yet. */
export type WorkerState = { readonly kind: 'nothing' } | LiveWorker;

/** Returns the cool-down they are in now, for pages. */
export function currentCoolDown({ coolDowns, activity }: LiveWorker): CoolDown | undefined {
  return coolDowns.find((rest) => rest.activity === activity?.sid);
}
