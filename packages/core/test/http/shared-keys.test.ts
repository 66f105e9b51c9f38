import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { createForwardingEndpoint, type EndpointOptions } from '../../src/http/index.js';
import type { HttpRequest } from '../../src/http/message.js';
import { createCallForwarding } from '../../src/twilio/index.js';
import { payloads } from '../../src/testing/index.js';
import { signedText } from '../../src/wire/signature.js';
import { twiml } from '../../src/wire/twiml.js';
import { ACCOUNT, BASE, TOKEN, webhook } from '../helpers/webhooks.js';

const OLD = { id: 'webhooks_sharedkey_1', secret: 'shared-secret-1' };
const NEW = { id: 'webhooks_sharedkey_2', secret: 'a=b,c' };
const SETTINGS = 'x-twilio-webhooks-signature-settings';
const params: Readonly<Record<string, string>> = payloads.inbound();

type Algorithm = 'HMAC_SHA1' | 'HMAC_SHA256';

/** A call that comes in, signed as the official library computes it. */
function signed(secret: string, algorithm: Algorithm, settings?: string): HttpRequest & { readonly body: string } {
  const signature = twilio.getExpectedTwilioSignature(secret, `${BASE}/inbound`, params, algorithm);
  return webhook('/inbound', { ...params }, { headers: { 'x-twilio-signature': signature, [SETTINGS]: settings } });
}

function scene(options: Partial<EndpointOptions> = {}): {
  readonly send: (request: HttpRequest) => Promise<number>;
  readonly told: string[];
} {
  const told: string[] = [];
  const endpoint = createForwardingEndpoint({
    runtime: { handle: () => Promise.resolve(twiml()) },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    sharedKeys: { [OLD.id]: OLD.secret, [NEW.id]: NEW.secret },
    resolve: () => ({ forwardTo: ['+14155550142'] }),
    log: ({ message }) => told.push(message),
    ...options,
  });
  return { send: async (request) => (await endpoint.handle(request)).status, told };
}

