import { requestDocument } from './run.js';
import type { Call } from './call.js';
import { endCall } from './lifecycle.js';
import type { World } from './world.js';

/** The party on the phone hangs up. */
export function hangUp(world: World, call: Call, reason = 'they hung up'): void {
  if (!call.live) return;
  world.record(
    'person',
    call.sid,
    `${call.direction === 'inbound' ? 'caller' : (call.person?.kind ?? 'callee')} hangs up`,
    {
      event: 'hang-up',
    },
  );
  if (call.status === 'in-progress') {
    const cutsDetection = call.detecting && call.detection?.asynchronous === undefined;
    if (cutsDetection && world.toggles.hangupDuringAmd === 'urlUnknown') {
      call.answeredBy = 'unknown';
      requestDocument(world, call, [['AnsweredBy', 'unknown']]);
    }
    endCall(world, call, { status: 'completed', sip: 200, reason });
    return;
  }
  const status = call.direction === 'inbound' ? world.toggles.inboundGivenUp : 'no-answer';
  endCall(world, call, { status, sip: 487, reason });
}
