import { askCaller } from '../caller/work.js';
import type { Notice } from '../leg/leg.js';
import { letGo, tell } from '../leg/life.js';
import type { LegDraft } from '../leg/drafts.js';
import { legTimer, startTimer, type LegHost } from '../leg/work.js';
import { isWaiting } from './caller.js';
import { takeCaller } from './documents.js';
import { reservationOf, type Work } from './draft.js';
import { askReservation, lose, talkIsOver } from './reservations.js';

/** What the legs of this flow cannot know by themselves. `work` is the transition they are part of. */
export function legHost(work: () => Work): LegHost {
  return {
    ref: (leg, purpose) => {
      const { s } = work();
      return { flow: 'taskrouter', key: s.call.sid, round: s.round, leg, purpose };
    },
    wants: (leg) => isWaiting(work()) && work().s.claim === null && isPending(work(), leg),
    mayRingAgain: (leg) => isWaiting(work()) && !work().s.deadlinePassed && isPending(work(), leg),
    whyNot: () => whyNot(work()),
    join: (leg) => {
      join(work(), leg);
    },
    // Its Dial accepts the reservation, and takes the caller out of the queue.
    canTurnBack: false,
    unclaimed: (leg) => {
      unclaim(work(), leg);
    },
    unsent: () => {
      askCaller(work());
    },
    // Whatever is decided by it, `settleReservations` decides at the end of the step.
    released: () => undefined,
    ended: (leg) => {
      outOfIt(work(), leg);
    },
    alive: () => undefined,
    // Whether they are together, the reservation says.
    stillComing: () => undefined,
    back: (leg) => {
      back(work(), leg);
    },
    room: (leg) => takeCaller(work(), leg),
  };
}

function isPending(w: Work, leg: LegDraft): boolean {
  return reservationOf(w, leg)?.phase === 'pending';
}

function whyNot({ s }: Work): Notice {
  if (s.claim !== null || s.served !== null || s.caller.elsewhere) return 'taken';
  return s.caller.phase === 'ended' || s.taskLost ? 'callerGone' : 'lost';
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
export function unclaim(w: Work, leg: LegDraft): void {
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
