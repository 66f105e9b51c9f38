import { assertNever } from '../../kernel/draft.js';
import { type FinalCallStatus, isFinalStatus } from '../../wire/call-status.js';
import {
  findLeg,
  canStillAnswer,
  isLeaving,
  isUnanswered,
  type LegDraft,
  type LegResult,
  legTimer,
  stamp,
} from '../call/leg.js';
import { answered } from '../call/party.js';
import type { OutcomeEvent } from '../effects.js';
import { startTimer } from '../timers.js';
import {
  adopt,
  adoptLate,
  sendHangup,
  refreshLeg,
  dropCreate,
  hangUpLeg,
  redirectToFarewell,
  legEnded,
  dropRedirect,
  pickedUp,
  sayFarewell,
} from './actions.js';
import { confirmOf, onPickUp, onSpeech, onVerdict } from './answer.js';
import type { LegContext } from './context.js';
import { isUnsent, ringWithOwnNumber, unsent, watchRinging } from './dial.js';
import { onKey, onNoKey } from './key.js';
import type {
  CallerForLeg,
  LegNotification,
  LegReport,
  LegRequest,
  LegStatusEvent,
  LegVerdictEvent,
} from './events.js';

/** Returns the leg whose call makes the request; `null`: the call is not ours. */
export function askingLeg(ctx: LegContext, { leg: id, sid }: LegRequest): LegDraft | null {
  const leg = findLeg(ctx.state.legs, id);
  return leg !== undefined && adopt(ctx, leg, sid) ? leg : null;
}

/** Handles a request that the leg's own call makes while it goes on. */
export function legRequest(ctx: LegContext, leg: LegDraft, event: LegRequest, caller: CallerForLeg): LegReport | null {
  switch (event.type) {
    case 'leg.answered':
      if (event.answeredBy !== null || ctx.state.settings.amd.mode === 'sync') {
        return onVerdict(ctx, leg, event.answeredBy ?? 'unknown', 'reply', caller);
      }
      onPickUp(ctx, leg, caller);
      return null;
    case 'leg.key':
      if (event.digits !== '' && confirmOf(ctx, leg) !== 'never') return onKey(ctx, leg, event.digits, caller);
      return event.speech === undefined ? null : onSpeech(ctx, leg, event.speech, caller);
    case 'leg.poll':
      return onNoKey(ctx, leg);
    case 'leg.document':
      if (leg.phase === 'joining' || leg.phase === 'farewell' || isSupposed(leg)) leg.wasRedirected = true;
      dropRedirect(ctx, leg);
      return null;
    case 'leg.ended':
      if (!isUnanswered(leg.phase)) return { type: 'dialReturned' };
      pickedUp(ctx, leg);
      return null;
    default:
      return assertNever(event);
  }
}

/** Returns the leg that a notification or the outcome of a request is about. */
export function notifiedLeg({ state }: LegContext, event: LegNotification): LegDraft | undefined {
  return findLeg(state.legs, event.type === 'effect.outcome' ? event.effect.leg : event.leg);
}

/** Handles a notification about the leg. */
export function legNotification(
  ctx: LegContext,
  leg: LegDraft,
  event: LegNotification,
  caller: CallerForLeg,
): LegReport | null {
  switch (event.type) {
    case 'leg.status':
      return legStatus(ctx, leg, event);
    case 'leg.verdict':
      return legVerdict(ctx, leg, event, caller);
    case 'effect.outcome':
      return legOutcome(ctx, leg, event, caller);
    default:
      return assertNever(event);
  }
}

/** True while the leg counts as with the caller although no event has confirmed it. */
function isSupposed({ phase, joined }: LegDraft): boolean {
  return phase === 'bridged' && !joined;
}

function legStatus(ctx: LegContext, leg: LegDraft, event: LegStatusEvent): LegReport | null {
  const { status } = event;
  if (leg.phase === 'ended' && leg.sid === null) {
    if (isFinalStatus(status)) leg.sid = event.sid;
    else adoptLate(ctx, leg, event.sid);
    return null;
  }
  if (!adopt(ctx, leg, event.sid)) return null;
  switch (status) {
    case 'queued':
      return null;
    case 'initiated':
    case 'ringing':
      if (isUnanswered(leg.phase)) {
        stamp(leg, 'initiatedAt', ctx.at);
        if (status === 'ringing') stamp(leg, 'ringingAt', ctx.at);
      }
      if (leg.phase !== 'placed') return null;
      // Twilio took it off its queue: its ring time starts now.
      leg.phase = 'ringing';
      watchRinging(ctx, leg);
      return null;
    case 'in-progress':
      pickedUp(ctx, leg);
      return null;
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return legEnded(ctx, leg, resultOf(status, event.answeredBy, event.sipCode));
    default:
      return assertNever(status);
  }
}

/** Handles the verdict of asynchronous detection. */
function legVerdict(ctx: LegContext, leg: LegDraft, event: LegVerdictEvent, caller: CallerForLeg): LegReport | null {
  if (leg.phase === 'ended' || !adopt(ctx, leg, event.sid)) return null;
  if (leg.answeredBy === null && event.durationMs !== null) stamp(leg, 'detectionMs', event.durationMs);
  return onVerdict(ctx, leg, event.answeredBy, 'redirect', caller);
}

