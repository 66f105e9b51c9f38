import { assertNever } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { Reply } from '../../wire/twiml.js';
import { isInRoom, type LegDraft } from '../call/leg.js';
import { fetchWinner, legEnded } from '../leg/actions.js';
import type { CallerForLeg, LegNotification, LegReport, LegRequest } from '../leg/events.js';
import { askingLeg, legNotification, legRequest, legTimerFired, notifiedLeg } from '../leg/on-event.js';
import { isStillComing, legDocument } from '../leg/twiml.js';
import {
  onDialReturned,
  winCaller,
  connectIfTogether,
  verifyCaller,
  expectInRoom,
  onWinnerLeft,
  notYetTogether,
} from './bridge.js';
import type { ForwardingEvent } from './events.js';
import { applyEndPolicy, hunt } from './hunt.js';
import { type ForwardingContext, isWaiting } from './state.js';
import { hangup, room } from './twiml.js';

type OfLeg = Extract<ForwardingEvent, { leg: number }>;

/** Answers a request of a leg with what it hears now. */
export function onLegRequest(ctx: ForwardingContext, event: Extract<OfLeg, LegRequest>): Reply {
  const leg = askingLeg(ctx, event);
  // Not a call of ours, or one that counts as ended: it must not go on.
  if (leg === null) return hangup();
  if (isFinalStatus(event.status)) {
    onLegReport(ctx, leg, legEnded(ctx, leg, { kind: 'hungUp' }));
    return hangup();
  }
  onLegReport(ctx, leg, legRequest(ctx, leg, event, callerFor(ctx, leg)));
  if (isStillComing(leg, event)) {
    expectInRoom(ctx, leg);
    notYetTogether(ctx, leg);
  }
  return legDocument(ctx, leg, event, room(ctx, leg.id));
}

export function onLegNotification(ctx: ForwardingContext, event: LegNotification): void {
  const leg = notifiedLeg(ctx, event);
  if (leg !== undefined) onLegReport(ctx, leg, legNotification(ctx, leg, event, callerFor(ctx, leg)));
}

export function onLegTimer(ctx: ForwardingContext, leg: LegDraft): void {
  onLegReport(ctx, leg, legTimerFired(ctx, leg));
}

/** Collects what the leg has to know of the caller. A leg on its way to the caller does not count as having them yet. */
function callerFor(ctx: ForwardingContext, leg: LegDraft): CallerForLeg {
  const { caller, winner, deadlinePassed } = ctx.state;
  const isComing = winner === leg.id && caller.phase === 'joining';
  return {
    isAvailable: isWaiting(ctx) || isComing,
    reason: caller.phase === 'ended' ? 'callerGone' : winner === null || isComing ? 'lost' : 'taken',
    mayRingAgain: isWaiting(ctx) && !deadlinePassed,
    canTurnBack: true,
  };
}

/** Applies what a leg's event means for the caller and for the other legs. */
function onLegReport(ctx: ForwardingContext, leg: LegDraft, report: LegReport | null): void {
  switch (report?.type) {
    case undefined:
      return;
    case 'won':
      winCaller(ctx, leg);
      fetchWinner(ctx, leg, report.way);
      return;
    case 'turnedBack':
      onWinnerLeft(ctx, leg);
      return;
    case 'out':
      hunt(ctx);
      return;
    case 'ended':
      onWinnerLeft(ctx, leg);
      applyEndPolicy(ctx, leg);
      hunt(ctx);
      return;
    case 'unsent':
      verifyCaller(ctx);
      return;
    case 'alive':
      // The outcome of a repeated fetch may still call a leg alive that is being ended.
      if (isInRoom(leg.phase) && ctx.at >= (leg.inRoomBy ?? 0)) leg.seenAlive = true;
      connectIfTogether(ctx);
      return;
    case 'dialReturned':
      onDialReturned(ctx, leg);
      return;
    default:
      assertNever(report);
  }
}
