import type { ActivitySid } from '../../kernel/ids.js';
import { assertNever } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { TaskRouterOutcome } from '../effects.js';
import { nextId, numberOfId, startTimer, stopTimer } from '../timers.js';
import {
  refreshWorker,
  endCoolDown,
  endCoolDownsBefore,
  isCoolingDown,
  enterActivity,
  type WorkerContext,
} from './cool-downs.js';
import type { WorkerEvent } from './events.js';

/** Runs until Twilio answers. */
const TIMER = 'switch';

/** An operator switches the worker on or off. One change at a time; of the requests made meanwhile, the last one counts. */
export function onSwitch(ctx: WorkerContext, event: Extract<WorkerEvent, { type: 'worker.switched' }>): void {
  const { state } = ctx;
  const { request, on, activity } = event;
  if (state.deleted || state.requestedActivity?.request === request) return;
  state.requestedActivity = {
    request,
    on,
    activity,
    askedAt: ctx.at,
    status: 'pending',
    answeredAt: null,
    reason: null,
  };
  startTimer(ctx, TIMER, ctx.config.switchMs);
  if (state.changeInFlight === null) send(ctx, activity);
}

/** Handles Twilio's answer to a change. Returns `false` if the change was not one that an operator requested. */
export function onChangeOutcome(
  ctx: WorkerContext,
  id: string,
  activity: ActivitySid,
  outcome: TaskRouterOutcome,
): boolean {
  const { state } = ctx;
  if (!id.startsWith(`worker:${SWITCH}:`)) return false;
  const isDone = outcome.kind === 'done';
  if (isDone) {
    enterActivity(ctx, activity, null, ctx.at);
    // What was known before the switch is over: a person has moved the worker, even if only to where they already were.
    const number = numberOfId(id);
    endCoolDownsBefore(ctx, number);
    if (state.timedOut !== null && state.timedOut.after < number) state.timedOut = null;
    // Their current activity tells whether they still cool down.
    if (isCoolingDown(state)) refreshWorker(ctx);
  }
  if (state.changeInFlight === id) state.changeInFlight = null;
  if (state.requestedActivity === null) return true;
  if (state.requestedActivity.status === 'pending' && state.requestedActivity.activity !== activity) {
    if (state.changeInFlight === null) send(ctx, state.requestedActivity.activity);
    return true;
  }
  if (isDone && state.requestedActivity.activity === activity) {
    finishChange(ctx, 'done', null);
    // Also one that began before Twilio had answered.
    for (const one of state.coolDowns) {
      if (one.enteredAt !== null && isRequested(ctx, one.activity, one.enteredAt)) endCoolDown(ctx, one);
    }
  } else if (state.requestedActivity.status === 'pending') finishChange(ctx, 'refused', reasonOf(outcome));
  return true;
}

/** Twilio did not answer in time: the page says so, and the change is dropped if it was not sent. */
export function onChangeTimeout(ctx: WorkerContext, timer: string): boolean {
  const { state } = ctx;
  if (timer !== TIMER) return false;
  if (state.changeInFlight !== null) ctx.effects.push({ type: 'effect.drop', id: state.changeInFlight });
  state.changeInFlight = null;
  if (state.requestedActivity?.status === 'pending') finishChange(ctx, 'refused', 'Twilio did not answer in time');
  return true;
}

/** True if a person has put the worker there, or left them there, since a stay began. */
export function isRequested(
  { at, config, state }: WorkerContext,
  activity: ActivitySid,
  enteredAt: EpochMs | null,
): boolean {
  const { requestedActivity } = state;
  if (requestedActivity?.status !== 'done' || requestedActivity.activity !== activity) return false;
  return (requestedActivity.answeredAt ?? at) + config.skewMs >= (enteredAt ?? at);
}

/** Forgets the change of a worker who no longer exists. */
export function clearChange(ctx: WorkerContext): void {
  if (ctx.state.changeInFlight !== null) ctx.effects.push({ type: 'effect.drop', id: ctx.state.changeInFlight });
  ctx.state.changeInFlight = null;
  ctx.state.requestedActivity = null;
  stopTimer(ctx, TIMER);
}

export function isChangeTimer(timer: string): boolean {
  return timer === TIMER;
}

const SWITCH = 'switch';

function send(ctx: WorkerContext, activity: ActivitySid): void {
  const { state } = ctx;
  state.changeInFlight = nextId(ctx, 'worker', SWITCH);
  // Any version: a person decides, and has just looked.
  const version = '*';
  ctx.effects.push({
    type: 'worker.update',
    id: state.changeInFlight,
    workspace: state.workspace,
    worker: state.sid,
    activity,
    version,
  });
}

function finishChange(ctx: WorkerContext, status: 'done' | 'refused', reason: string | null): void {
  if (ctx.state.requestedActivity === null) return;
  ctx.state.requestedActivity = { ...ctx.state.requestedActivity, status, answeredAt: ctx.at, reason };
  stopTimer(ctx, TIMER);
}

function reasonOf(outcome: TaskRouterOutcome): string {
  switch (outcome.kind) {
    case 'refused':
    case 'failed':
      return outcome.reason;
    case 'gone':
      return 'there is no such worker any more';
    case 'changed':
    case 'done':
    case 'task':
    case 'reservation':
    case 'worker':
    case 'elsewhere':
      return 'somebody else changed the worker at the same moment';
    default:
      return assertNever(outcome);
  }
}
