import { unreachable } from '../../kernel/draft.js';
import { type Reply, twiml, type Verb } from '../../wire/twiml.js';
import { callbackRef } from '../call/call.js';
import { giveFallback } from '../caller/caller.js';
import { fallbackVerbs, isElsewhere, isForFallback, wayToFallback } from '../caller/fallback.js';
import { opening, waitOf } from '../caller/hold-twiml.js';
import type { ForwardingEvent } from './events.js';
import { roomOf, type Work } from './state.js';

export const hangup = (): Reply => twiml({ verb: 'hangup' });

/** What the caller hears now, by phase. The fallback itself is for requests of its own. */
export function callerDocument(w: Work, event: ForwardingEvent, arrival: 'first' | 'again'): Reply {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'arriving':
    case 'held':
    case 'joining':
    case 'connected':
      return twiml(...opening(w.s.settings, arrival), room(w, 0));
    case 'fallingBack':
      return isForFallback(event, w.s.caller) ? fallbackDocument(w) : wayToFallback(w);
    case 'ended':
      if (!isElsewhere(w.s)) return hangup();
      return isForFallback(event, w.s.caller) ? fallbackVerbs(w) : wayToFallback(w);
    default:
      return unreachable(phase);
  }
}

function fallbackDocument(w: Work): Reply {
  giveFallback(w);
  w.s.story.fallbackAt ??= w.at;
  return fallbackVerbs(w);
}

/** Both legs carry the same settings: the first who enters decides them (twilio.com/docs/voice/twiml/conference). */
export function room(w: Work, leg: number): Verb {
  const wait = leg === 0 ? waitOf(w.s.settings, callbackRef(w, 0, 'caller.wait')) : 'silence';
  return {
    verb: 'dial.conference',
    room: roomOf(w.s.call.sid),
    action: callbackRef(w, leg, leg === 0 ? 'caller.ended' : 'leg.ended'),
    statusCallback: callbackRef(w, 0, 'conference'),
    statusCallbackEvents: ['start', 'end', 'join', 'leave'],
    startOnEnter: true,
    endOnExit: true,
    maxParticipants: 2,
    ...(wait === undefined ? {} : { wait }),
    ...(w.s.settings.record ? { recording: callbackRef(w, 0, 'talk.recording') } : {}),
  };
}
