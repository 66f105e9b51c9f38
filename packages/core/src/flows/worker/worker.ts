import type { ReservationSid, WorkerSid, WorkspaceSid } from '../../kernel/ids.js';
import { assertNever } from '../../kernel/draft.js';
import type { EpochMs, Flow, Step } from '../../kernel/flow.js';
import { NOTHING, type Reply } from '../../wire/twiml.js';
import type { Effect, TaskRouterEffect, TaskRouterOutcomeEvent } from '../effects.js';
import {
  type FlowMeasurement,
  type WithMetrics,
  type CommittedStep,
  measureTimer,
  secondsBetween,
} from '../metrics.js';
import { numberOfId, startTimer, stopTimer, timerEffects } from '../timers.js';
import {
  clearChange,
  isRequested,
  isChangeTimer,
  onSwitch,
  onChangeOutcome,
  onChangeTimeout,
} from './activity-change.js';
import {
  refreshWorker,
  endCoolDown,
  endCoolDownsBefore,
  isCoolingDown,
  applySnapshot,
  enterActivity,
  beginCoolDown,
  coolDownIn,
  coolDownTimer,
  type WorkerContext,
} from './cool-downs.js';
import type { WorkerEvent } from './events.js';
import { type CoolDown, DEFAULT_WORKER_CONFIG, type LiveWorker, type WorkerConfig, type WorkerState } from './state.js';

/**
 * A worker of TaskRouter: their activity, and the cool-down that ends by itself. The flow ends only what it knows to be a
 * cool-down, and never moves a worker whom a person has moved. Keyed by the worker's SID.
 */
export const worker: Flow<WorkerState, WorkerEvent, Effect<TaskRouterEffect>, Reply, WorkerConfig> &
  WithMetrics<WorkerState> = {
  name: 'worker',
  schema: 1,
  hooks: [],
  defaults: DEFAULT_WORKER_CONFIG,
  initial: () => ({ kind: 'nothing' }),
  transition,
  measure: measureWorker,
};

