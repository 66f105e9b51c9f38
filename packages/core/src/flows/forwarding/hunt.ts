import { assertNever } from '../../kernel/draft.js';
import { cameFrom } from '../call/call.js';
import { canStillAnswer, type LegDraft, type LegTarget } from '../call/leg.js';
import { startFallback } from '../caller/caller.js';
import { ring, ringUnsent } from '../leg/dial.js';
import type { LegEnd } from '../settings/policy.js';
import { startTimer, stopTimer } from '../timers.js';
import { type ForwardingContext, isWaiting } from './state.js';

/** Rings when the current step has had its time: the hunt decides whom to ring next. */
export const STEP_TIMER = 'step';

/** Rings the next callees of the plan unless a leg may still take the call; falls back when none is left. */
export function hunt(ctx: ForwardingContext): void {
  const { state } = ctx;
  if (!isThere(ctx)) return;
  ringUnsent(ctx);
  while (!state.legs.some(({ id, phase }) => id >= state.firstLegOfStep && canStillAnswer(phase))) {
    if (!startStep(ctx)) break;
  }
  if (!state.legs.some(({ phase }) => canStillAnswer(phase)) && !isHeldUp(ctx)) fallBack(ctx);
  forgetToken(ctx);
}

/** The current step has had its time: starts the next one beside it. */
export function startNextStep(ctx: ForwardingContext): void {
  if (!isThere(ctx)) return;
  if (!startStep(ctx) && isHeldUp(ctx)) startTimer(ctx, STEP_TIMER, HELD_UP_MS);
  hunt(ctx);
}

/** How long until we check again whether a phone that was just released is free. */
const HELD_UP_MS = 1000;

/** True while a callee of the next step is still on a call of ours that is being ended: their phone would be busy. */
function isHeldUp({ state }: ForwardingContext): boolean {
  if (state.deadlinePassed) return false;
  const next = state.settings.plan[state.nextStep]?.targets ?? [];
  return next.some(({ to }) => state.legs.some(({ phase, target }) => phase === 'ending' && target.to === to));
}

/** Starts the next step. Returns `false` if there is none, if it is too late for one, or if it has to wait. */
function startStep(ctx: ForwardingContext): boolean {
  const { state } = ctx;
  const step = state.settings.plan[state.nextStep];
  if (state.deadlinePassed || step === undefined || isHeldUp(ctx)) return false;
  state.nextStep += 1;
  const targets = step.targets.filter((target) => mayRing(ctx, target));
  // None of its callees may be rung: the next step follows at once.
  if (targets.length === 0) return startStep(ctx);
  state.firstLegOfStep = state.lastLeg + 1;
  for (const target of targets) if (mayRing(ctx, target)) ring(ctx, target);
  const isLast = state.nextStep >= state.settings.plan.length;
  if (step.nextAfterSeconds === null || isLast) stopTimer(ctx, STEP_TIMER);
  else startTimer(ctx, STEP_TIMER, step.nextAfterSeconds * 1000);
  return true;
}

/** False for a number that the call comes from, and for a callee whose phone this call already rings or talks to. */
function mayRing({ state }: ForwardingContext, { to }: LegTarget): boolean {
  if (cameFrom(state.call, to)) return false;
  return !state.legs.some(({ phase, target }) => target.to === to && (canStillAnswer(phase) || phase === 'farewell'));
}

/** Skips the rest of the plan when the policy says so for the way this callee did not answer. */
export function applyEndPolicy({ state }: ForwardingContext, { result }: LegDraft): void {
  const end = endOf(result);
  if (end !== null && state.settings.policy[end] === 'fall back') state.nextStep = state.settings.plan.length;
}

function endOf(result: LegDraft['result']): LegEnd | null {
  if (result?.kind === 'hungUp') return 'hungUp';
  if (result?.kind === 'refused') return 'failed';
  if (result?.kind !== 'notReached') return null;
  switch (result.status) {
    case 'busy':
      return 'busy';
    case 'no-answer':
      return 'noAnswer';
    case 'failed':
      return 'failed';
    case 'canceled':
    case 'completed':
      return null;
    default:
      return assertNever(result.status);
  }
}

/** Removes the credential once it is no longer needed. */
function forgetToken({ state }: ForwardingContext): void {
  if (state.nextStep >= state.settings.plan.length) state.call.token = null;
}

/** True while the caller waits and nothing suggests that they may be gone. */
function isThere(ctx: ForwardingContext): boolean {
  const { isUnverified, goodbye } = ctx.state.caller;
  return isWaiting(ctx) && !isUnverified && goodbye !== true;
}

/** No callee is left: sends the caller to the fallback, now or as soon as possible. */
function fallBack(ctx: ForwardingContext): void {
  ctx.state.caller.phase = 'fallingBack';
  stopTimer(ctx, STEP_TIMER);
  startFallback(ctx);
}
