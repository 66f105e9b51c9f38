import { press } from '../people/behaviour.js';
import { Call } from './call.js';
import { hangUp } from './hang-up.js';
import { endCall } from './lifecycle.js';
import { requestDocument } from './run.js';
import { after } from './world.js';
import type { LegMoment, PhoneNumber, World } from './world.js';

/**
 * When a caller hangs up: some time after the call was placed, or at a moment of one of the legs made for them. Without `afterMs`
 * they hang up at that very moment, before the webhook it causes; with it, that many ms later (0: once the application has
 * handled the webhook). `leg-human`: the verdict `human` is known.
 */
export type HangUpRule = { readonly afterMs: number } | { readonly when: LegMoment; readonly afterMs?: number };

/** Who calls which number, and what they do. */
export interface InboundOptions {
  /** The caller: E.164, or what Twilio sends for a withheld caller id, e.g. `anonymous`. */
  from: string;
  /** One of the simulator's numbers. */
  to: string;
  callerName?: string;
  forwardedFrom?: string;
  /** Whether Twilio sends a `CallToken` (default true). */
  withCallToken?: boolean;
  hangUp?: HangUpRule;
  /** Keys the caller presses, this long after calling; they are lost unless a verb listens. */
  press?: readonly { readonly afterMs: number; readonly digits: string }[];
}

/** Creates a `CallToken`: still percent-encoded after form decoding, opaque to applications. */
function callToken(call: Call): string {
  const claims = JSON.stringify({
    callSid: call.sid,
    from: call.from,
    to: call.to,
    iat: Math.floor(call.createdAt / 1000),
  });
  const jwt = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from(claims).toString('base64url')}.simulated`;
  return encodeURIComponent(JSON.stringify({ parentCallInfoToken: jwt, identityHeaderTokens: [] }));
}

function documentOf(number: PhoneNumber): Pick<Call, 'document' | 'fallback' | 'subscription'> {
  return {
    document: number.voiceUrl ? { url: number.voiceUrl, method: number.voiceMethod ?? 'POST' } : undefined,
    fallback: number.voiceFallbackUrl
      ? { url: number.voiceFallbackUrl, method: number.voiceFallbackMethod ?? 'POST' }
      : undefined,
    subscription: number.statusCallback
      ? {
          url: number.statusCallback,
          method: number.statusCallbackMethod ?? 'POST',
          events: new Set(['completed']),
          sequence: 0,
        }
      : undefined,
  };
}

/** Places a call to one of the numbers. */
export function placeInbound(world: World, number: PhoneNumber, options: InboundOptions): Call {
  const call = new Call({
    sid: world.ids.sid('CA'),
    direction: 'inbound',
    from: options.from,
    to: options.to,
    status: 'ringing',
    createdAt: world.clock.now(),
  });
  Object.assign(call, documentOf(number));
  const extra: [string, string][] = [];
  if (options.withCallToken !== false) {
    const token = callToken(call);
    world.tokens.set(token, call);
    extra.push(['CallToken', token]);
  }
  if (options.callerName !== undefined) extra.push(['CallerName', options.callerName]);
  if (options.forwardedFrom !== undefined) extra.push(['ForwardedFrom', options.forwardedFrom]);
  extra.push(['StirVerstat', 'TN-Validation-Passed-A']);
  call.extra = extra;
  call.ringingAt = call.createdAt;
  world.calls.set(call.sid, call);
  world.liveInbound.add(call);
  world.live += 1;
  world.record('call', call.sid, `${call.from} calls ${call.to}`, { status: call.status });
  for (const { afterMs, digits } of options.press ?? []) after(world, call, afterMs, () => press(world, call, digits));
  const rule = options.hangUp;
  if (rule !== undefined && !('when' in rule)) {
    after(world, call, rule.afterMs, () => hangUp(world, call, 'the caller gave up'));
  }
  after(world, call, 0, () => {
    if (call.document === undefined) {
      world.debug({
        code: 11200,
        level: 'error',
        message: `${call.to} has no voice URL`,
        url: undefined,
        callSid: call.sid,
      });
      endCall(world, call, { status: 'failed', sip: 404, reason: 'the number has no voice URL' });
    } else requestDocument(world, call, []);
  });
  return call;
}
