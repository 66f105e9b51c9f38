import { VISIT_ATTRIBUTE } from '../../wire/taskrouter.js';
import { type Reply, twiml, type Verb } from '../../wire/twiml.js';
import { callbackRef } from '../call/call.js';
import type { LegDraft } from '../call/leg.js';
import { waitOf } from '../caller/hold-twiml.js';
import { reservationOf, type TaskRouterContext } from './state.js';

export const hangup = (): Reply => twiml({ verb: 'hangup' });

/**
 * Puts the call into the queue. `caller_id` is what the original application's tasks carried; Twilio itself adds `from`, `to`,
 * `call_sid` and more.
 */
export function queue(ctx: TaskRouterContext): Verb {
  const { settings, call, visit } = ctx.state;
  const wait = waitOf(settings, callbackRef(ctx, 0, 'caller.wait'));
  return {
    verb: 'enqueue',
    workflow: settings.workspace.workflow.sid,
    action: { ...callbackRef(ctx, 0, 'caller.ended'), part: ctx.state.caller.stay },
    attributes: { ...settings.attributes, caller_id: call.from, [VISIT_ATTRIBUTE]: visit },
    ...(settings.priority === null ? {} : { priority: settings.priority }),
    ...(settings.taskSeconds === null ? {} : { timeoutSeconds: settings.taskSeconds }),
    ...(wait === undefined || wait === 'silence' ? {} : { wait }),
  };
}

/**
 * Joins the leg with the caller. The verb accepts the reservation itself, which has to be pending
 * (twilio.com/docs/voice/twiml/queue).
 */
export function queueVerb(ctx: TaskRouterContext, leg: LegDraft): Verb {
  const reservation = reservationOf(ctx, leg);
  if (reservation === undefined) return { verb: 'hangup' };
  const { texts, record, afterCall, workspace } = ctx.state.settings;
  const { activities, multiTask } = workspace;
  // Only a fetch after the talk tells whether they have accepted another task by then; where they cannot, Twilio moves them.
  const restsLater = afterCall === 'coolDown' && multiTask !== false;
  const after = afterCall === 'coolDown' ? activities.unavailable : activities.available;
  return {
    verb: 'dial.queue',
    reservation: reservation.sid,
    ...(restsLater ? {} : { postWorkActivity: after }),
    action: callbackRef(ctx, leg.id, 'leg.ended'),
    ...(texts.connected === '' ? {} : { whisper: callbackRef(ctx, 0, 'caller.whisper') }),
    ...(record ? { recording: callbackRef(ctx, 0, 'talk.recording') } : {}),
  };
}
