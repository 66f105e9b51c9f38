import type { Call } from './call.js';
import { commonParams, rfc2822 } from './params.js';
import type { World } from './world.js';

/** Events of a call's `StatusCallback` (twilio.com/docs/voice/api/call-resource#statuscallbackevent). */
export const CALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
export type CallEvent = (typeof CALL_EVENTS)[number];

export interface StatusSubscription {
  url: string;
  method: 'GET' | 'POST';
  events: ReadonlySet<CallEvent>;
  /** Of the next event sent; counts only subscribed events. */
  sequence: number;
}

/** Returns the talk time in seconds. */
export function durationSeconds(call: Call): number {
  if (call.answeredAt === undefined || call.endedAt === undefined) return 0;
  return Math.round((call.endedAt - call.answeredAt) / 1000);
}

/** Sends a call-progress event if it was subscribed. */
export function sendStatus(world: World, call: Call, event: CallEvent): void {
  const subscription = call.subscription;
  if (!subscription?.events.has(event)) return;
  const status = event === 'initiated' ? 'initiated' : event === 'answered' ? 'in-progress' : call.status;
  const params = commonParams(world.accountSid, call, status);
  params.push(
    ['Timestamp', rfc2822(world.clock.now())],
    ['CallbackSource', 'call-progress-events'],
    ['SequenceNumber', String(subscription.sequence++)],
  );
  if (call.direction !== 'inbound' && (event === 'ringing' || event === 'answered')) params.push(['StirStatus', 'B']);
  if (event === 'completed') {
    const seconds = durationSeconds(call);
    params.push(
      ['CallDuration', String(seconds)],
      ['Duration', String(Math.ceil(seconds / 60))],
      ['SipResponseCode', String(call.sipCode ?? 200)],
    );
    if (call.answeredBy !== undefined) {
      if (world.toggles.answeredByOnCompleted === 'present') params.push(['AnsweredBy', call.answeredBy]);
    } else if (call.detection !== undefined && call.answeredAt !== undefined) {
      if (world.toggles.answeredByWhenUnfinished === 'unknown') params.push(['AnsweredBy', 'unknown']);
    }
    if (call.status === 'failed' && world.toggles.errorCodeOnStatus === 'present') {
      params.push(['ErrorCode', '32009'], ['ErrorMessage', 'The user you tried to dial is not reachable']);
    }
  }
  world.notify({
    url: subscription.url,
    method: subscription.method,
    params,
    about: call.sid,
    name: `${event} (${status})`,
    failureCode: 15003,
  });
}
