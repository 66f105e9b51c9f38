import { createHmac } from 'node:crypto';

/** The hash that signs: an auth token always signs with the first. */
export type SignatureAlgorithm = 'HMAC_SHA1' | 'HMAC_SHA256';

/**
 * A key that signs webhooks in place of the auth token; its id and algorithm are in the header
 * `X-Twilio-Webhooks-Signature-Settings` (twilio.com/docs/usage/webhooks/webhook-shared-keys).
 */
export interface SharedKey {
  /** Such as `webhooks_sharedkey_…`. */
  readonly id: string;
  readonly secret: string;
  readonly algorithm: SignatureAlgorithm;
}

const HASHES: Readonly<Record<SignatureAlgorithm, string>> = { HMAC_SHA1: 'sha1', HMAC_SHA256: 'sha256' };

/** Form parameters in the order they are sent; a name may repeat. */
export type Params = readonly (readonly [name: string, value: string])[];

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Returns the address Twilio signs: no fragment, no user info, and for https no port
 * (twilio.com/docs/usage/webhooks/webhooks-security).
 */
export function signedUrl(url: string): string {
  const bare = url.split('#', 1)[0] as string;
  return bare.replace(/^(https?:\/\/)([^/?]*@)?([^/?]*)/i, (_all, scheme: string, _user, host: string) =>
    scheme.toLowerCase() === 'https://' ? scheme + host.replace(/:\d+$/, '') : scheme + host,
  );
}

/**
 * Returns the address as an HTTP client of the platform sends it, which must be what is signed: the URL standard writes `%27` for
 * an apostrophe in a query, and percent-encodes what is not ASCII. Scheme and host stay unchanged.
 */
export function sentUrl(url: string): string {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url)?.[0];
  if (origin === undefined || origin === url || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return origin + pathname + search;
}

/**
 * Computes the `X-Twilio-Signature` of a request (twilio.com/docs/usage/webhooks/webhooks-security): base64 of an HMAC over the
 * URL and the POST parameters sorted by name. For GET pass no parameters and the URL with its query.
 */
export function twilioSignature(
  secret: string,
  url: string,
  params: Params | Readonly<Record<string, string | readonly string[]>> = [],
  algorithm: SignatureAlgorithm = 'HMAC_SHA1',
): string {
  const values = new Map<string, Set<string>>();
  const add = (name: string, value: string): void => {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  };
  if (Array.isArray(params)) for (const [name, value] of params as Params) add(name, value);
  else
    for (const [name, value] of Object.entries(params as Record<string, string | readonly string[]>))
      for (const one of typeof value === 'string' ? [value] : value) add(name, one);
  let data = signedUrl(url);
  for (const name of [...values.keys()].sort(byCodeUnit))
    for (const value of [...(values.get(name) ?? [])].sort(byCodeUnit)) data += name + value;
  return createHmac(HASHES[algorithm], secret).update(data, 'utf8').digest('base64');
}
