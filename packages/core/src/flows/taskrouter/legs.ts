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

/** A leg asks what to do, and is told what it hears now. */
export function onLegRequest(ctx: TaskRouterContext, event: Extract<OfLeg, LegRequest>): Reply {
  const leg = askingLeg(ctx, event);
  // Not a call of ours, or one that counts as over: it must not live on.
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

/** What the leg has to know of the caller. Whoever is on the way to them counts as not having them yet. */
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

/** What the event of a leg means for the caller and for the others. */
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
      // What follows, `resolveReservations` decides at the end of the step; whether they are together, the reservation says.
      return;
    default:
      assertNever(report);
  }
}

/** The commit of this step decides: one human wins, and nobody else. */
function winCaller(ctx: TaskRouterContext, leg: LegDraft): void {
  const { state } = ctx;
  const reservation = reservationOf(ctx, leg);
  if (reservation === undefined) return;
  state.winner = leg.id;
  state.timestamps.wonAt ??= ctx.at;
  reservation.offered = true;
  leg.phase = 'joining';
  startTimer(ctx, legTimer(leg), ctx.config.joinCheckMs);
  // Others go on ringing until Twilio says that the join came about: their reservations are taken back by that.
  for (const other of state.legs) if (other.phase === 'confirming') dismissLoser(ctx, other, 'taken');
}

/** It was never told: nobody can have taken the caller by it. */
function clearWinner(ctx: TaskRouterContext, leg: LegDraft): void {
  const reservation = reservationOf(ctx, leg);
  if (reservation !== undefined) reservation.offered = false;
  ctx.state.winner = null;
}

/** The leg's Dial is over while its call goes on. */
function onDialReturned(ctx: TaskRouterContext, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    expectHangup(ctx, leg, { kind: 'bridged' });
    onLegOut(ctx, leg);
  } else if (leg.phase === 'joining') {
    sayFarewell(ctx, leg, 'callerGone');
    onLegOut(ctx, leg);
  }
}

/** Out of the race, or out of the talk. Whether there was one, only the reservation knows when nobody has told us. */
function onLegOut(ctx: TaskRouterContext, leg: LegDraft): void {
  const reservation = reservationOf(ctx, leg);
  if (reservation === undefined) return;
  if (ctx.state.servedReservation === reservation.id) onTalkEnded(ctx, reservation);
  else if (ctx.state.winner === leg.id) {
    ctx.state.winner = null;
    if (reservation.phase === 'pending') refreshReservation(ctx, reservation);
  }
}

/** The worker was told to take the caller, and nobody has said what became of it. */
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

/** `DialBridged`: they talked, or they did not, whatever else was lost. */
export function dialEnded(ctx: TaskRouterContext, event: Extract<TaskRequest, { type: 'leg.ended' }>): void {
  const leg = ctx.state.legs.find(({ id }) => id === event.leg);
  const reservation = leg === undefined ? undefined : reservationOf(ctx, leg);
  if (leg === undefined || reservation?.offered !== true) return;
  if (event.bridged === true) bridged(ctx, reservation, leg);
  else if (event.bridged === false && leg.phase !== 'ended') reservation.missed = true;
}
