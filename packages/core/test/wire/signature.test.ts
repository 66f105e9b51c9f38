import { createHash } from 'node:crypto';
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { isSigned, sign, verifySignature } from '../../src/http/security/signature.js';
import { signedUrls } from '../../src/wire/signature.js';
import { TOKEN } from '../helpers/webhooks.js';

const URL_OF_CALL = 'https://demo.example.com/twilio/voice/inbound';
const CALL = {
  AccountSid: 'AC00000000000000000000000000000000',
  ApiVersion: '2010-04-01',
  CallSid: 'CA11111111111111111111111111111111',
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: '+14155550100',
  To: '+14155550199',
};
const JSON_BODY = '{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}';

/** Computed by the official library 6.3.1, for the same call. */
test.each([
  ['SHA-256', 'Mh71gSmWf7Cu60n81dOLRkd+pe2JW/l9DiJVNNlT/yY='],
  ['SHA-1', 'ZyFyKpp0G48bek1D5zYMeQ1DzhE='],
] as const)('a shared key signs the same text by %s', async (hash, signature) => {
  const params = new Map(Object.entries(CALL));
  const [secret, other] = ['shared-secret-1', 'shared-secret-2'];
  expect(await verifySignature({ hash, secrets: [other, secret] }, signature, URL_OF_CALL, params)).toBe(true);
  expect(await verifySignature({ hash, secrets: [other] }, signature, URL_OF_CALL, params)).toBe(false);
  expect(await verifySignature({ hash, secrets: [] }, signature, URL_OF_CALL, params)).toBe(false);
});

describe('known answers (twilio.com/docs/usage/webhooks/webhooks-security)', () => {
  test.each([
    [
      '12345',
      'https://example.com/myapp.php?foo=1&bar=2',
      {
        CallSid: 'CA1234567890ABCDE',
        Caller: '+14158675310',
        Digits: '1234',
        From: '+14158675310',
        To: '+18005551212',
      },
      'L/OH5YylLD5NRKLltdqwSvS0BnU=',
    ],
    [TOKEN, URL_OF_CALL, CALL, 'igjzWjrbPbd0lU1FoDHnesxlUYY='],
    [
      TOKEN,
      `https://demo.example.com/twilio/json?bodySHA256=${createHash('sha256').update(JSON_BODY).digest('hex')}`,
      {},
      'wApfXFz9VBQittR7fJ5iNqc/I6M=',
    ],
  ])('%s %s', (token, url, fields, signature) => {
    const params = new Map(Object.entries(fields));
    expect(sign(token, url, params)).toBe(signature);
    expect(isSigned([token], signature, url, params)).toBe(true);
    expect(isSigned(['another', token], signature, url, params)).toBe(true);
    expect(isSigned(['another'], signature, url, params)).toBe(false);
    expect(isSigned([], signature, url, params)).toBe(false);
    for (const wrong of [undefined, '', ' ', signature.slice(1), `${signature} `, signature.toLowerCase()]) {
      expect(isSigned([token], wrong, url, params)).toBe(false);
    }
  });
});

test('every character of a signature counts, and its length', () => {
  const params = new Map([['CallSid', 'CA1']]);
  const url = 'https://a.example/x';
  const signature = sign(TOKEN, url, params);
  expect(signature).toHaveLength(28);
  for (let at = 0; at < signature.length; at += 1) {
    const other = signature[at] === 'A' ? 'B' : 'A';
    const wrong = signature.slice(0, at) + other + signature.slice(at + 1);
    expect([at, isSigned([TOKEN], wrong, url, params)]).toEqual([at, false]);
    expect([at, isSigned([TOKEN], signature.slice(0, at), url, params)]).toEqual([at, false]);
  }
  for (const more of ['=', 'A', ' ', '\n', `,${signature}`]) {
    expect(isSigned([TOKEN], signature + more, url, params)).toBe(false);
  }
});

describe('the address that was signed', () => {
  test.each([
    ['https://a.example/x', ['https://a.example/x', 'https://a.example:443/x']],
    ['https://a.example:8443/x?q', ['https://a.example/x?q', 'https://a.example:8443/x?q']],
    ['http://a.example/x', ['http://a.example/x', 'http://a.example:80/x']],
    ['https://user:p:w@a.example/x#rc=3', ['https://a.example/x', 'https://a.example:443/x']],
    ['http://[::1]/x', ['http://[::1]/x', 'http://[::1]:80/x']],
    ['http://[::1]:3000/x', ['http://[::1]/x', 'http://[::1]:3000/x']],
    [
      "https://a.example/x?n=O'Neil",
      [
        "https://a.example/x?n=O'Neil",
        "https://a.example:443/x?n=O'Neil",
        'https://a.example/x?n=O%27Neil',
        'https://a.example:443/x?n=O%27Neil',
      ],
    ],
    ['not an address', []],
  ])('the signed addresses are found: %s', (url, expected) => {
    expect([...signedUrls(url)]).toEqual(expected);
  });
});

test('the signature agrees with the official library', () => {
  const field = fc.string({ unit: 'grapheme', maxLength: 12 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,8}$/), field, { maxKeys: 8 }),
      fc.constantFrom('https://a.example/x', 'http://a.example:81/y?ref=a.b', "https://a.example:8443/z?n=O'Neil"),
      (fields, url) => {
        const signature = twilio.getExpectedTwilioSignature(TOKEN, url, fields);
        expect(isSigned([TOKEN], signature, url, new Map(Object.entries(fields)))).toBe(true);
        expect(twilio.validateRequest(TOKEN, sign(TOKEN, url, new Map(Object.entries(fields))), url, fields)).toBe(
          true,
        );
      },
    ),
  );
});
