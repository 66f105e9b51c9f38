import { assertNever } from '../../kernel/draft.js';
import { type Reply, twiml, type Verb } from '../../wire/twiml.js';
import { callbackRef } from '../call/call.js';
import { serveFallback } from '../caller/caller.js';
import { fallbackVerbs, isWithUserTwiml, isForFallback, wayToFallback } from '../caller/fallback.js';
import { opening, waitOf } from '../caller/hold-twiml.js';
import type { ForwardingEvent } from './events.js';
import { roomOf, type ForwardingContext } from './state.js';

export const hangup = (): Reply => twiml({ verb: 'hangup' });

/** Builds what the caller hears now, by phase. The fallback itself answers only requests of its own. */
export function callerDocument(ctx: ForwardingContext, event: ForwardingEvent, arrival: 'first' | 'again'): Reply {
  const { phase } = ctx.state.caller;
  switch (phase) {
    case 'arriving':
    case 'held':
    case 'joining':
    case 'connected':
      return twiml(...opening(ctx.state.settings, arrival), room(ctx, 0));
    case 'fallingBack':
      return isForFallback(event, ctx.state.caller) ? fallbackDocument(ctx) : wayToFallback(ctx);
    case 'ended':
      if (!isWithUserTwiml(ctx.state)) return hangup();
      return isForFallback(event, ctx.state.caller) ? fallbackVerbs(ctx) : wayToFallback(ctx);
    default:
      return assertNever(phase);
  }
}

function fallbackDocument(ctx: ForwardingContext): Reply {
  serveFallback(ctx);
  ctx.state.timestamps.fallbackAt ??= ctx.at;
  return fallbackVerbs(ctx);
}

/**
 * Joins the room. Both legs carry the same settings, as the first to enter decides them (twilio.com/docs/voice/twiml/conference).
 */
export function room(ctx: ForwardingContext, leg: number): Verb {
  const wait = leg === 0 ? waitOf(ctx.state.settings, callbackRef(ctx, 0, 'caller.wait')) : 'silence';
  return {
    verb: 'dial.conference',
    room: roomOf(ctx.state.call.sid),
    action: callbackRef(ctx, leg, leg === 0 ? 'caller.ended' : 'leg.ended'),
    statusCallback: callbackRef(ctx, 0, 'conference'),
    statusCallbackEvents: ['start', 'end', 'join', 'leave'],
    startOnEnter: true,
    endOnExit: true,
    maxParticipants: 2,
    ...(wait === undefined ? {} : { wait }),
    ...(ctx.state.settings.record ? { recording: callbackRef(ctx, 0, 'talk.recording') } : {}),
  };
}
