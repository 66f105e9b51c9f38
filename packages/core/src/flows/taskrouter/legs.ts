import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { Reply } from '../../wire/twiml.js';
import { type LegDraft, legTimer } from '../call/leg.js';
import { refreshCaller } from '../caller/caller.js';
import { refreshLeg, redirectToFarewell, fetchWinner, legEnded, expectHangup, sayFarewell } from '../leg/actions.js';
import type { CallerForLeg, LegNotification, LegReport, LegRequest } from '../leg/events.js';
import { askingLeg, legNotification, legRequest, legTimerFired, notifiedLeg } from '../leg/on-event.js';
import { legDocument } from '../leg/twiml.js';
import { startTimer } from '../timers.js';
import { redirectUnjoined } from './caller.js';
import type { TaskRequest, TaskRouterEvent } from './events.js';
import { refreshReservation } from './requests.js';
import { bridged, callerIsOut, dismissLoser } from './reservations.js';
import { isWaiting, reservationOf, type TaskRouterContext } from './state.js';
import { onTalkEnded } from './talk.js';
import { hangup, queueVerb } from './twiml.js';

type OfLeg = Extract<TaskRouterEvent, { leg: number }>;

/** Answers a request of a leg with what it hears now. */
export function onLegRequest(ctx: TaskRouterContext, event: Extract<OfLeg, LegRequest>): Reply {
  const leg = askingLeg(ctx, event);
  // Not a call of ours, or one that counts as ended: it must not go on.
  if (leg === null) return hangup();
  if (isFinalStatus(event.status)) {
    onLegReport(ctx, leg, legEnded(ctx, leg, { kind: 'hungUp' }));
    return hangup();
  }
  onLegReport(ctx, leg, legRequest(ctx, leg, event, callerFor(ctx, leg)));
  return legDocument(ctx, leg, event, queueVerb(ctx, leg));
}

export function onLegNotification(ctx: TaskRouterContext, event: LegNotification): void {
  const leg = notifiedLeg(ctx, event);
  if (leg !== undefined) onLegReport(ctx, leg, legNotification(ctx, leg, event, callerFor(ctx, leg)));
}

export function onLegTimer(ctx: TaskRouterContext, leg: LegDraft): void {
  onLegReport(ctx, leg, legTimerFired(ctx, leg));
}

/** Collects what the leg has to know of the caller. A leg on its way to the caller does not count as having them yet. */
function callerFor(ctx: TaskRouterContext, leg: LegDraft): CallerForLeg {
  const { winner, servedReservation, caller, taskCanceled, deadlinePassed } = ctx.state;
  const isFree = winner === null || winner === leg.id;
  const isGone = caller.phase === 'ended' || taskCanceled;
  return {
    isAvailable: isWaiting(ctx) && isFree && isPending(ctx, leg),
    reason: !isFree || servedReservation !== null || caller.takenElsewhere ? 'taken' : isGone ? 'callerGone' : 'lost',
    mayRingAgain: isWaiting(ctx) && !deadlinePassed && isPending(ctx, leg),
    // Its Dial accepts the reservation, and takes the caller out of the queue.
    canTurnBack: false,
  };
}

function isPending(ctx: TaskRouterContext, leg: LegDraft): boolean {
  return reservationOf(ctx, leg)?.phase === 'pending';
}

/** Applies what a leg's event means for the caller and for the other legs. */
function onLegReport(ctx: TaskRouterContext, leg: LegDraft, report: LegReport | null): void {
  switch (report?.type) {
    case undefined:
      return;
    case 'won':
      winCaller(ctx, leg);
      fetchWinner(ctx, leg, report.way);
      return;
    case 'turnedBack':
      clearWinner(ctx, leg);
      return;
    case 'ended':
      onLegOut(ctx, leg);
      return;
    case 'unsent':
      refreshCaller(ctx);
      return;
    case 'dialReturned':
      onDialReturned(ctx, leg);
      return;
    case 'out':
    case 'alive':
      // `resolveReservations` decides at the end of the step what follows; the reservation tells whether they are together.
      return;
    default:
      assertNever(report);
  }
}

/** Offers the caller to this leg. The commit of this step decides: exactly one human wins. */
function winCaller(ctx: TaskRouterContext, leg: LegDraft): void {
  const { state } = ctx;
  const reservation = reservationOf(ctx, leg);
  if (reservation === undefined) return;
  state.winner = leg.id;
  state.timestamps.wonAt ??= ctx.at;
  reservation.offered = true;
  leg.phase = 'joining';
  startTimer(ctx, legTimer(leg), ctx.config.joinCheckMs);
  // Others keep ringing until Twilio reports the join, which takes their reservations back.
  for (const other of state.legs) if (other.phase === 'confirming') dismissLoser(ctx, other, 'taken');
}

/** Takes the offer back from a leg that never received it, so it cannot have taken the caller. */
function clearWinner(ctx: TaskRouterContext, leg: LegDraft): void {
  const reservation = reservationOf(ctx, leg);
  if (reservation !== undefined) reservation.offered = false;
  ctx.state.winner = null;
}

/** The leg's Dial is over but its call goes on. */
function onDialReturned(ctx: TaskRouterContext, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    expectHangup(ctx, leg, { kind: 'bridged' });
    onLegOut(ctx, leg);
  } else if (leg.phase === 'joining') {
    sayFarewell(ctx, leg, 'callerGone');
    onLegOut(ctx, leg);
  }
}

/**
 * The leg can no longer take the caller, or has left the talk. If no event tells whether there was a talk, only the reservation
 * does.
 */
function onLegOut(ctx: TaskRouterContext, leg: LegDraft): void {
  const reservation = reservationOf(ctx, leg);
  if (reservation === undefined) return;
  if (ctx.state.servedReservation === reservation.id) onTalkEnded(ctx, reservation);
  else if (ctx.state.winner === leg.id) {
    ctx.state.winner = null;
    if (reservation.phase === 'pending') refreshReservation(ctx, reservation);
  }
}

/** The worker was offered the caller, and no event has reported what happened. */
export function onJoinTimer(ctx: TaskRouterContext, leg: LegDraft): void {
  const reservation = reservationOf(ctx, leg);
  if (reservation?.phase === 'pending' && leg.inFlight.redirect !== null) {
    clearWinner(ctx, leg);
    sayFarewell(ctx, leg, 'lost');
    redirectToFarewell(ctx, leg);
  } else if (reservation?.phase === 'pending' && !callerIsOut(ctx)) {
    startTimer(ctx, legTimer(leg), ctx.config.joinCheckMs);
    refreshReservation(ctx, reservation);
    refreshLeg(ctx, leg);
  } else redirectUnjoined(ctx, leg);
}

/** Handles `DialBridged`, which tells whether they talked even if every other event was lost. */
export function dialEnded(ctx: TaskRouterContext, event: Extract<TaskRequest, { type: 'leg.ended' }>): void {
  const leg = ctx.state.legs.find(({ id }) => id === event.leg);
  const reservation = leg === undefined ? undefined : reservationOf(ctx, leg);
  if (leg === undefined || reservation?.offered !== true) return;
  if (event.bridged === true) bridged(ctx, reservation, leg);
  else if (event.bridged === false && leg.phase !== 'ended') reservation.missed = true;
}
