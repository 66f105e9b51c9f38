import { callbackRef, RETRIED_MS } from '../call/call.js';
import { isInRoom, isUnanswered, type LegDraft, legTimer, stamp } from '../call/leg.js';
import { consent, sayingMs } from '../call/say.js';
import { askCaller } from '../caller/caller.js';
import { askLeg, endLeg, fetchNotice, letGo, tell } from '../leg/actions.js';
import { startTimer, stopTimer } from '../timers.js';
import { hunt, STEP_TIMER } from './hunt.js';
import type { Work } from './state.js';

/** The commit of this step is the claim: one human, and nobody else. */
export function claim(w: Work, leg: LegDraft): void {
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
export function expectInRoom(w: Work, leg: LegDraft): void {
  const by = w.at + sayingMs(consent(w.s.settings)) + w.config.graceMs;
  // The answer to a retry is heard by then as well.
  if (by <= (leg.roomBy ?? 0)) return;
  leg.seenAlive = false;
  leg.roomBy = by + RETRIED_MS;
}

/** Two looks have taken them for together. */
export function notYetTogether(w: Work, leg: LegDraft): void {
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

/** The leg's `<Dial>` is over while its call goes on: the room has ended under it. */
export function backFromRoom(w: Work, leg: LegDraft): void {
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

/** Something hints that the caller may be gone: nobody new is rung until we know. */
export function doubtCaller(w: Work): void {
  w.s.caller.doubt = true;
  askCaller(w);
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
