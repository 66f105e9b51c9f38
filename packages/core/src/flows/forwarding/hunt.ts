import { unreachable } from '../../kernel/draft.js';
import { cameFrom } from '../call/call.js';
import { isHopeful, type LegDraft, type LegTarget } from '../call/leg.js';
import { offerFallback } from '../caller/caller.js';
import { ring, ringUnsent } from '../leg/dial.js';
import type { LegEnd } from '../settings/policy.js';
import { startTimer, stopTimer } from '../timers.js';
import type { Work } from './state.js';

/** Whom to ring next is looked at again, when the present step has had its time. */
export const STEP_TIMER = 'step';

/** Rings whom the plan says next, unless somebody may still take the call; falls back when nobody is left. */
export function hunt(w: Work): void {
  const { s } = w;
  if (!isThere(w)) return;
  ringUnsent(w);
  while (!s.legs.some(({ id, phase }) => id >= s.stepFrom && isHopeful(phase))) {
    if (!startStep(w)) break;
  }
  if (!s.legs.some(({ phase }) => isHopeful(phase)) && !isHeldUp(w)) fallBack(w);
  forgetToken(w);
}

/** The present step has had its time: the next one starts beside it. */
export function huntOn(w: Work): void {
  if (!isThere(w)) return;
  if (!startStep(w) && isHeldUp(w)) startTimer(w, STEP_TIMER, HELD_UP_MS);
  hunt(w);
}

/** How long until it is looked again whether a phone is free that was just let go. */
const HELD_UP_MS = 1000;

/** Whom the next step rings is still on a call of ours that is being ended: their phone would be busy. */
function isHeldUp({ s }: Work): boolean {
  if (s.deadlinePassed) return false;
  const next = s.settings.plan[s.nextStep]?.targets ?? [];
  return next.some(({ to }) => s.legs.some(({ phase, target }) => phase === 'ending' && target.to === to));
}

/** `false`: there is none, it is too late for one, or it has to wait. */
function startStep(w: Work): boolean {
  const { s } = w;
  const step = s.settings.plan[s.nextStep];
  if (s.deadlinePassed || step === undefined || isHeldUp(w)) return false;
  s.nextStep += 1;
  const targets = step.targets.filter((target) => mayRing(w, target));
  // Nobody of it is to be rung: the next one follows at once.
  if (targets.length === 0) return startStep(w);
  s.stepFrom = s.lastLeg + 1;
  for (const target of targets) if (mayRing(w, target)) ring(w, target);
  const isLast = s.nextStep >= s.settings.plan.length;
  if (step.nextAfterSeconds === null || isLast) stopTimer(w, STEP_TIMER);
  else startTimer(w, STEP_TIMER, step.nextAfterSeconds * 1000);
  return true;
}

/** Not whom the call comes from, and nobody whose phone this call is ringing or talks to. */
function mayRing({ s }: Work, { to }: LegTarget): boolean {
  if (cameFrom(s.call, to)) return false;
  return !s.legs.some(({ phase, target }) => target.to === to && (isHopeful(phase) || phase === 'told'));
}

/** Somebody's way of not answering may mean that nobody else is to be rung. */
export function heedEnd({ s }: Work, { result }: LegDraft): void {
  const end = endOf(result);
  if (end !== null && s.settings.policy[end] === 'fall back') s.nextStep = s.settings.plan.length;
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
      return unreachable(result.status);
  }
}

/** A credential is kept no longer than it is of use. */
function forgetToken({ s }: Work): void {
  if (s.nextStep >= s.settings.plan.length) s.call.token = null;
}

/** The caller waits, and nothing says that they may be gone. */
function isThere(w: Work): boolean {
  const { doubt, goodbye } = w.s.caller;
  return isWaiting(w) && !doubt && goodbye !== true;
}

/** The caller waits and nobody has them. */
export function isWaiting(w: Work): boolean {
  return w.s.claim === null && (w.s.caller.phase === 'arriving' || w.s.caller.phase === 'held');
}

/** Nobody is left: the caller is told, now or as soon as they can be. */
function fallBack(w: Work): void {
  w.s.caller.phase = 'fallingBack';
  stopTimer(w, STEP_TIMER);
  offerFallback(w);
}
