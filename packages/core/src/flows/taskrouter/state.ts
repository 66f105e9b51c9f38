import type { ReservationSid, TaskSid, WorkerSid } from '../../kernel/ids.js';
import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { KeptCall, KeptCallDraft, WaitingCaller } from '../call/call.js';
import type { Leg, LegDraft, LegDrafts } from '../call/leg.js';
import type { Effect, TwilioEffect } from '../effects.js';
import type { Timers } from '../timers.js';
import type { TaskRouterConfig, TaskSettings } from './options.js';

/** `waiting → connected | fallingBack → ended`. */
export const TASK_CALLER_PHASES = ['waiting', 'connected', 'fallingBack', 'ended'] as const;

/** Where a caller in a queue is; one of `TASK_CALLER_PHASES`. */
export type TaskCallerPhase = (typeof TASK_CALLER_PHASES)[number];

/** How the whole call ended; exactly one result for every visit. */
export type TaskCallResult =
  /** A worker and the caller talked. */
  | 'connected'
  /** Nobody could be reached, and the caller was told so. */
  | 'unanswered'
  /** The caller went on to TwiML of the user's. */
  | 'handedOff'
  /** The caller hung up first. */
  | 'callerLeft';

export interface TaskCaller extends WaitingCaller {
  readonly phase: TaskCallerPhase;
  /** By then the greeting has been played, even if Twilio acted on a retry, and the call must be in the queue. */
  readonly inQueueBy: EpochMs;
  /** Another application took the call out of the queue; it keeps it unless the call comes back. */
  readonly takenElsewhere: boolean;
  /** Number of the caller's current stay in the queue, from 1 to 9 and around: reports of an earlier stay are late. */
  readonly stay: number;
}

/** The task that Twilio created for the call. */
export interface CallTask {
  /** `null`: not reported yet. */
  readonly sid: TaskSid | null;
  /** Completed, cancelled or deleted. */
  readonly over: boolean;
  /** A request about it is in flight. */
  readonly inFlight: boolean;
  /** How often Twilio refused for good to find the call's task. */
  readonly refusals: number;
}

/**
 * Phase of one worker's reservation for the call. `pending` until it is decided; `rejecting` until Twilio knows; `accepted` when
 * the worker has the caller; `over` when nothing is left to do for it.
 */
export type ReservationPhase = 'pending' | 'rejecting' | 'accepted' | 'over';

/** How a reservation ended, for pages and logs. */
export type ReservationResult = 'accepted' | 'rejected' | 'timeout' | 'canceled' | 'rescinded';

/** The stored state of one reservation: a worker whom TaskRouter holds for the caller. */
export interface Reservation {
  /** Starts at 1 and counts over all visits. */
  readonly id: number;
  readonly sid: ReservationSid;
  readonly task: TaskSid;
  readonly worker: WorkerSid;
  readonly workerName: string | null;
  /** `null`: the worker has no usable phone. */
  readonly leg: number | null;
  readonly phase: ReservationPhase;
  /** The activity the worker goes to when the reservation is rejected. */
  readonly rejectTo: 'unavailable' | 'offline' | null;
  /** The leg was offered the caller. */
  readonly offered: boolean;
  /** The leg's Dial reported that it did not connect them. */
  readonly missed: boolean;
  /** The leg's Dial reported that it connected them. */
  readonly bridged?: true;
  /** A request about it is in flight. */
  readonly inFlight: boolean;
  /** After the talk the worker is sent to cool down before the task is completed: `due` until that is requested. */
  readonly coolDown: 'no' | 'due' | 'pending' | 'over';
  /** The worker's flow was told where the worker went. */
  readonly workerNotified: boolean;
  readonly expiresAt: EpochMs;
  readonly result: ReservationResult | null;
  /** For people to read; no decision depends on it. */
  readonly timestamps: { readonly assignedAt: EpochMs; readonly endedAt?: EpochMs };
}

/** The stored state of a call that waits in a TaskRouter queue: the caller, the task, reservations and legs. */
export interface LiveTaskCall {
  readonly kind: 'call';
  readonly visit: number;
  readonly call: KeptCall;
  readonly settings: TaskSettings;
  readonly caller: TaskCaller;
  readonly task: CallTask;
  readonly reservations: readonly Reservation[];
  readonly legs: readonly Leg[];
  /** The leg that was offered the caller. */
  readonly winner: number | null;
  /** The reservation whose worker talked with the caller. */
  readonly servedReservation: number | null;
  /** The task was cancelled while the caller may still be there. */
  readonly taskCanceled: boolean;
  readonly lastLeg: number;
  readonly lastReservation: number;
  readonly deadlinePassed: boolean;
  readonly result: TaskCallResult | null;
  readonly timers: Timers;
  /** Counter that numbers the effects which may be requested more than once. */
  readonly effectSeq: number;
  /** For people to read; no decision depends on it. */
  readonly timestamps: TaskCallTimestamps;
}

/** When a call in a queue reached each point, in epoch ms; absent: not yet, or never. */
export interface TaskCallTimestamps {
  readonly startedAt: EpochMs;
  readonly wonAt?: EpochMs;
  readonly connectedAt?: EpochMs;
  readonly fallbackAt?: EpochMs;
  readonly endedAt?: EpochMs;
}

/** `goodbye`: a caller without a record was told goodbye, and is no longer served. */
export type TaskRouterState = { readonly kind: 'nothing'; readonly goodbye?: true } | LiveTaskCall;

/** True once the call has ended for the caller, for every leg and for TaskRouter. */
export function isTaskCallFinal(state: TaskRouterState): boolean {
  return (
    state.kind === 'call' &&
    state.caller.phase === 'ended' &&
    state.legs.every((leg) => leg.phase === 'ended') &&
    state.reservations.every(isSettled) &&
    (state.task.sid === null || state.task.over)
  );
}

/** True once neither Twilio nor the worker's flow needs to be told anything about it. */
export function isSettled({ phase, coolDown }: Pick<Reservation, 'phase' | 'coolDown'>): boolean {
  return phase === 'over' && (coolDown === 'no' || coolDown === 'over');
}

export type ReservationDraft = Draft<Reservation>;

/** Context of one transition: a private copy of the state, and the effects it asks for. */
export interface TaskRouterContext {
  readonly at: EpochMs;
  readonly isAsked: boolean;
  readonly config: TaskRouterConfig;
  readonly effects: Effect<TwilioEffect>[];
  readonly flow: 'taskrouter';
  /** Legs created in this step are not sent after this time unless the caller was fetched first. */
  ringBy?: EpochMs;
  readonly state: Omit<Draft<Omit<LiveTaskCall, 'call' | 'settings' | 'legs'>>, 'kind'> & {
    kind: 'call';
    call: KeptCallDraft;
    settings: LiveTaskCall['settings'];
    readonly legs: LegDrafts;
  };
}

export function legOf(ctx: TaskRouterContext, reservation: ReservationDraft): LegDraft | undefined {
  return ctx.state.legs.find((leg) => leg.id === reservation.leg);
}

export function reservationOf(ctx: TaskRouterContext, leg: LegDraft): ReservationDraft | undefined {
  return ctx.state.reservations.find((reservation) => reservation.leg === leg.id);
}

export function reservationTimer(reservation: { readonly id: number }): string {
  return `reservation${String(reservation.id)}`;
}

/** True while the caller waits in the queue for a live task that no other application has taken. */
export function isWaiting({ state }: TaskRouterContext): boolean {
  return state.caller.phase === 'waiting' && !state.caller.takenElsewhere && !state.taskCanceled;
}
