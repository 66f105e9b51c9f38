import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isKeyedHash, keyedHash, verifyKeyedHash, type HashName } from '../../src/http/security/keyed-hash.js';
import { sign } from '../../src/http/security/signature.js';
import { CALLER, common, TOKEN, webhook } from '../helpers/webhooks.js';
import { scene } from './scene.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** As on a host of the web standard, which has no module of Node. */
function withoutNode(): void {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** RFC 2202, 3, and RFC 4231, 4.3: HMAC of "what do ya want for nothing?" with the key "Jefe". */
const KNOWN: readonly (readonly [HashName, string])[] = [
  ['SHA-1', base64('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79')],
  ['SHA-256', base64('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')],
];
const [KEY, TEXT] = ['Jefe', 'what do ya want for nothing?'];

describe.each(KNOWN)('HMAC with %s', (hash, expected) => {
  it('the known answer is computed and recognised on Node', async () => {
    expect(keyedHash(hash, KEY, TEXT)).toBe(expected);
    expect(isKeyedHash(hash, KEY, TEXT, expected)).toBe(true);
    expect(await verifyKeyedHash(hash, KEY, TEXT, expected)).toBe(true);
  });

  it.each(['node:crypto', 'Web Crypto'])('every character and the length of it count with %s', async (by) => {
    if (by === 'Web Crypto') withoutNode();
    expect(await verifyKeyedHash(hash, KEY, TEXT, expected)).toBe(true);
    const wrong = Array.from(expected, (char, at) => [
      expected.slice(0, at) + (char === 'A' ? 'B' : 'A') + expected.slice(at + 1),
      expected.slice(0, at),
      `${expected.slice(0, at)} ${expected.slice(at)}`,
    ]).flat();
    // The last character before "=" holds unused bits: another that differs in these alone is another signature.
    const last = expected.at(-2) ?? '';
    const next = String.fromCharCode(last.charCodeAt(0) + 1);
    wrong.push(expected.replace(`${last}=`, `${next}=`));
    for (const more of ['=', 'A', ' ', '\n', `,${expected}`]) wrong.push(expected + more);
    wrong.push(expected.replaceAll('=', ''), expected.toLowerCase(), 'é', '');
    for (const given of wrong) expect([given, await verifyKeyedHash(hash, KEY, TEXT, given)]).toEqual([given, false]);
    expect(await verifyKeyedHash(hash, `${KEY} `, TEXT, expected)).toBe(false);
    expect(await verifyKeyedHash(hash, KEY, `${TEXT} `, expected)).toBe(false);
  });

  it('Web Crypto recognises whatever Node signs', async () => {
    const nodeHash = hash.replace('-', '').toLowerCase();
    withoutNode();
    const text = fc.string({ unit: 'grapheme', maxLength: 200 });
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(key, text, async (secret, signed) => {
        const given = createHmac(nodeHash, secret).update(signed, 'utf8').digest('base64');
        expect(await verifyKeyedHash(hash, secret, signed, given)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a host without node:crypto', () => {
  it('an endpoint takes what is signed, and nothing else', async () => {
    const { endpoint, heard, log } = scene();
    const signed = webhook('/inbound', common(CALLER));
    withoutNode();
    expect((await endpoint.handle(signed)).status).toBe(200);
    for (const signature of [undefined, '', `${signed.headers['x-twilio-signature'] ?? ''}=`, 'x'.repeat(28)]) {
      const headers = { ...signed.headers, 'x-twilio-signature': signature };
      expect((await endpoint.handle({ ...signed, headers })).status).toBe(403);
    }
    expect(heard).toHaveLength(1);
    expect(log[0]?.message).toContain('there is no signature');
  });

  it('a signature that was made for another address is explained', async () => {
    const { endpoint, log } = scene();
    const other = webhook('/inbound', common(CALLER), { base: 'http://amd.example.com' });
    withoutNode();
    expect((await endpoint.handle(other)).status).toBe(403);
    expect(log[0]?.message).toContain('the wrong scheme');
  });

  it('what works at once says that it cannot', () => {
    withoutNode();
    expect(() => sign(TOKEN, 'https://a.example', new Map())).toThrow('this host has no "node:crypto"');
  });
});
