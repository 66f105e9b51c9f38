import type { Params } from '../../wire/params.js';
import { signedText, signedUrls } from '../../wire/signature.js';
import { isKeyedHash, keyedHash, verifyKeyedHash } from './keyed-hash.js';
import type { Signer } from './signers.js';

/**
 * Returns the `X-Twilio-Signature` of a form, in base64: HMAC-SHA1 with the account's primary auth token.
 * @throws Error on a host without `node:crypto`
 */
export function sign(authToken: string, url: string, params: Params): string {
  return keyedHash('SHA-1', authToken, signedText(url, params));
}

/**
 * True when one of the tokens signed the request: during a rotation both the old and the new one are in use.
 * @throws Error on a host without `node:crypto`; an endpoint checks signatures there as well
 */
export function isSigned(
  authTokens: readonly string[],
  signature: string | undefined,
  url: string,
  params: Params,
): boolean {
  for (const [token, text] of candidates(authTokens, url, params)) {
    if (isKeyedHash('SHA-1', token, text, signature ?? '')) return true;
  }
  return false;
}

/** Resolves with whether a secret of this signer signed the request, on every host. */
export async function verifySignature(
  { hash, secrets }: Pick<Signer, 'hash' | 'secrets'>,
  signature: string | undefined,
  url: string,
  params: Params,
): Promise<boolean> {
  for (const [secret, text] of candidates(secrets, url, params)) {
    if (await verifyKeyedHash(hash, secret, text, signature ?? '')) return true;
  }
  return false;
}

/** The likeliest address first: which of them was signed is no secret, so the first that fits is enough. */
function* candidates(
  secrets: readonly string[],
  url: string,
  params: Params,
): Generator<readonly [secret: string, text: string]> {
  const text = signedText('', params);
  for (const candidate of signedUrls(url)) {
    for (const secret of secrets) yield [secret, candidate + text];
  }
}
