import { unreachable } from '../../kernel/draft.js';
import type { TimerEvent } from '../effects.js';
import { isUnanswered } from '../leg/leg.js';
import { legTimer, startTimer, stopTimer, type LegDraft, type Work } from './draft.js';
import { createId, hunt, redirectCaller } from './hunt.js';
import { askCaller, askEnd, askLeg, endCaller, endLeg, fetchNotice, legEnded, tell } from './legs.js';

/** A timer counts only if the state still wants it for this very time; otherwise it is late or repeated. */
export function alarm(w: Work, event: TimerEvent): void {
  if (w.s.timers[event.timer] !== event.dueAt) return;
  stopTimer(w, event.timer);
  switch (event.timer) {
    case 'heartbeat':
      heartbeat(w);
      return;
    case 'deadline':
      w.s.deadlinePassed = true;
      // Who has answered finishes detection or confirmation; who rings is ended.
      for (const leg of w.s.legs) if (isUnanswered(leg.phase)) endLeg(w, leg);
      hunt(w);
      return;
    case 'caller':
      callerAlarm(w);
      return;
    default: {
      const leg = w.s.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg !== undefined) legAlarm(w, leg);
    }
  }
}

function heartbeat(w: Work): void {
  startTimer(w, 'heartbeat', w.config.heartbeatMs);
  askCaller(w);
  const leg = w.s.legs.find((candidate) => candidate.id === w.s.claim);
  if (leg?.phase === 'bridged') askLeg(w, leg);
}

function callerAlarm(w: Work): void {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'fallingBack':
      redirectCaller(w);
      return;
    case 'joining': {
      // Events may be lost: both calls are looked at, and again until they say something.
      const leg = w.s.legs.find((candidate) => candidate.id === w.s.claim);
      startTimer(w, 'caller', w.config.bridgeCheckMs);
      askCaller(w);
      if (leg !== undefined) askLeg(w, leg);
      return;
    }
    case 'connected':
      // The other one left long ago and this call is still there: alone in the room.
      startTimer(w, 'caller', w.config.graceMs);
      endCaller(w);
      return;
    case 'arriving':
    case 'held':
    case 'ended':
      return;
    default:
      unreachable(phase);
  }
}

function legAlarm(w: Work, leg: LegDraft): void {
  switch (leg.phase) {
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
    case 'confirming':
      if (leg.sid === null) {
        w.effects.push({ type: 'effect.drop', id: createId(leg) });
        legEnded(w, leg, { kind: 'lost' });
        return;
      }
      leg.overdue = !isUnanswered(leg.phase);
      askLeg(w, leg);
      return;
    case 'told':
      if (!leg.noticeGiven && (leg.telling || leg.noticeTries < w.config.noticeTries)) fetchNotice(w, leg);
      else endLeg(w, leg);
      return;
    case 'ending':
      if (leg.sid === null) legEnded(w, leg, { kind: 'lost' });
      else askEnd(w, leg);
      return;
    case 'bridged':
      tell(w, leg, 'callerGone');
      fetchNotice(w, leg);
      return;
    case 'joining':
    case 'ended':
      return;
    default:
      unreachable(leg.phase);
  }
}
