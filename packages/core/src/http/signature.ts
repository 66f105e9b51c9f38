import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Params } from '../wire/params.js';
import { signedText, signedUrls } from '../wire/signature.js';

/** `X-Twilio-Signature` of a form: HMAC-SHA1 with the account's primary auth token. */
export function sign(authToken: string, url: string, params: Params): string {
  return createHmac('sha1', authToken).update(signedText(url, params), 'utf8').digest('base64');
}

/** True when one of the tokens signed the request: during a rotation both the old and the new one are in use. */
export function isSigned(
  authTokens: readonly string[],
  signature: string | undefined,
  url: string,
  params: Params,
): boolean {
  const given = Buffer.from(signature ?? '', 'utf8');
  let signed = false;
  for (const token of authTokens) {
    for (const candidate of signedUrls(url)) {
      const expected = Buffer.from(sign(token, candidate, params), 'utf8');
      if (given.length === expected.length && timingSafeEqual(given, expected)) signed = true;
    }
  }
  return signed;
}
