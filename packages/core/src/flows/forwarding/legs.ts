import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { Reply } from '../../wire/twiml.js';
import type { OutcomeEvent } from '../effects.js';
import { legAlarm } from '../leg/alarm.js';
import type { CallerForLeg, LegReport, LegRequest } from '../leg/events.js';
import { isInRoom, isUnanswered } from '../leg/leg.js';
import { legOutcome } from '../leg/outcomes.js';
import { askingLeg, legRequest, legStatus, legVerdict } from '../leg/requests.js';
import { askLeg, endLeg, fetchNotice, fetchWinner, legEnded, letGo, tell } from '../leg/life.js';
import type { LegDraft } from '../leg/drafts.js';
import { callbackRef, findLeg, legTimer, stamp, startTimer, stopTimer } from '../leg/work.js';
import { RETRIED_MS } from '../caller/patience.js';
import { askCaller } from '../caller/work.js';
import { consent, isStillComing, legDocument, sayingMs } from '../leg/documents.js';
import { doubtCaller } from './caller.js';
import { hangup, room } from './documents.js';
import type { Work } from './draft.js';
import type { ForwardingEvent } from './events.js';
import { heedEnd, hunt, isWaiting, STEP_TIMER } from './hunt.js';

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

/** The leg that had the caller has left: hunting goes on, unless they had talked. */
export function leftRoom(w: Work, leg: LegDraft): void {
  const { s } = w;
  if (s.claim !== leg.id) return;
  if (s.caller.phase === 'joining') {
    s.claim = null;
    s.caller.phase = s.caller.held ? 'held' : 'arriving';
    stopTimer(w, 'caller');
    hunt(w);
  } else if (s.caller.phase === 'connected') {
    // The room ends with the leg and the caller's call with it; this sweeps up a caller who is left alone in there.
    startTimer(w, 'caller', w.config.graceMs);
  }
}

/** The commit of this step is the claim: one human, and nobody else. */
function claim(w: Work, leg: LegDraft): void {
  const { s } = w;
  s.claim = leg.id;
  s.caller.phase = 'joining';
  s.caller.seenAlive = false;
  s.story.claimedAt ??= w.at;
  leg.phase = 'joining';
  leg.seenAlive = false;
  stopTimer(w, legTimer(leg));
  stopTimer(w, STEP_TIMER);
  if (s.caller.held) startTimer(w, 'caller', w.config.bridgeCheckMs);
  // Who rings is ended; who is being detected is left until the verdict; who is being asked is told.
  for (const other of s.legs) {
    if (isUnanswered(other.phase)) endLeg(w, other);
    else if (other.phase === 'confirming') tell(w, other, 'taken');
  }
}

/** Both in the room, as far as anybody can tell. */
export function connectIfTogether(w: Work): void {
  const { s } = w;
  const leg = s.legs.find((candidate) => candidate.id === s.claim);
  if (s.caller.phase !== 'joining' || leg === undefined || !s.caller.inRoom) return;
  if (!leg.joined && !(leg.invited && leg.seenAlive && s.caller.seenAlive)) return;
  s.caller.phase = 'connected';
  s.story.connectedAt ??= w.at;
  leg.phase = 'bridged';
  leg.result = { kind: 'bridged' };
  stamp(leg, 'joinedAt', w.at);
  stopTimer(w, 'caller');
  whisper(w, leg);
}

/** Whether it is in the room, only a look tells that comes when Twilio cannot retry its request and throw the first answer away. */
function expectInRoom(w: Work, leg: LegDraft): void {
  const by = w.at + sayingMs(consent(w.s.settings)) + w.config.graceMs;
  // The answer to a retry is heard by then as well.
  if (by <= (leg.roomBy ?? 0)) return;
  leg.seenAlive = false;
  leg.roomBy = by + RETRIED_MS;
}

/** Two looks have taken them for together. */
function notYetTogether(w: Work, leg: LegDraft): void {
  if (leg.phase !== 'bridged' || w.s.claim !== leg.id || w.s.caller.phase !== 'connected') return;
  w.s.caller.phase = 'joining';
  leg.phase = 'joining';
  leg.result = null;
  startTimer(w, 'caller', w.config.bridgeCheckMs);
}

/** The caller hears who it is; without the room's name, which its events tell, they do not. */
function whisper(w: Work, leg: LegDraft): void {
  const { settings, conference, call } = w.s;
  if (settings.texts.connected === '' || conference === null) return;
  w.effects.push({
    type: 'call.announce',
    id: `announce:${String(leg.id)}`,
    leg: 0,
    sid: call.sid,
    conference,
    document: callbackRef(w, 0, 'caller.whisper'),
    once: true,
  });
}

/** The leg's `<Dial>` is over while its call goes on: the room has ended under it. */
function backFromRoom(w: Work, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    letGo(w, leg, { kind: 'bridged' });
    leftRoom(w, leg);
  } else if (leg.phase === 'joining') {
    // A room ends when somebody leaves it, and it was not this leg.
    doubtCaller(w);
    tell(w, leg, 'lost');
    leftRoom(w, leg);
  }
}

/** Events may be lost: both calls are looked at. */
export function lookAtBoth(w: Work): void {
  const leg = w.s.legs.find((candidate) => candidate.id === w.s.claim);
  if (leg !== undefined && leg.moving !== null) {
    // Its document was never asked for: it is not in the room, and somebody else may be.
    tell(w, leg, 'lost');
    fetchNotice(w, leg);
    leftRoom(w, leg);
    return;
  }
  askCaller(w);
  if (leg !== undefined) askLeg(w, leg);
}

/** What becomes of each leg when the caller is gone. */
export function dismissLegs(w: Work): void {
  for (const leg of w.s.legs) {
    if (isUnanswered(leg.phase) || leg.phase === 'detecting') endLeg(w, leg);
    else if (leg.phase === 'confirming') tell(w, leg, 'callerGone');
    else if (leg.phase === 'told' && leg.notice === 'lost' && !leg.noticeGiven) leg.notice = 'callerGone';
    // The room has ended under it and its Dial asks what now; the timer is for who sits in there alone after all.
    else if (leg.phase === 'bridged') startTimer(w, legTimer(leg), w.config.graceMs);
    else if (isInRoom(leg.phase)) {
      tell(w, leg, 'callerGone');
      fetchNotice(w, leg);
    }
  }
}
