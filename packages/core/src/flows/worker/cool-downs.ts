import type { ActivitySid } from '../../kernel/ids.js';
import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Effect, TaskRouterEffect, TaskRouterOutcomeEvent } from '../effects.js';
import { nextId, startTimer, stopTimer } from '../timers.js';
import type { CoolDown, LiveWorker, WorkerConfig } from './state.js';

/** Context of one transition: a private copy of the state, and the effects it asks for. */
export interface WorkerContext {
  readonly at: EpochMs;
  readonly config: WorkerConfig;
  readonly effects: Effect<TaskRouterEffect>[];
  readonly state: Draft<Omit<LiveWorker, 'kind'>> & { kind: 'worker' };
}

export function enterActivity(ctx: WorkerContext, activity: ActivitySid, name: string | null, at: EpochMs): void {
  ctx.state.activity = { sid: activity, name };
  ctx.state.since = Math.min(at, ctx.at);
}

/** Begins a cool-down, or restarts it. */
export function beginCoolDown(
  ctx: WorkerContext,
  activity: ActivitySid,
  back: ActivitySid,
  known: Partial<Pick<CoolDown, 'enteredAt' | 'seenAt' | 'after'>> = {},
): void {
  if (activity === back) return;
  const until = ctx.at + ctx.config.coolDownMs;
  const begun = {
    activity,
    back,
    enteredAt: null,
    seenAt: null,
    after: ctx.state.effectSeq,
    startedAt: ctx.at,
    until,
    ...known,
  };
  ctx.state.coolDowns = [...ctx.state.coolDowns.filter((other) => other.activity !== activity), begun];
  startTimer(ctx, coolDownTimer(begun), ctx.config.coolDownMs);
}

/** Ends the cool-downs that were known when the change with this number was requested: the change has ended them. */
export function endCoolDownsBefore(ctx: WorkerContext, number: number): void {
  for (const one of ctx.state.coolDowns) if (one.after < number) endCoolDown(ctx, one);
}

export function endCoolDown(ctx: WorkerContext, ended: CoolDown): void {
  ctx.state.coolDowns = ctx.state.coolDowns.filter((other) => other.activity !== ended.activity);
  stopTimer(ctx, coolDownTimer(ended));
}

export function coolDownIn(ctx: WorkerContext, activity: ActivitySid): CoolDown | undefined {
  return ctx.state.coolDowns.find((one) => one.activity === activity);
}

export function coolDownTimer({ activity }: CoolDown): string {
  return `coolDown:${activity}`;
}

export function isCoolingDown({ coolDowns, timedOut }: WorkerContext['state']): boolean {
  return coolDowns.length > 0 || timedOut !== null;
}

/** Fetches the worker to see where they are. One request at a time. */
export function refreshWorker(ctx: WorkerContext): void {
  const { state } = ctx;
  if (state.inFlight) return;
  state.inFlight = true;
  state.askedAt = ctx.at;
  ctx.effects.push({
    type: 'worker.fetch',
    id: nextId(ctx, 'worker', 'fetch'),
    workspace: state.workspace,
    worker: state.sid,
  });
}

/** Applies the answer to a fetch, identified by its number, to one of the worker's cool-downs. */
export function applySnapshot(
  ctx: WorkerContext,
  number: number,
  coolDown: CoolDown,
  { activity, enteredAt, version }: Extract<TaskRouterOutcomeEvent['outcome'], { kind: 'worker' }>,
  seenAt: number | null,
): void {
  const { state } = ctx;
  if (number <= coolDown.after) {
    refreshWorker(ctx);
    return;
  }
  const isThere = activity === coolDown.activity && (coolDown.enteredAt === null || coolDown.enteredAt === enteredAt);
  const isOver = ctx.at >= coolDown.until;
  if (!isThere) {
    // Before the end they may be on their way there; after it, or once they were seen there, someone has moved them.
    if (coolDown.seenAt !== null || (isOver && state.askedAt >= coolDown.until)) endCoolDown(ctx, coolDown);
    else if (isOver) refreshWorker(ctx);
    return;
  }
  if (!isOver) {
    state.coolDowns = state.coolDowns.map((one) => (one === coolDown ? { ...one, seenAt: one.seenAt ?? seenAt } : one));
    return;
  }
  // Another fetch or an operator's change is in flight: either will come back to this.
  if (state.inFlight || state.changeInFlight !== null) return;
  state.inFlight = true;
  ctx.effects.push({
    type: 'worker.update',
    id: nextId(ctx, 'worker', 'back'),
    workspace: state.workspace,
    worker: state.sid,
    activity: coolDown.back,
    version,
  });
}
