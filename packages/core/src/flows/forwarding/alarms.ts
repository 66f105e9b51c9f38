import { unreachable } from '../../kernel/draft.js';
import { PATIENCE_MS } from '../caller/patience.js';
import { askCaller, endCaller, redirectCaller } from '../caller/work.js';
import type { TimerEvent } from '../effects.js';
import { isUnanswered } from '../leg/leg.js';
import { askLeg, endLeg } from '../leg/life.js';
import { legTimer, startTimer, stopTimer } from '../leg/work.js';
import type { Work } from './draft.js';
import { doubtCaller } from './caller.js';
import { hunt, huntOn, isWaiting, STEP_TIMER } from './hunt.js';
import { lookAtBoth, onLegTimer } from './legs.js';

/** A timer counts only if the state still wants it for this very time; otherwise it is late or repeated. */
export function alarm(w: Work, event: TimerEvent): void {
  if (w.s.timers[event.timer] !== event.dueAt) return;
  stopTimer(w, event.timer);
  // We or the store were away: meanwhile the caller may have been told goodbye.
  if (w.at - event.dueAt >= PATIENCE_MS && isWaiting(w)) doubtCaller(w);
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
    case STEP_TIMER:
      huntOn(w);
      return;
    case 'caller':
      callerAlarm(w);
      return;
    default: {
      const leg = w.s.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg !== undefined) onLegTimer(w, leg);
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
    case 'joining':
      // Again until they say something.
      startTimer(w, 'caller', w.config.bridgeCheckMs);
      lookAtBoth(w);
      return;
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
