import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { Reply } from '../../wire/twiml.js';
import { findLeg, type LegDraft } from '../call/leg.js';
import type { OutcomeEvent } from '../effects.js';
import { fetchWinner, legEnded } from '../leg/actions.js';
import type { CallerForLeg, LegReport, LegRequest } from '../leg/events.js';
import { askingLeg, legAlarm, legOutcome, legRequest, legStatus, legVerdict } from '../leg/on-event.js';
import { isStillComing, legDocument } from '../leg/twiml.js';
import {
  backFromRoom,
  claim,
  connectIfTogether,
  doubtCaller,
  expectInRoom,
  leftRoom,
  notYetTogether,
} from './bridge.js';
import type { ForwardingEvent } from './events.js';
import { heedEnd, hunt, isWaiting } from './hunt.js';
import type { Work } from './state.js';
import { hangup, room } from './twiml.js';

type OfLeg = Extract<ForwardingEvent, { leg: number }>;

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
  if (isStillComing(leg, event)) {
    expectInRoom(w, leg);
    notYetTogether(w, leg);
  }
  return legDocument(w, leg, event, room(w, leg.id));
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
  const { caller, claim, deadlinePassed } = w.s;
  const isComing = claim === leg.id && caller.phase === 'joining';
  return {
    isAvailable: isWaiting(w) || isComing,
    reason: caller.phase === 'ended' ? 'callerGone' : claim === null || isComing ? 'lost' : 'taken',
    mayRingAgain: isWaiting(w) && !deadlinePassed,
    canTurnBack: true,
  };
}

/** What the event of a leg means for the caller and for the others. */
function onLegReport(w: Work, leg: LegDraft, report: LegReport | null): void {
  switch (report?.type) {
    case undefined:
      return;
    case 'won':
      claim(w, leg);
      fetchWinner(w, leg, report.way);
      return;
    case 'turnedBack':
      leftRoom(w, leg);
      return;
    case 'out':
      hunt(w);
      return;
    case 'ended':
      leftRoom(w, leg);
      heedEnd(w, leg);
      hunt(w);
      return;
    case 'unsent':
      doubtCaller(w);
      return;
    case 'alive':
      if (w.at >= (leg.roomBy ?? 0)) leg.seenAlive = true;
      connectIfTogether(w);
      return;
    case 'dialReturned':
      backFromRoom(w, leg);
      return;
    default:
      unreachable(report);
  }
}
