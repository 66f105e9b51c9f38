import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Params } from '../../wire/params.js';
import { signedText, signedUrls } from '../../wire/signature.js';

/** `X-Twilio-Signature` of a form: HMAC-SHA1 with the account's primary auth token. */
export function sign(authToken: string, url: string, params: Params): string {
  return hmac(authToken, signedText(url, params));
}

/** True when one of the tokens signed the request: during a rotation both the old and the new one are in use. */
export function isSigned(
  authTokens: readonly string[],
  signature: string | undefined,
  url: string,
  params: Params,
): boolean {
  const given = Buffer.from(signature ?? '', 'utf8');
  const text = signedText('', params);
  // The likeliest address first: which of them was signed is no secret, so the first that fits is enough.
  for (const candidate of signedUrls(url)) {
    for (const token of authTokens) {
      const expected = Buffer.from(hmac(token, candidate + text), 'utf8');
      if (given.length === expected.length && timingSafeEqual(given, expected)) return true;
    }
  }
  return false;
}

function hmac(authToken: string, text: string): string {
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}
