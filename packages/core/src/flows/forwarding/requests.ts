import { isFinalStatus } from '../../wire/call-status.js';
import { fallbackIsOver } from '../caller/last-stop.js';
import type { ListenRequest } from '../caller/listen.js';
import { askCaller } from '../caller/work.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { answerCaller, callerEnded, callerGone, callerHeld, callerOutOfRoom } from './caller.js';
import { hangup } from './documents.js';
import type { Work } from './draft.js';
import type { ForwardingRequest } from './events.js';
import { hunt } from './hunt.js';

type CallerRequest = Exclude<ForwardingRequest, { leg: number } | { type: 'inbound' } | ListenRequest>;

export function callerRequest(w: Work, event: CallerRequest): Reply {
  if (event.type === 'caller.fallback' && fallbackIsOver(w, event)) {
    callerEnded(w, 'handedOn');
    return hangup();
  }
  if (isFinalStatus(event.status)) {
    callerGone(w);
    return hangup();
  }
  const { caller } = w.s;
  callerHeld(w);
  caller.doubt = false;
  if (event.type === 'caller.ended' && caller.phase === 'connected') {
    // The answer ends their call, which will be told. A late copy ends nothing: then they are still talking.
    askCaller(w);
    return twiml();
  }
  if (event.type === 'caller.ended') callerOutOfRoom(w);
  hunt(w);
  return answerCaller(w, event, 'again');
}
