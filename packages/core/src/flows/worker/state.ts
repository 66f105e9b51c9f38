import type { ActivitySid, ReservationSid, WorkerSid, WorkspaceSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Timers } from '../timers.js';

/** Times of the worker flow, in ms. */
export interface WorkerConfig {
  /** How long a worker cools down (default 60 s). */
  readonly coolDownMs: number;
  /** How long to wait when Twilio cannot be asked, or refuses (default 10 s). */
  readonly retryMs: number;
  /** How long Twilio may take to switch a worker on or off before that counts as refused (default 30 s). */
  readonly switchMs: number;
  /** How far Twilio's clock and ours may be apart (default 2 s). */
  readonly skewMs: number;
  /** How long a worker of whom nothing is heard is remembered (default 30 days). */
  readonly keepForMs: number;
}

export const DEFAULT_WORKER_CONFIG: WorkerConfig = {
  coolDownMs: 60_000,
  retryMs: 10_000,
  switchMs: 30_000,
  skewMs: 2_000,
  keepForMs: 30 * 86_400_000,
};

/** A cool-down that ends by itself. */
export interface CoolDown {
  /** Where the worker cools down; anywhere else, somebody has moved them and the cool-down is over. */
  readonly activity: ActivitySid;
  /** Where they go back to. */
  readonly back: ActivitySid;
  /**
   * Only this very stay: for the activity where a time-out parks people, which is also where people go by themselves.
   * `null`: the activity is for cool-downs only.
   */
  readonly enteredAt: EpochMs | null;
  /** Version of the worker when they were seen in it; `null`: not seen yet. */
  readonly seenAt: number | null;
  /** What was asked for before it began says nothing about it. */
  readonly after: number;
  readonly startedAt: EpochMs;
  readonly until: EpochMs;
}

export interface LiveWorker {
  readonly kind: 'worker';
  readonly sid: WorkerSid;
  readonly workspace: WorkspaceSid;
  readonly name: string | null;
  readonly phone: string | null;
  /** Where they are, as far as we know. */
  readonly activity: { readonly sid: ActivitySid; readonly name: string | null } | null;
  /** When they entered it. */
  readonly since: EpochMs;
  /** Newest version heard of; events of an older one come late. */
  readonly version: number | null;
  /**
   * Usually one, of the activity they are in. Which of two is the newer one nobody can tell when events are lost, so both
   * are kept until a look says where the worker is.
   */
  readonly coolDowns: readonly CoolDown[];
  /** A reservation of ours timed out, and where that left them has to be seen. */
  readonly timedOut: {
    readonly timeout: ActivitySid;
    readonly unavailable: ActivitySid;
    readonly back: ActivitySid;
    /** When that was noticed: a stay that began later is somebody's own. */
    readonly noticedAt: EpochMs;
    /** Only a look asked for after this one tells. */
    readonly after: number;
  } | null;
  /** The last time somebody switched them on or off, and how that went. */
  readonly requestedActivity: {
    readonly request: string;
    readonly on: boolean;
    readonly activity: ActivitySid;
    readonly askedAt: EpochMs;
    readonly status: 'pending' | 'done' | 'refused';
    /** When that was known; `null`: not yet. */
    readonly answeredAt: EpochMs | null;
    /** Why it was refused. */
    readonly reason: string | null;
  } | null;
  /** The change under way for a wish, by its effect's id. */
  readonly changeInFlight: string | null;
  /** Reservations that we were told of, the newest last: each is told of once at least. */
  readonly seenReservations: readonly ReservationSid[];
  /** A request is under way. */
  readonly inFlight: boolean;
  /** When it was asked for. */
  readonly askedAt: EpochMs;
  readonly deleted: boolean;
  readonly timers: Timers;
  /** Numbers the effects. */
  readonly effectSeq: number;
}

export type WorkerState = { readonly kind: 'nothing' } | LiveWorker;

/** The cool-down they are in now, for pages. */
export function currentCoolDown({ coolDowns, activity }: LiveWorker): CoolDown | undefined {
  return coolDowns.find((rest) => rest.activity === activity?.sid);
}
