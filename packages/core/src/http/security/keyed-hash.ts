import type * as NodeCrypto from 'node:crypto';

/** The hashes that Twilio signs with. */
export type HashName = 'SHA-1' | 'SHA-256';

/**
 * Returns the HMAC of a text, in base64. Works at once, so it needs `node:crypto`, which Node, Bun and Deno have.
 * @throws Error on a host that has only Web Crypto, which answers by a promise
 */
export function keyedHash(hash: HashName, key: string, text: string): string {
  return hmac(demanded(), hash, key, text).toString('base64');
}

/**
 * True if `given` is the HMAC of the text, in base64 and to the letter. Compares in constant time.
 * @throws Error on a host that has only Web Crypto: there use `verifyKeyedHash`
 */
export function isKeyedHash(hash: HashName, key: string, text: string, given: string): boolean {
  return isHmac(demanded(), hash, key, text, given);
}

/**
 * Resolves with the same on every host, by Web Crypto where there is no `node:crypto`. It prefers `node:crypto`: Web Crypto
 * answers from a pool of threads, which may change the order of webhooks that come together.
 */
export async function verifyKeyedHash(hash: HashName, key: string, text: string, given: string): Promise<boolean> {
  const crypto = nodeCrypto();
  return crypto === undefined ? verifyByWebCrypto(hash, key, text, given) : isHmac(crypto, hash, key, text, given);
}

type Crypto = typeof NodeCrypto;

/**
 * Asked for, not imported: an import of `node:crypto` cannot be bundled for a web-standard host
 * (nodejs.org/api/process.html#processgetbuiltinmoduleid).
 */
function nodeCrypto(): Crypto | undefined {
  const { process } = globalThis as { readonly process?: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> };
  return process?.getBuiltinModule?.('node:crypto');
}

function demanded(): Crypto {
  const crypto = nodeCrypto();
  if (crypto !== undefined) return crypto;
  throw new Error('this host has no "node:crypto": only an endpoint can check signatures here, by Web Crypto');
}

function hmac(crypto: Crypto, hash: HashName, key: string, text: string): Buffer {
  return crypto.createHmac(hash.replace('-', ''), key).update(text, 'utf8').digest();
}

function isHmac(crypto: Crypto, hash: HashName, key: string, text: string, given: string): boolean {
  const expected = Buffer.from(hmac(crypto, hash, key, text).toString('base64'), 'utf8');
  const sent = Buffer.from(given, 'utf8');
  return sent.length === expected.length && crypto.timingSafeEqual(sent, expected);
}

/** `verify` compares in constant time (w3.org/TR/webcrypto-2/#hmac-operations-verify). */
async function verifyByWebCrypto(hash: HashName, key: string, text: string, given: string): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const signature = bytesOf(given);
  if (signature === undefined) return false;
  const utf8 = new TextEncoder();
  const imported = await subtle.importKey('raw', utf8.encode(key), { name: 'HMAC', hash }, false, ['verify']);
  return subtle.verify('HMAC', imported, signature, utf8.encode(text));
}

/** `undefined`: not base64, or not as it is written by who makes it: `atob` takes white space and unused bits. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const text = atob(base64);
    return btoa(text) === base64 ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}
