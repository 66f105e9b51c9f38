import { callbackRef } from '../leg/work.js';
import { unreachable } from '../../kernel/draft.js';
import { ROUND_ATTRIBUTE } from '../../wire/taskrouter.js';
import { twiml, type Reply, type Verb } from '../../wire/twiml.js';
import {
  fallbackVerbs,
  isElsewhere,
  isForFallback,
  opening,
  presentFallback,
  wayToFallback,
} from '../caller/documents.js';
import { leavesOurHands } from '../caller/fallback.js';
import { giveFallback } from '../caller/work.js';
import { waitOf } from '../caller/wait.js';
import type { LegDraft } from '../leg/drafts.js';
import { callerEnded } from './caller.js';
import { reservationOf, type Work } from './draft.js';
import type { TaskRouterEvent } from './events.js';
import { cancelTask } from './task.js';

export const hangup = (): Reply => twiml({ verb: 'hangup' });

/** What the caller hears now, by phase; who is handed on to the user's TwiML is no longer ours. */
export function answerCaller(w: Work, event: TaskRouterEvent, arrival: 'first' | 'again'): Reply {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'waiting':
      return twiml(...opening(w.s.settings, arrival), queue(w));
    case 'connected':
      // Out of the queue and with a worker: what is asked now comes late.
      return twiml();
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
  // The call leaves the queue by this document; nobody is to be rung for it any more.
  cancelTask(w);
  if (leavesOurHands(presentFallback(w.s.settings, w.s.caller))) callerEnded(w, 'handedOn');
  return fallbackVerbs(w);
}

/** `caller_id` is what the original's tasks carried; Twilio itself adds `from`, `to`, `call_sid` and more. */
function queue(w: Work): Verb {
  const { settings, call, round } = w.s;
  const wait = waitOf(settings, callbackRef(w, 0, 'caller.wait'));
  return {
    verb: 'enqueue',
    workflow: settings.workspace.workflow.sid,
    action: { ...callbackRef(w, 0, 'caller.ended'), part: w.s.caller.stay },
    attributes: { ...settings.attributes, caller_id: call.from, [ROUND_ATTRIBUTE]: round },
    ...(settings.priority === null ? {} : { priority: settings.priority }),
    ...(settings.taskSeconds === null ? {} : { timeoutSeconds: settings.taskSeconds }),
    ...(wait === undefined || wait === 'silence' ? {} : { wait }),
  };
}

/** Accepts the reservation itself, which has to be pending (twilio.com/docs/voice/twiml/queue). */
export function takeCaller(w: Work, leg: LegDraft): Verb {
  const reservation = reservationOf(w, leg);
  if (reservation === undefined) return { verb: 'hangup' };
  const { texts, record, afterCall, workspace } = w.s.settings;
  const { activities, multiTask } = workspace;
  // Whether they have accepted something else by then, only a look after the talk tells; where they cannot, Twilio moves them.
  const restsLater = afterCall === 'rest' && multiTask !== false;
  const after = afterCall === 'rest' ? activities.unavailable : activities.available;
  return {
    verb: 'dial.queue',
    reservation: reservation.sid,
    ...(restsLater ? {} : { postWorkActivity: after }),
    action: callbackRef(w, leg.id, 'leg.ended'),
    ...(texts.connected === '' ? {} : { whisper: callbackRef(w, 0, 'caller.whisper') }),
    ...(record ? { recording: callbackRef(w, 0, 'talk.recording') } : {}),
  };
}
