import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { callerRedirected, redirectCaller } from '../caller/work.js';
import type { OutcomeEvent } from '../effects.js';
import { isUnsent } from '../leg/ring.js';
import { startTimer } from '../leg/work.js';
import { callerGone, callerHeld, callerInRoom } from './caller.js';
import type { Work } from './draft.js';
import { hunt } from './hunt.js';
import { onLegOutcome } from './legs.js';

export function outcome(w: Work, event: OutcomeEvent): void {
  if (event.effect.leg === 0) callerOutcome(w, event);
  else onLegOutcome(w, event);
}

function callerOutcome(w: Work, { effect, outcome: result }: OutcomeEvent): void {
  switch (effect.type) {
    case 'call.fetch':
      callerFetched(w, result);
      return;
    case 'call.redirect':
      if (result.as === 'gone') callerGone(w);
      else if (w.s.caller.phase === 'fallingBack' && callerRedirected(w, effect.id, result)) {
        callerHeld(w);
        startTimer(w, 'caller', w.config.graceMs);
      }
      return;
    case 'call.end':
      w.s.caller.hangingUp = false;
      if (result.as === 'done' || result.as === 'gone') callerGone(w);
      return;
    case 'call.create':
    case 'call.announce':
      return;
    default:
      unreachable(effect);
  }
}

function callerFetched(w: Work, result: OutcomeEvent['outcome']): void {
  const { caller } = w.s;
  caller.fetching = false;
  if (result.as === 'gone' || (result.as === 'fetched' && isFinalStatus(result.status))) {
    callerGone(w);
    return;
  }
  if (result.as === 'fetched' && result.status === 'in-progress') {
    caller.seenAlive = true;
    callerHeld(w);
    // In progress is not in the room: the greeting comes first, and nobody can be talked to in it.
    if (w.at >= caller.roomBy) callerInRoom(w);
    if (caller.phase === 'fallingBack' && w.s.timers['caller'] === undefined) redirectCaller(w);
  }
  // Who was not rung in time is not before somebody has seen the caller.
  if (result.as !== 'fetched' && w.s.legs.some(isUnsent)) return;
  caller.doubt = false;
  hunt(w);
}
