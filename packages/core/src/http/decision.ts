import type { InboundCall } from '../flows/call/call.js';
import type { InboundDecided } from '../flows/caller/events.js';
import type { Turn } from '../runtime/runtime.js';
import { twiml, type Verb } from '../wire/twiml.js';
import { busyDocument, fallbackTwiml, type FallbackTexts } from './fallback-twiml.js';

/** What `resolve` may say instead of whom to ring. */
export type Decision =
  | { readonly kind: 'reject'; readonly reason: 'busy' | 'rejected' }
  | { readonly kind: 'redirect'; readonly url: string };

/**
 * Rejects a call: it is never answered, and not billed (twilio.com/docs/voice/twiml/reject). A caller who is on the line already
 * hears `fallbackTexts.busy` or `fallbackTexts.unavailable`.
 */
export function reject(reason: 'busy' | 'rejected' = 'rejected'): Decision {
  if ((reason as unknown) === 'busy' || (reason as unknown) === 'rejected') return { kind: 'reject', reason };
  throw new TypeError(`"reason" must be "busy" or "rejected"; got ${JSON.stringify(reason)}`);
}

/**
 * Hands a call to TwiML of your own, which serves the caller from then on.
 * @throws TypeError when it is not an absolute https URL
 */
export function redirect(url: string): Decision {
  if (typeof url === 'string' && /^https:\/\/[^\s/?#]+\S*$/i.test(url)) return { kind: 'redirect', url };
  throw new TypeError('"url" must be an absolute https URL');
}

export function isDecision(value: object): value is Decision {
  return 'kind' in value && (value.kind === 'reject' || value.kind === 'redirect');
}

/** The event of a call that nobody is rung for. The flow knows whether the caller is served already, and then goes on with that. */
export function decided(decision: Decision, call: InboundCall, texts: FallbackTexts): Omit<InboundDecided, 'at'> {
  return { type: 'inbound.decided', call, reply: twiml(...verbsOf(decision, call, texts)) };
}

/** A turn that reads the record: nothing is written, so no commit would show that the call is known. */
export function reading(turn: Turn): Turn {
  return { ...turn, isNew: false };
}

function verbsOf(decision: Decision, { status, since }: InboundCall, texts: FallbackTexts): readonly Verb[] {
  if (decision.kind === 'redirect') return [{ verb: 'redirect', to: { url: decision.url } }];
  // A caller who was asked to wait was answered by that.
  if (status === 'ringing' && since === undefined) return [{ verb: 'reject', reason: decision.reason }];
  return decision.reason === 'busy' ? busyDocument(texts) : fallbackTwiml('inbound', null, texts);
}
