import { sign } from '../../src/http/security/signature.js';
import type { HttpRequest } from '../../src/http/message.js';

export const ACCOUNT = 'AC0a1b2c3d4e5f60718293a4b5c6d7e8f9';
export const CALLER = 'CA11111111aaaa4bbb8ccc222222222222';
export const LEG = 'CA22222222aaaa4bbb8ccc333333333333';
export const TOKEN = '0123456789abcdef0123456789abcdef';
export const BASE = 'https://amd.example.com';

/** Parameters of every webhook of a call (twilio.com/docs/voice/twiml#request-parameters). */
export function common(sid: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    AccountSid: ACCOUNT,
    ApiVersion: '2010-04-01',
    CallSid: sid,
    CallStatus: 'in-progress',
    Direction: 'inbound',
    From: '+12125550123',
    FromCity: '',
    To: '+14155550199',
    ...more,
  };
}

export interface Shape {
  readonly base?: string;
  readonly query?: string;
  readonly token?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly method?: string;
  /** Replaces the parameters in the body; the signature stays theirs. */
  readonly body?: string;
  readonly signedQuery?: string;
}

/** Builds a request as Twilio would send it; `shape` changes it. */
export function webhook(
  path: string,
  params: Record<string, string>,
  shape: Shape = {},
): HttpRequest & { readonly body: string } {
  const query = shape.query ?? '';
  const signedQuery = shape.signedQuery ?? query;
  const url = `${shape.base ?? BASE}${path}${signedQuery === '' ? '' : `?${signedQuery}`}`;
  return {
    method: shape.method ?? 'POST',
    path,
    query,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': sign(shape.token ?? TOKEN, url, new Map(Object.entries(params))),
      host: 'evil.example.net',
      ...shape.headers,
    },
    body: shape.body ?? new URLSearchParams(params).toString(),
  };
}