function transition(state: WorkerState, event: WorkerEvent, config: WorkerConfig): WorkerStep {
  if (state.kind === 'nothing') {
    switch (event.type) {
      case 'effect.outcome':
      case 'timer':
      case 'worker.deleted':
      case 'worker.switched':
        return { state, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
      case 'worker.event':
        return applyEvent(
          state,
          beginStep(newWorker(event.worker.sid, event.workspace, event.at), event.at, config),
          event,
        );
      case 'worker.parked':
      case 'worker.timedOut':
        return applyEvent(
          state,
          beginStep(newWorker(event.worker, event.workspace, event.at), event.at, config),
          event,
        );
      default:
        return assertNever(event);
    }
  }
  return applyEvent(state, beginStep(state, event.at, config), event);
}

/** How many reservations are remembered to recognise repeats. */
const REMEMBERED = 20;

type WorkerStep = Step<WorkerState, Effect<TaskRouterEffect>, Reply>;

function applyEvent(before: WorkerState, ctx: WorkerContext, event: WorkerEvent): WorkerStep {
  const { state } = ctx;
  switch (event.type) {
    case 'worker.event':
      onWorkerEvent(ctx, event);
      break;
    case 'worker.parked':
      if (state.deleted || isRepeat(state, event.reservation)) break;
      beginCoolDown(ctx, event.activity, event.activities.available);
      // This may come before or after TaskRouter's own event, or replace it: a fetch shows where the worker is.
      refreshWorker(ctx);
      break;
    case 'worker.timedOut': {
      const { timeout, unavailable, available: back } = event.activities;
      if (state.deleted || timeout === back || isRepeat(state, event.reservation)) break;
      state.timedOut = { timeout, unavailable, back, noticedAt: event.noticedAt, after: state.effectSeq };
      refreshWorker(ctx);
      break;
    }
    case 'worker.switched':
      onSwitch(ctx, event);
      break;
    case 'worker.deleted':
      isGone(ctx);
      break;
    case 'effect.outcome':
      outcome(ctx, event);
      break;
    case 'timer':
      if (state.timers[event.timer] !== event.dueAt) break;
      stopTimer(ctx, event.timer);
      if (!onChangeTimeout(ctx, event.timer) && isCoolingDown(state)) refreshWorker(ctx);
      break;
    default:
      assertNever(event);
  }
  // A worker who cools down always has a timer running or a fetch in flight, whatever came in between.
  const isRestOver =
    state.changeInFlight === null && state.coolDowns.some((one) => state.timers[coolDownTimer(one)] === undefined);
  const isUnattended = state.timedOut !== null || isRestOver;
  if (isUnattended && !state.inFlight && state.timers['retry'] === undefined) refreshWorker(ctx);
  if (!isCoolingDown(state))
    for (const timer of Object.keys(state.timers)) if (!isChangeTimer(timer)) stopTimer(ctx, timer);
  return {
    state: state,
    effects: [...ctx.effects, ...timerEffects(before.kind === 'worker' ? before.timers : {}, state.timers)],
    reply: NOTHING,
    keepForMs: isCoolingDown(state) || state.inFlight || state.changeInFlight !== null ? null : ctx.config.keepForMs,
  };
}

function isRepeat(state: WorkerContext['state'], reservation: ReservationSid): boolean {
  if (state.seenReservations.includes(reservation)) return true;
  state.seenReservations = [...state.seenReservations, reservation].slice(-REMEMBERED);
  return false;
}

/** Applies what TaskRouter says about the worker, unless we know something newer. */
function onWorkerEvent(
  ctx: WorkerContext,
  { worker: params, happenedAt, activities }: Extract<WorkerEvent, { type: 'worker.event' }>,
): void {
  const { state } = ctx;
  if (params.version !== null && state.version !== null && params.version <= state.version) return;
  state.version = params.version ?? state.version;
  state.name = params.name ?? state.name;
  state.phone = params.phone ?? state.phone;
  state.deleted = false;
  if (params.activity === null) return;
  const entered = state.activity?.sid !== params.activity;
  if (entered) enterActivity(ctx, params.activity, params.activityName, happenedAt ?? ctx.at);
  else if (state.activity !== null && params.activityName !== null) state.activity.name = params.activityName;
  if (params.activity === activities.unavailable) {
    const known = coolDownIn(ctx, params.activity);
    if (entered || known === undefined) {
      // If the cool-down was not seen yet, this may be its event or a late one of an earlier stay: only a fetch tells.
      const isUnseen = known?.seenAt === null;
      const what = isUnseen ? { after: known.after } : { seenAt: params.version };
      beginCoolDown(ctx, params.activity, activities.available, what);
    }
  }
  for (const other of state.coolDowns) {
    if (other.activity === params.activity) continue;
    // Someone has moved them, unless this event is from before the cool-down and late.
    if (other.seenAt !== null && params.version !== null && params.version > other.seenAt) endCoolDown(ctx, other);
    else refreshWorker(ctx);
  }
}

function outcome(ctx: WorkerContext, { effect, outcome: result }: TaskRouterOutcomeEvent): void {
  const { state } = ctx;
  if (effect.type !== 'worker.fetch' && effect.type !== 'worker.update') return;
  if (effect.type === 'worker.update' && onChangeOutcome(ctx, effect.id, effect.activity, result)) {
    if (result.kind === 'gone') isGone(ctx);
    return;
  }
  state.inFlight = false;
  switch (result.kind) {
    case 'worker':
      seen(ctx, numberOfId(effect.id), result);
      return;
    case 'done':
      if (effect.type !== 'worker.update') return;
      endCoolDownsBefore(ctx, numberOfId(effect.id));
      enterActivity(ctx, effect.activity, null, ctx.at);
      return;
    case 'gone':
      isGone(ctx);
      return;
    case 'changed':
      // The worker was changed between our fetch and our update: fetch again.
      if (isCoolingDown(state)) refreshWorker(ctx);
      return;
    case 'refused':
    case 'failed':
      // They must come back once Twilio can be reached again.
      if (isCoolingDown(state)) startTimer(ctx, 'retry', ctx.config.retryMs);
      return;
    case 'task':
    case 'reservation':
    case 'elsewhere':
      return;
    default:
      assertNever(result);
  }
}

/** Applies the result of a fetch, which is newer than any event we received. */
function seen(
  ctx: WorkerContext,
  effectSeq: number,
  result: Extract<TaskRouterOutcomeEvent['outcome'], { kind: 'worker' }>,
): void {
  const { state } = ctx;
  const { activity, enteredAt, version } = result;
  const number = /^"?([0-9]{1,15})"?$/.exec(version)?.[1];
  const seenAt = number === undefined ? null : Number(number);
  if (seenAt !== null && state.version !== null && seenAt < state.version) {
    // An event that overtook the answer is newer.
    if (isCoolingDown(state)) refreshWorker(ctx);
    return;
  }
  state.version = seenAt ?? state.version;
  if (state.activity?.sid !== activity) enterActivity(ctx, activity, null, ctx.at);
  // A fetch requested before the timeout says nothing about it: another one follows.
  if (state.timedOut !== null && effectSeq > state.timedOut.after) {
    const { timeout, unavailable, back, noticedAt } = state.timedOut;
    state.timedOut = null;
    const isInTime = enteredAt === null || enteredAt <= noticedAt + ctx.config.skewMs;
    const isOurs = isInTime && !isRequested(ctx, activity, enteredAt);
    const running = coolDownIn(ctx, activity);
    // This fetch ends a cool-down of an earlier stay there.
    const isNew = running === undefined || (running.enteredAt !== null && running.enteredAt !== enteredAt);
    const known = { seenAt, after: effectSeq - 1 };
    if (isNew && activity === unavailable) beginCoolDown(ctx, activity, back, known);
    else if (isNew && activity === timeout && isOurs) beginCoolDown(ctx, activity, back, { ...known, enteredAt });
  }
  for (const one of state.coolDowns) applySnapshot(ctx, effectSeq, one, result, seenAt);
}

function isGone(ctx: WorkerContext): void {
  ctx.state.deleted = true;
  ctx.state.coolDowns = [];
  ctx.state.timedOut = null;
  clearChange(ctx);
}

function newWorker(sid: WorkerSid, workspace: WorkspaceSid, at: EpochMs): LiveWorker {
  return {
    kind: 'worker',
    sid,
    workspace,
    name: null,
    phone: null,
    activity: null,
    since: at,
    version: null,
    coolDowns: [],
    timedOut: null,
    requestedActivity: null,
    changeInFlight: null,
    seenReservations: [],
    inFlight: false,
    askedAt: at,
    deleted: false,
    timers: {},
    effectSeq: 0,
  };
}

function beginStep(state: LiveWorker, at: EpochMs, config: WorkerConfig): WorkerContext {
  return {
    at,
    config,
    effects: [],
    state: {
      ...state,
      activity: state.activity === null ? null : { ...state.activity },
      coolDowns: state.coolDowns.map((one) => ({ ...one })),
      timedOut: state.timedOut === null ? null : { ...state.timedOut },
      requestedActivity: state.requestedActivity === null ? null : { ...state.requestedActivity },
      seenReservations: [...state.seenReservations],
    },
  };
}

/** Measures one committed step of a worker: cool-downs, whichever activity they are spent in. */
function measureWorker(step: CommittedStep<WorkerState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  const [earlier, later] = [restsOf(before), restsOf(after)];
  const isIn = (all: readonly CoolDown[], one: CoolDown): boolean =>
    all.some(({ activity }) => activity === one.activity);
  return [
    ...(before.kind === 'worker' ? measureTimer('worker', before.timers, event) : []),
    ...later.filter((one) => !isIn(earlier, one)).map(() => ({ type: 'coolDown.begun' }) as const),
    ...earlier
      .filter((one) => !isIn(later, one))
      .map((one) => ({ type: 'coolDown.ended', seconds: secondsBetween(one.startedAt, event.at) }) as const),
  ];
}

function restsOf(state: WorkerState): readonly CoolDown[] {
  return state.kind === 'worker' ? state.coolDowns : [];
}