describe('webhooks signed with a shared key', () => {
  it.each<readonly [what: string, request: HttpRequest]>([
    ['by HMAC_SHA256', signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`)],
    ['by HMAC_SHA1', signed(OLD.secret, 'HMAC_SHA1', `key=${OLD.id},algorithm=HMAC_SHA1`)],
    ['by the next key of a rotation', signed(NEW.secret, 'HMAC_SHA256', `key=${NEW.id},algorithm=HMAC_SHA256`)],
    [
      'with blanks and in small letters',
      signed(OLD.secret, 'HMAC_SHA256', ` key = ${OLD.id} , algorithm=hmac_sha256 `),
    ],
    [
      'with parts that nobody knows yet',
      signed(OLD.secret, 'HMAC_SHA256', `v=2,key=${OLD.id},algorithm=HMAC_SHA256,x`),
    ],
    ['without the name of a key', signed(NEW.secret, 'HMAC_SHA256', 'algorithm=HMAC_SHA256')],
    ['without an algorithm, which is SHA-1', signed(OLD.secret, 'HMAC_SHA1', `key=${OLD.id}`)],
    ['by the auth token, without the header', signed(TOKEN, 'HMAC_SHA1')],
    ['by the auth token, with the header emptied on the way', signed(TOKEN, 'HMAC_SHA1', ' ')],
  ])('signed %s: taken', async (_, request) => {
    const { send, told } = scene();
    expect([await send(request), told]).toEqual([200, []]);
  });

  it('a request with an authorization of its own, as another setting asks for, is taken', async () => {
    const request = signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`);
    const { send } = scene();
    expect(
      await send({ ...request, headers: { ...request.headers, authorization: 'Bearer x', 'x-unknown': '1' } }),
    ).toBe(200);
  });

  it.each<readonly [what: string, request: HttpRequest, said: string]>([
    [
      'with another secret',
      signed('another', 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`),
      `the secret in "sharedKeys" is that of the shared key "${OLD.id}" (HMAC_SHA256)`,
    ],
    [
      'with the secret of another key',
      signed(NEW.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`),
      `the secret in "sharedKeys" is that of the shared key "${OLD.id}" (HMAC_SHA256)`,
    ],
    [
      'with the auth token in place of the key',
      signed(TOKEN, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`),
      'the signature is wrong',
    ],
    [
      'with a shared key, but its header taken away',
      signed(OLD.secret, 'HMAC_SHA1'),
      'the auth token is the primary one',
    ],
    [
      'by one algorithm, with the name of another',
      signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA1`),
      'the signature is wrong',
    ],
    [
      'with a key that is not given',
      signed('x', 'HMAC_SHA256', 'key=webhooks_sharedkey_9,algorithm=HMAC_SHA256'),
      'it is signed with the shared key "webhooks_sharedkey_9", which is not among the "sharedKeys": add its secret under this id.',
    ],
    [
      'with an algorithm that nobody knows',
      signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA512`),
      `it is signed with the shared key "${OLD.id}", by the unknown algorithm "HMAC_SHA512".`,
    ],
    [
      'with two keys',
      signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256, key=${NEW.id}`),
      'and the header names it or its algorithm twice.',
    ],
  ])('signed %s: refused, and the log says why', async (_, request, said) => {
    const { send, told } = scene();
    expect(await send(request)).toBe(403);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(said);
    for (const secret of [OLD.secret, NEW.secret, TOKEN]) expect(told[0]).not.toContain(secret);
  });

  it('where no key is given, the log says which one to add', async () => {
    const { send, told } = scene({ sharedKeys: undefined });
    expect(await send(signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`))).toBe(403);
    expect(told).toEqual([
      `answered 403: it is signed with the shared key "${OLD.id}", but no "sharedKeys" are given: add its secret under this id.`,
    ]);
  });

  it('what a stranger calls his key is cut and quoted in the log', async () => {
    const { send, told } = scene();
    expect(await send(signed('x', 'HMAC_SHA256', `key=a\n"b${'c'.repeat(200)},algorithm=HMAC_SHA256`))).toBe(403);
    expect(told[0]).toContain(`"a\\n\\"b${'c'.repeat(76)}"`);
    expect(told[0]).not.toContain('\n');
  });

  it('the usual mistakes are found for a shared key, too', async () => {
    const { send, told } = scene({ publicBaseUrl: BASE.replace('https', 'http') });
    expect(await send(signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`))).toBe(403);
    expect(told[0]).toContain('the public base URL has the wrong scheme');
  });

  it('an account without auth token in the endpoint takes its shared keys alone', async () => {
    const { send } = scene({ authTokens: [] });
    expect(await send(signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`))).toBe(200);
    expect(await send(signed(TOKEN, 'HMAC_SHA1'))).toBe(403);
  });

  it('none of 10,000 altered requests is taken, but those in which the signed text and the key are the same', async () => {
    const { send } = scene({ log: () => undefined });
    const good = signed(OLD.secret, 'HMAC_SHA256', `key=${OLD.id},algorithm=HMAC_SHA256`);
    const sent = good.headers['x-twilio-signature'] ?? '';
    /** Replaces, takes away or adds one letter. */
    const altered = fc
      .tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add'), fc.constantFrom('A', '0', '=', ',', '&', ' ', 'é'))
      .map(([at, how, letter]) => (text: string): string => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + (how === 'remove' ? '' : letter) + text.slice(place + (how === 'add' ? 0 : 1));
      });
    const where = fc.constantFrom('signature', 'body', 'query', 'settings', 'header');
    const others = [
      undefined,
      '',
      `key=${NEW.id},algorithm=HMAC_SHA256`,
      `key=${OLD.id}`,
      `key=${OLD.id},algorithm=HMAC_SHA1`,
    ];
    // What other cuts of one signed text may mean is tested in signed-requests-altered.test.ts.
    const folded = (body: string | null): string => signedText('', new Map(new URLSearchParams(body ?? '')));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(where, altered, fc.constantFrom(...others), async (part, alter, other) => {
        const { headers, body } = good;
        const mutant: HttpRequest =
          part === 'signature'
            ? { ...good, headers: { ...headers, 'x-twilio-signature': alter(sent) } }
            : part === 'body'
              ? { ...good, body: alter(body) }
              : part === 'query'
                ? { ...good, query: alter('a=b') }
                : part === 'settings'
                  ? { ...good, headers: { ...headers, [SETTINGS]: alter(headers[SETTINGS] ?? '') } }
                  : { ...good, headers: { ...headers, [SETTINGS]: other } };
        const status = await send(mutant);
        if (status !== 200) refused += 1;
        else if (part === 'body') expect(folded(mutant.body)).toBe(folded(good.body));
        else if (part === 'signature') expect(mutant.headers['x-twilio-signature']).toBe(sent);
        // Blanks around parts, and parts that nobody knows, change nothing.
        else expect(mutant.headers[SETTINGS]?.replaceAll(' ', '')).toMatch(/(^|,)algorithm=HMAC_SHA256(,|$)/);
      }),
      { numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(8000);
  });
});

describe('the option sharedKeys', () => {
  it.each<readonly [value: unknown, message: string]>([
    ['secret', '"sharedKeys" must be an object; got a value of type string'],
    [['secret'], '"sharedKeys" must be an object; got a list'],
    [{ a: '' }, 'such as webhooks_sharedkey_…; "a" has an empty one'],
    [{ a: 1 }, 'such as webhooks_sharedkey_…; "a" has a value of type number'],
    [{ 'a b': 'x' }, '"sharedKeys" must have the secret of each key under its id'],
    [{ '': 'x' }, '"sharedKeys" must have the secret of each key under its id'],
  ])('%j is refused, and no secret is shown', (value, message) => {
    expect(() => scene({ sharedKeys: value as Record<string, string> })).toThrow(message);
  });

  it('a key that is undefined, as from an environment, is none', () => {
    expect(() => scene({ authTokens: [], sharedKeys: { a: undefined as unknown as string } })).toThrow(
      '"authTokens" must name at least one auth token',
    );
  });

  it('createCallForwarding takes them', async () => {
    const calls = createCallForwarding({
      accountSid: ACCOUNT,
      authToken: TOKEN,
      publicBaseUrl: BASE,
      ownNumber: '+14155550199',
      forwardTo: ['+14155550142'],
      sharedKeys: { [OLD.id]: OLD.secret },
      httpClient: { request: () => Promise.reject(new Error('not here')) },
      autoStart: false,
      log: () => undefined,
    });
    const sent = { ...payloads.inbound(), AccountSid: ACCOUNT };
    const signature = twilio.getExpectedTwilioSignature(OLD.secret, `${BASE}/inbound`, sent, 'HMAC_SHA256');
    const headers = { 'x-twilio-signature': signature, [SETTINGS]: `key=${OLD.id},algorithm=HMAC_SHA256` };
    expect((await calls.endpoint.handle(webhook('/inbound', sent, { headers }))).status).toBe(200);
    await calls.stop();
  });
});
