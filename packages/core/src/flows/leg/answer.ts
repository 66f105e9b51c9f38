import { assertNever } from '../../kernel/draft.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import { type LegDraft, legTimer, stamp } from '../call/leg.js';
import { isScreening } from '../call/say.js';
import type { AnswerAction, Confirm } from '../settings/policy.js';
import { nextId, startTimer } from '../timers.js';
import {
  hangUpLeg,
  redirectToFarewell,
  expectHangup,
  dropRedirect,
  pickedUp,
  redirectOnce,
  sayFarewell,
} from './actions.js';
import type { LegContext } from './context.js';
import { detectionFor } from './dial.js';
import type { CallerForLeg, LegReport, Way } from './events.js';

/**
 * The call was answered, and detection has not said by whom: the callee hears at once who is calling, and may take the call with
 * a key.
 */
export function onPickUp(ctx: LegContext, leg: LegDraft, caller: CallerForLeg): void {
  pickedUp(ctx, leg);
  if (leg.phase !== 'detecting') return;
  const { amd, confirmSeconds } = ctx.state.settings;
  // No verdict for this long is treated like an undecided one: then the time for a key begins.
  const listening = amd.mode === 'async' ? detectionFor(ctx, leg).timeoutSeconds : 0;
  askForKey(ctx, leg, confirmOf(ctx, leg) === 'never' ? listening : listening + confirmSeconds, caller);
}

/** Handles the verdict of answering machine detection. The first verdict counts, and so does a key pressed before it. */
export function onVerdict(
  ctx: LegContext,
  leg: LegDraft,
  answeredBy: AnsweredBy,
  way: Way,
  caller: CallerForLeg,
): LegReport | null {
  if (leg.answeredBy !== null || leg.phase === 'ended') return null;
  pickedUp(ctx, leg);
  leg.answeredBy = answeredBy;
  stamp(leg, 'verdictAt', ctx.at);
  // A call-screening robot may sound like a human: a key decides, also when its owner picks up.
  if (leg.human || leg.screened !== null) return null;
  const action = actionOn(ctx, leg, answeredBy);
  switch (action) {
    case 'bridge':
      return accept(ctx, leg, way, caller);
    case 'confirm':
      if (isAsked(leg)) askForKey(ctx, leg, ctx.state.settings.confirmSeconds, caller);
      return null;
    case 'hang up':
      return hangUp(ctx, leg, answeredBy, way, caller);
    case 'leave a message':
      if (isAsked(leg) && caller.isAvailable) return leaveMessage(ctx, leg, way);
      return hangUp(ctx, leg, answeredBy, way, caller);
    default:
      return assertNever(action);
  }
}

/** Handles a human, known by verdict or by key: they get the caller, or hear why not. */
export function accept(ctx: LegContext, leg: LegDraft, way: Way, caller: CallerForLeg): LegReport | null {
  leg.human = true;
  if (leg.phase === 'ending') {
    leg.farewell ??= caller.reason;
    return null;
  }
  if (leg.phase !== 'farewell') {
    if (caller.isAvailable) return { type: 'won', way };
    sayFarewell(ctx, leg, caller.reason);
  }
  // The callee still hears the question: the redirect tells them at once that it no longer counts.
  if (way === 'redirect' && !leg.farewellDelivered) redirectToFarewell(ctx, leg);
  return null;
}

/** Handles speech in place of a key: only the phrases of a call-screening robot have an effect. */
export function onSpeech(ctx: LegContext, leg: LegDraft, speech: string, caller: CallerForLeg): LegReport | null {
  const { screening } = ctx.state.settings;
  const wasComing = leg.phase === 'joining';
  if (leg.phase !== 'confirming' && !isOnTheWay(leg, caller)) return null;
  if (screening === null || leg.screened !== null || !isScreening(speech, screening.phrases)) return null;
  leg.screened = 'heard';
  if (wasComing) turnBack(ctx, leg);
  askForKey(ctx, leg, screening.waitSeconds, caller);
  return wasComing ? { type: 'turnedBack' } : null;
}

/** True while a verdict is bringing the leg to the caller and it is not known to be there. */
function isOnTheWay({ phase, joinTwimlSent, wasRedirected, joined }: LegDraft, caller: CallerForLeg): boolean {
  if (phase !== 'joining') return false;
  return !joinTwimlSent || (wasRedirected && !joined && caller.canTurnBack);
}

/** Takes back a human verdict given to a robot: the leg hears the question again, by its next request or by a redirect. */
function turnBack(ctx: LegContext, leg: LegDraft): void {
  const isAway = leg.joinTwimlSent;
  dropRedirect(ctx, leg);
  leg.human = false;
  leg.joinTwimlSent = false;
  delete leg.inRoomBy;
  leg.phase = 'confirming';
  if (isAway) redirectOnce(ctx, leg, nextId(ctx, 'back', leg.id));
}

export function confirmOf(ctx: LegContext, { target }: LegDraft): Confirm {
  return target.confirm ?? ctx.state.settings.confirm;
}

function actionOn(ctx: LegContext, leg: LegDraft, answeredBy: AnsweredBy): AnswerAction {
  const { policy } = ctx.state.settings;
  const action = policy[answeredBy];
  const confirm = confirmOf(ctx, leg);
  if (action === 'bridge' && confirm === 'always') return 'confirm';
  return action === 'confirm' && confirm === 'never' ? 'hang up' : action;
}

/** Asks for a key within so many seconds from now. A callee who can no longer have the caller is told so. */
function askForKey(ctx: LegContext, leg: LegDraft, seconds: number, caller: CallerForLeg): void {
  if (!caller.isAvailable) {
    sayFarewell(ctx, leg, caller.reason);
    return;
  }
  leg.phase = 'confirming';
  leg.overdue = false;
  leg.confirmUntil = ctx.at + seconds * 1000;
  startTimer(ctx, legTimer(leg), seconds * 1000 + ctx.config.graceMs);
}

function hangUp(
  ctx: LegContext,
  leg: LegDraft,
  answeredBy: AnsweredBy,
  way: Way,
  caller: CallerForLeg,
): LegReport | null {
  if (isAsked(leg)) {
    const { screening } = ctx.state.settings;
    if (screening !== null && answeredBy.startsWith('machine') && way === 'redirect') {
      askForKey(ctx, leg, screening.listenSeconds, caller);
      return null;
    }
    if (way === 'reply') expectHangup(ctx, leg, { kind: 'answered', by: answeredBy });
    else hangUpLeg(ctx, leg);
  }
  return { type: 'out' };
}

/** The machine's greeting is over: what we say now is recorded. */
function leaveMessage(ctx: LegContext, leg: LegDraft, way: Way): LegReport {
  sayFarewell(ctx, leg, 'message');
  if (way === 'redirect') redirectToFarewell(ctx, leg);
  return { type: 'out' };
}

function isAsked({ phase }: LegDraft): boolean {
  return phase === 'detecting' || phase === 'confirming';
}
