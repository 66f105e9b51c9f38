import { isInRoom, isUnanswered, type LegResult, type Notice } from '../leg/leg.js';
import { legTimer, nextId, ref, startTimer, stopTimer, type LegDraft, type Work } from './draft.js';
import { noticeId } from './documents.js';
import { createId, hunt, isWaiting } from './hunt.js';

/** Asks Twilio to end a leg, as soon as it has a SID. Always `Status=completed`, which works in every live state. */
export function endLeg(w: Work, leg: LegDraft): void {
  // A create that waits for its turn must not ring anybody any more.
  if (leg.phase === 'requested') w.effects.push({ type: 'effect.drop', id: createId(leg) });
  leg.phase = 'ending';
  leg.result ??= leg.answeredBy === null ? { kind: 'stopped' } : { kind: 'answered', by: leg.answeredBy };
  askEnd(w, leg);
}

export function askEnd(w: Work, leg: LegDraft): void {
  // Without a SID its first callback, or its ring time, ends it.
  if (leg.sid === null) return;
  startTimer(w, legTimer(leg), w.config.graceMs);
  if (leg.hangingUp) return;
  leg.hangingUp = true;
  w.effects.push({ type: 'call.end', id: nextId(w, 'end', leg.id), leg: leg.id, sid: leg.sid });
}

/** Our answer to its request was `<Hangup/>`, or it left the room by itself; the timer sweeps up what did not end. */
export function letGo(w: Work, leg: LegDraft, result: LegResult): void {
  leg.phase = 'ending';
  leg.result ??= result;
  startTimer(w, legTimer(leg), w.config.graceMs);
}

/** Somebody who answered cannot have the caller, and is told why at their next request. */
export function tell(w: Work, leg: LegDraft, notice: Notice): void {
  leg.phase = 'told';
  leg.notice ??= notice;
  leg.result ??= { kind: 'answered', by: leg.answeredBy ?? 'unknown' };
  startTimer(w, legTimer(leg), w.config.noticeMs);
}

/** The same, for somebody who will not ask by themselves: they sit in the room. */
export function fetchNotice(w: Work, leg: LegDraft): void {
  startTimer(w, legTimer(leg), w.config.graceMs);
  if (leg.sid === null || leg.telling) return;
  leg.telling = true;
  leg.noticeTries += 1;
  w.effects.push({
    type: 'call.redirect',
    id: noticeId(leg),
    leg: leg.id,
    sid: leg.sid,
    document: ref(w, leg.id, 'leg.document'),
  });
}

export function askLeg(w: Work, leg: LegDraft): void {
  if (leg.sid === null || leg.fetching) return;
  leg.fetching = true;
  w.effects.push({ type: 'call.fetch', id: nextId(w, 'fetch', leg.id), leg: leg.id, sid: leg.sid });
}

export function askCaller(w: Work): void {
  if (w.s.caller.fetching) return;
  w.s.caller.fetching = true;
  w.effects.push({ type: 'call.fetch', id: nextId(w, 'fetch', 0), leg: 0, sid: w.s.call.sid });
}

export function endCaller(w: Work): void {
  if (w.s.caller.hangingUp) return;
  w.s.caller.hangingUp = true;
  w.effects.push({ type: 'call.end', id: nextId(w, 'end', 0), leg: 0, sid: w.s.call.sid });
}

/** The leg's call is over. */
export function legEnded(w: Work, leg: LegDraft, result: LegResult): void {
  if (leg.phase === 'ended') return;
  leg.phase = 'ended';
  leg.result ??= result;
  leg.story.endedAt ??= w.at;
  stopTimer(w, legTimer(leg));
  leftRoom(w, leg);
  hunt(w);
}

/** Somebody picked up; who, detection will say. */
export function pickedUp(w: Work, leg: LegDraft): void {
  if (!isUnanswered(leg.phase)) return;
  leg.phase = 'detecting';
  leg.story.answeredAt ??= w.at;
  startTimer(w, legTimer(leg), w.s.settings.detection.timeoutSeconds * 1000 + w.config.graceMs);
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

/** A human, by verdict or by key: they get the caller, or hear why not. The commit of this step is the claim. */
export function accept(w: Work, leg: LegDraft): void {
  leg.human = true;
  leg.story.verdictAt ??= w.at;
  if (leg.phase === 'ending' || leg.phase === 'ended') leg.notice ??= whyNot(w);
  else if (isWaiting(w)) claim(w, leg);
  else tell(w, leg, whyNot(w));
}

export function whyNot(w: Work): Notice {
  if (w.s.caller.phase === 'ended') return 'callerGone';
  return w.s.claim === null ? 'lost' : 'taken';
}

function claim(w: Work, leg: LegDraft): void {
  const { s } = w;
  s.claim = leg.id;
  s.caller.phase = 'joining';
  s.caller.seenAlive = false;
  s.story.claimedAt ??= w.at;
  leg.phase = 'joining';
  leg.seenAlive = false;
  stopTimer(w, legTimer(leg));
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
  if (!leg.joined && !(leg.seenAlive && s.caller.seenAlive)) return;
  s.caller.phase = 'connected';
  s.story.connectedAt ??= w.at;
  leg.phase = 'bridged';
  leg.result = { kind: 'bridged' };
  leg.story.joinedAt ??= w.at;
  stopTimer(w, 'caller');
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
