import type { HashName } from './keyed-hash.js';

/** Names the shared key that signed, and its algorithm (twilio.com/docs/usage/webhooks/webhook-shared-keys). */
export const SETTINGS_HEADER = 'x-twilio-webhooks-signature-settings';

const HASHES: Readonly<Record<string, HashName>> = { HMAC_SHA1: 'SHA-1', HMAC_SHA256: 'SHA-256' };

/** What may sign the webhooks of an account. */
export interface Signers {
  readonly authTokens: readonly string[];
  /** Secrets by the id of their key. */
  readonly sharedKeys: ReadonlyMap<string, string>;
}

/** Who a request says it is signed by: its signature must be of one of the secrets. */
export interface Signer {
  readonly hash: HashName;
  /** None: the request names a key or an algorithm that is not known. */
  readonly secrets: readonly string[];
  /** For the log: the key that is named, and what is wrong with it. `null`: the auth token signs. */
  readonly said: string | null;
}

/**
 * Reads who signed. Without the header it is the auth token. With it, only a shared key counts: the auth token is then refused.
 * The header is not signed. Whoever changes it is checked with other secrets, and is refused.
 */
export function signerOf({ authTokens, sharedKeys }: Signers, settings: string | undefined): Signer {
  // What an intermediary has emptied says nothing.
  if (settings === undefined || settings.trim() === '') return { hash: 'SHA-1', secrets: authTokens, said: null };
  const { key, algorithm = 'HMAC_SHA1', isTwice } = fieldsOf(settings);
  const hash = HASHES[algorithm.toUpperCase()];
  const named = key === undefined ? 'a shared key without a name' : `the shared key ${quoted(key)}`;
  const nobody = (problem: string): Signer => ({ hash: 'SHA-1', secrets: [], said: `${named}, ${problem}` });
  if (isTwice) return nobody('and the header names it or its algorithm twice');
  if (hash === undefined) return nobody(`by the unknown algorithm ${quoted(algorithm)}`);
  const secrets = key === undefined ? [...sharedKeys.values()] : [sharedKeys.get(key)].filter(isSecret);
  if (secrets.length > 0) return { hash, secrets, said: `${named} (${algorithm.toUpperCase()})` };
  if (sharedKeys.size === 0) return nobody('but no "sharedKeys" are given: add its secret under this id');
  return nobody('which is not among the "sharedKeys": add its secret under this id');
}

/** Blanks around the parts are tolerated, and parts that nobody knows yet, as the official library does. */
function fieldsOf(settings: string): { key?: string; algorithm?: string; isTwice: boolean } {
  const pairs = settings.split(',').map((part) => {
    const [name = '', ...rest] = part.split('=');
    return [name.trim(), rest.join('=').trim()] as const;
  });
  const known = pairs.filter(([name, value]) => (name === 'key' || name === 'algorithm') && value !== '');
  return { ...Object.fromEntries(known), isTwice: new Set(known.map(([name]) => name)).size < known.length };
}

function isSecret(secret: string | undefined): secret is string {
  return secret !== undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
