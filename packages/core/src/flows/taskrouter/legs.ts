import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { Reply } from '../../wire/twiml.js';
import { findLeg, type LegDraft, legTimer } from '../call/leg.js';
import { askCaller } from '../caller/caller.js';
import type { OutcomeEvent } from '../effects.js';
import { askLeg, fetchNotice, fetchWinner, legEnded, letGo, tell } from '../leg/actions.js';
import type { CallerForLeg, LegReport, LegRequest } from '../leg/events.js';
import { askingLeg, legAlarm, legOutcome, legRequest, legStatus, legVerdict } from '../leg/on-event.js';
import { legDocument } from '../leg/twiml.js';
import { startTimer } from '../timers.js';
import { fetchFromNothing, isWaiting } from './caller.js';
import type { TaskRequest, TaskRouterEvent } from './events.js';
import { askReservation } from './requests.js';
import { bridged, callerIsOut, lose } from './reservations.js';
import { reservationOf, type Work } from './state.js';
import { talkIsOver } from './talk.js';
import { hangup, takeCaller } from './twiml.js';

type OfLeg = Extract<TaskRouterEvent, { leg: number }>;

/** A leg asks what to do, and is told what it hears now. */
export function onLegRequest(w: Work, event: Extract<OfLeg, LegRequest>): Reply {
  const leg = askingLeg(w, event);
  // Not a call of ours, or one that counts as over: it must not live on.
  if (leg === null) return hangup();
  if (isFinalStatus(event.status)) {
    onLegReport(w, leg, legEnded(w, leg, { kind: 'hungUp' }));
    return hangup();
  }
  onLegReport(w, leg, legRequest(w, leg, event, callerFor(w, leg)));
  return legDocument(w, leg, event, takeCaller(w, leg));
}

export function onLegStatus(w: Work, event: Extract<OfLeg, { type: 'leg.status' }>): void {
  const leg = findLeg(w.s.legs, event.leg);
  if (leg !== undefined) onLegReport(w, leg, legStatus(w, leg, event));
}

export function onLegVerdict(w: Work, event: Extract<OfLeg, { type: 'leg.verdict' }>): void {
  const leg = findLeg(w.s.legs, event.leg);
  if (leg !== undefined) onLegReport(w, leg, legVerdict(w, leg, event, callerFor(w, leg)));
}

export function onLegOutcome(w: Work, event: OutcomeEvent): void {
  const leg = findLeg(w.s.legs, event.effect.leg);
  if (leg !== undefined) onLegReport(w, leg, legOutcome(w, leg, event, callerFor(w, leg)));
}

export function onLegTimer(w: Work, leg: LegDraft): void {
  onLegReport(w, leg, legAlarm(w, leg));
}

/** What the leg has to know of the caller. Whoever is on the way to them counts as not having them yet. */
function callerFor(w: Work, leg: LegDraft): CallerForLeg {
  const { claim, served, caller, taskLost, deadlinePassed } = w.s;
  const isFree = claim === null || claim === leg.id;
  const isGone = caller.phase === 'ended' || taskLost;
  return {
    isAvailable: isWaiting(w) && isFree && isPending(w, leg),
    reason: !isFree || served !== null || caller.elsewhere ? 'taken' : isGone ? 'callerGone' : 'lost',
    mayRingAgain: isWaiting(w) && !deadlinePassed && isPending(w, leg),
    // Its Dial accepts the reservation, and takes the caller out of the queue.
    canTurnBack: false,
  };
}

function isPending(w: Work, leg: LegDraft): boolean {
  return reservationOf(w, leg)?.phase === 'pending';
}

/** What the event of a leg means for the caller and for the others. */
function onLegReport(w: Work, leg: LegDraft, report: LegReport | null): void {
  switch (report?.type) {
    case undefined:
      return;
    case 'won':
      join(w, leg);
      fetchWinner(w, leg, report.way);
      return;
    case 'turnedBack':
      unclaim(w, leg);
      return;
    case 'ended':
      outOfIt(w, leg);
      return;
    case 'unsent':
      askCaller(w);
      return;
    case 'dialReturned':
      back(w, leg);
      return;
    case 'out':
    case 'alive':
      // What follows, `settleReservations` decides at the end of the step; whether they are together, the reservation says.
      return;
    default:
      unreachable(report);
  }
}

/** The commit of this step is the claim: one human, and nobody else. */
function join(w: Work, leg: LegDraft): void {
  const { s } = w;
  const reservation = reservationOf(w, leg);
  if (reservation === undefined) return;
  s.claim = leg.id;
  s.story.claimedAt ??= w.at;
  reservation.offered = true;
  leg.phase = 'joining';
  startTimer(w, legTimer(leg), w.config.joinCheckMs);
  // Others go on ringing until Twilio says that the join came about: their reservations are taken back by that.
  for (const other of s.legs) if (other.phase === 'confirming') lose(w, other, 'taken');
}

/** It was never told: nobody can have taken the caller by it. */
function unclaim(w: Work, leg: LegDraft): void {
  const reservation = reservationOf(w, leg);
  if (reservation !== undefined) reservation.offered = false;
  w.s.claim = null;
}

/** The leg's Dial is over while its call goes on. */
function back(w: Work, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    letGo(w, leg, { kind: 'bridged' });
    outOfIt(w, leg);
  } else if (leg.phase === 'joining') {
    tell(w, leg, 'callerGone');
    outOfIt(w, leg);
  }
}

/** Out of the race, or out of the talk. Whether there was one, only the reservation knows when nobody has told us. */
function outOfIt(w: Work, leg: LegDraft): void {
  const reservation = reservationOf(w, leg);
  if (reservation === undefined) return;
  if (w.s.served === reservation.id) talkIsOver(w, reservation);
  else if (w.s.claim === leg.id) {
    w.s.claim = null;
    if (reservation.phase === 'pending') askReservation(w, reservation);
  }
}

/** The worker was told to take the caller, and nobody has said what became of it. */
export function onJoinTimer(w: Work, leg: LegDraft): void {
  const reservation = reservationOf(w, leg);
  if (reservation?.phase === 'pending' && leg.moving !== null) {
    unclaim(w, leg);
    tell(w, leg, 'lost');
    fetchNotice(w, leg);
  } else if (reservation?.phase === 'pending' && !callerIsOut(w)) {
    startTimer(w, legTimer(leg), w.config.joinCheckMs);
    askReservation(w, reservation);
    askLeg(w, leg);
  } else fetchFromNothing(w, leg);
}

/** `DialBridged`: they talked, or they did not, whatever else was lost. */
export function dialEnded(w: Work, event: Extract<TaskRequest, { type: 'leg.ended' }>): void {
  const leg = w.s.legs.find(({ id }) => id === event.leg);
  const reservation = leg === undefined ? undefined : reservationOf(w, leg);
  if (leg === undefined || reservation?.offered !== true) return;
  if (event.bridged === true) bridged(w, reservation, leg);
  else if (event.bridged === false && leg.phase !== 'ended') reservation.missed = true;
}