/** `completed` before the leg requested TwiML means that nobody was reached, even if someone picked up. */
function resultOf(status: FinalCallStatus, answeredBy: LegDraft['answeredBy'], sipCode: number | null): LegResult {
  if (status !== 'completed') return { kind: 'notReached', status, sipCode };
  return answeredBy === null || answeredBy === 'unknown' ? { kind: 'hungUp' } : { kind: 'answered', by: answeredBy };
}

function legOutcome(ctx: LegContext, leg: LegDraft, event: OutcomeEvent, caller: CallerForLeg): LegReport | null {
  switch (event.effect.type) {
    case 'call.create':
      return created(ctx, leg, event, caller);
    case 'call.end':
      answered(leg, 'end');
      // The 200 counts: a call that is cancelled while queued sends no callback at all.
      if (event.outcome.kind === 'done' || event.outcome.kind === 'gone')
        return legEnded(ctx, leg, { kind: 'stopped' });
      if (event.outcome.kind === 'refused') refreshLeg(ctx, leg);
      return null;
    case 'call.redirect':
      redirected(leg, event);
      if (event.outcome.kind === 'gone') return legEnded(ctx, leg, { kind: 'stopped' });
      if (event.outcome.kind === 'refused') refreshLeg(ctx, leg);
      return null;
    case 'call.fetch':
      return legFetched(ctx, leg, event);
    case 'call.announce':
      return null;
    default:
      return assertNever(event.effect);
  }
}

/** Twilio's codes for a number that may not be shown (twilio.com/docs/api/errors/21210 and 21212). */
const CALLER_ID_REFUSED = [21210, 21212];

function created(
  ctx: LegContext,
  leg: LegDraft,
  { effect, outcome: result }: OutcomeEvent,
  caller: CallerForLeg,
): LegReport | null {
  if (result.kind === 'created') {
    // It is our call even if it was given up for lost meanwhile: it must not keep ringing.
    if (!adoptLate(ctx, leg, result.sid)) adopt(ctx, leg, result.sid);
    return null;
  }
  if (result.kind === 'late') {
    return leg.phase === 'requested' && leg.creating === effect.id ? unsent(ctx, leg) : null;
  }
  if (result.kind !== 'refused') return null;
  const { code, reason } = result;
  const callerIdRefused = code !== null && CALLER_ID_REFUSED.includes(code);
  const stale = effect.id !== leg.creating;
  if (stale) return null;
  if (leg.phase === 'requested' && leg.callerId === 'caller' && callerIdRefused && caller.mayRingAgain) {
    ringWithOwnNumber(ctx, leg);
    return null;
  }
  return leg.sid === null ? legEnded(ctx, leg, { kind: 'refused', code, reason }) : null;
}

function redirected(leg: LegDraft, { effect, outcome }: OutcomeEvent): void {
  // The outcome of a dropped redirect says nothing about the one that replaced it.
  if (leg.inFlight.redirect !== effect.id) return;
  // After a refusal, the leg's next request brings it to the caller. After an acceptance, only its request for the TwiML proves
  // that the redirect happened.
  if (isLeaving(leg.phase) || outcome.kind !== 'done') answered(leg, 'redirect');
}

function legFetched(ctx: LegContext, leg: LegDraft, { outcome: result }: OutcomeEvent): LegReport | null {
  answered(leg, 'fetch');
  if (result.kind === 'gone') return legEnded(ctx, leg, { kind: 'stopped' });
  if (result.kind !== 'fetched') {
    if (canStillAnswer(leg.phase)) startTimer(ctx, legTimer(leg), ctx.config.graceMs);
    return null;
  }
  if (isFinalStatus(result.status)) return legEnded(ctx, leg, resultOf(result.status, result.answeredBy, null));
  if (leg.overdue && canStillAnswer(leg.phase)) {
    hangUpLeg(ctx, leg);
    return { type: 'out' };
  }
  if (result.status === 'in-progress') {
    pickedUp(ctx, leg);
    return { type: 'alive' };
  }
  if (isUnanswered(leg.phase)) watchRinging(ctx, leg);
  return null;
}

/** Handles a leg's watchdog: its current phase has lasted too long. */
export function legTimerFired(ctx: LegContext, leg: LegDraft): LegReport | null {
  switch (leg.phase) {
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
    case 'confirming':
      if (isUnsent(leg)) return unsent(ctx, leg);
      if (leg.sid === null) {
        dropCreate(ctx, leg);
        return legEnded(ctx, leg, { kind: 'lost' });
      }
      leg.overdue = !isUnanswered(leg.phase);
      refreshLeg(ctx, leg);
      return null;
    case 'farewell':
      if (!leg.farewellDelivered && (leg.inFlight.redirect !== null || leg.farewellTries < ctx.config.farewellTries))
        redirectToFarewell(ctx, leg);
      else hangUpLeg(ctx, leg);
      return null;
    case 'ending':
      if (leg.sid === null) return legEnded(ctx, leg, { kind: 'lost' });
      sendHangup(ctx, leg);
      return null;
    case 'bridged':
      sayFarewell(ctx, leg, 'callerGone');
      redirectToFarewell(ctx, leg);
      return null;
    case 'joining':
    case 'ended':
      return null;
    default:
      return assertNever(leg.phase);
  }
}
