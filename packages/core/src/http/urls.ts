import { type CallbackRef, CALLBACKS, formatRef } from '../wire/callbacks.js';
import type { ToUrl } from '../wire/tags.js';
import { escapeAttribute } from '../wire/xml-text.js';
import { soundPath } from './audio/sounds.js';

/**
 * Asks Twilio to repeat what failed: without it, a 5xx or a read time-out is not repeated
 * (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). Never part of the signature.
 */
export const RETRY = '#rc=3&rp=5xx,ct,rt';

/** The public address under which Twilio reaches us, taken apart. */
export interface PublicBase {
  /** Without a slash at the end. */
  readonly href: string;
  /** The path in it, `''` or `/…`. */
  readonly prefix: string;
}

/**
 * @throws TypeError naming `publicBaseUrl`
 */
export function publicBase(value: unknown): PublicBase {
  if (typeof value !== 'string') {
    throw new TypeError(`"publicBaseUrl" must be a string, such as https://example.com/voice; got ${typeof value}`);
  }
  const match = /^https?:\/\/([^/?#\s\\]+)((?:\/[A-Za-z0-9._~%-]+)*)\/*$/i.exec(value);
  const [, authority = '', prefix = ''] = match ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (match === null || !URL.canParse(value)) {
    throw new TypeError(
      `"publicBaseUrl" must be the absolute http(s) address under which Twilio reaches this server, without query and fragment, such as https://example.com/voice; got ${JSON.stringify(withoutUserInfo(value))}`,
    );
  }
  // Twilio does not accept it (twilio.com/docs/voice/api/call-resource, StatusCallback).
  if (host.includes('_'))
    throw new TypeError(`"publicBaseUrl" must have a host name without "_"; got ${JSON.stringify(host)}`);
  return { href: value.replace(/\/+$/, ''), prefix };
}

function withoutUserInfo(value: string): string {
  return value.replace(/\/\/[^/@]*@/, '//').slice(0, 120);
}

/**
 * Where callback references lead, and where our sounds are: every address we give to Twilio is made here.
 * @throws TypeError naming `publicBaseUrl`
 */
export function callbackUrls(publicBaseUrl: string): ToUrl {
  const { href } = publicBase(publicBaseUrl);
  const [start, end] = [escapeAttribute(href), escapeAttribute(RETRY)];
  const url: ToUrl = (to) =>
    'sound' in to ? href + soundPath(to.sound) : `${href}${CALLBACKS[to.purpose].path}?ref=${formatRef(to)}${RETRY}`;
  return Object.assign(url, {
    escaped: (to: CallbackRef) => `${start}${CALLBACKS[to.purpose].path}?ref=${escapeAttribute(formatRef(to))}${end}`,
  });
}

/** The addresses that are set at Twilio by hand, or by a program. */
export interface WebhookUrls {
  /** Of the number: a call comes in. */
  readonly voice: string;
  /** Of the number: call status changes. */
  readonly status: string;
  /** Of a TaskRouter workflow: assignment callback. */
  readonly assign: string;
  /** Of a TaskRouter workspace: event callback. */
  readonly events: string;
}

/**
 * What has to be set at Twilio so that it finds us.
 * @throws TypeError naming `publicBaseUrl`
 */
export function webhookUrls(publicBaseUrl: string): WebhookUrls {
  const { href } = publicBase(publicBaseUrl);
  return {
    voice: `${href}/inbound${RETRY}`,
    status: `${href}/inbound/status${RETRY}`,
    assign: `${href}/assign`,
    events: `${href}/trevents`,
  };
}
