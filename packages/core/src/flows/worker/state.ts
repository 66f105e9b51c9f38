import type { ActivitySid, WorkerSid, WorkspaceSid } from '../../kernel/brand.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Timers } from '../timers.js';

/** A rest that ends by itself. */
export interface CoolDown {
  /** Where the worker rests; anywhere else, somebody has moved them and the rest is over. */
  readonly activity: ActivitySid;
  /** Where they go back to. */
  readonly back: ActivitySid;
  /**
   * Only this very stay: for the activity where a time-out parks people, which is also where people go by themselves.
   * `null`: the activity is for resting only.
   */
  readonly enteredAt: string | null;
  /** Version of the worker when they were seen in it; `null`: not seen yet. */
  readonly seenAt: number | null;
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
  readonly coolDown: CoolDown | null;
  /** A reservation of ours timed out, and where that left them has to be seen. */
  readonly timedOut: {
    readonly timeout: ActivitySid;
    readonly unavailable: ActivitySid;
    readonly back: ActivitySid;
  } | null;
  /** A request is under way. */
  readonly asking: boolean;
  readonly deleted: boolean;
  readonly timers: Timers;
  /** Numbers the effects. */
  readonly asked: number;
}

export type WorkerState = { readonly kind: 'nothing' } | LiveWorker;
