import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createForwardingEndpoint, sign, toFastifyHandler, toLambdaHandler, type LogEntry } from '@amd/core/http';
import { manualClock } from '@amd/core/testing';
import type { HttpRequest } from '../../src/http/message.js';

const BASE = 'https://amd.example.com/voice';
const TOKEN = 'secret';
const CALL = `CA${'1'.repeat(32)}`;
const PARAMS = new Map([
  ['AccountSid', `AC${'0'.repeat(32)}`],
  ['CallSid', CALL],
  ['CallStatus', 'ringing'],
  ['From', '+12125550123'],
  ['To', '+14155550199'],
]);
const BODY = new URLSearchParams([...PARAMS]).toString();
const headersFor = (url: string): Record<string, string> => ({
  'content-type': 'application/x-www-form-urlencoded',
  'x-twilio-signature': sign(TOKEN, url, PARAMS),
});

function setup(publicBaseUrl = BASE): {
  endpoint: ReturnType<typeof createForwardingEndpoint>;
  log: LogEntry[];
  clock: ReturnType<typeof manualClock>;
} {
  const clock = manualClock();
  const log: LogEntry[] = [];
  const endpoint = createForwardingEndpoint({
    runtime: { handle: async () => ({ kind: 'twiml', verbs: [{ verb: 'hangup' }] }) },
    publicBaseUrl,
    authTokens: [TOKEN],
    resolve: () => ({ forwardTo: [] }),
    log: (entry) => log.push(entry),
    clock,
  });
  return { endpoint, log, clock };
}

describe('AWS Lambda', () => {
  const headers = headersFor(`${BASE}/inbound?a=1`);
  it.each([
    [
      'version 2',
      { rawPath: '/voice/inbound', rawQueryString: 'a=1', requestContext: { http: { method: 'POST' } }, body: BODY },
    ],
    [
      'version 2, base64',
      {
        rawPath: '/voice/inbound',
        rawQueryString: 'a=1',
        requestContext: { http: { method: 'POST' } },
        body: Buffer.from(BODY).toString('base64'),
        isBase64Encoded: true,
      },
    ],
    ['version 1', { path: '/inbound', httpMethod: 'POST', multiValueQueryStringParameters: { a: ['1'] }, body: BODY }],
    [
      'version 1, single values',
      { path: '/inbound', httpMethod: 'POST', queryStringParameters: { a: '1' }, body: BODY },
    ],
  ])('a Lambda event in the form of %s is served', async (_, event) => {
    const { endpoint } = setup();
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const result = await toLambdaHandler(endpoint)({ ...event, headers: upper });
    expect(result).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/xml; charset=utf-8' } });
    expect((await toLambdaHandler(endpoint)({ ...event, body: 'x=1', headers: upper })).statusCode).toBe(403);
  });
});

describe('Fastify', () => {
  it.each([
    ['as text', (body: string): unknown => body],
    ['as an object', (body: string): unknown => Object.fromEntries(new URLSearchParams(body))],
  ])('Fastify serves a webhook with the form %s', async (_, parse) => {
    const { endpoint } = setup();
    const app = fastify();
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      done(null, parse(String(body)));
    });
    app.post('/voice/*', toFastifyHandler(endpoint));
    const inject = async (payload: string): Promise<number> =>
      (await app.inject({ method: 'POST', url: '/voice/inbound', headers: headersFor(`${BASE}/inbound`), payload }))
        .statusCode;
    expect(await inject(BODY)).toBe(200);
    expect(await inject(`${BODY}&x=1`)).toBe(403);
    await app.close();
  });

  it('the Fastify adapter says what to do when a parser changed the body', async () => {
    const { endpoint, log } = setup();
    const sent: number[] = [];
    const reply = { code: (status: number) => sent.push(status), header: () => reply, send: () => reply };
    await toFastifyHandler(endpoint)({ method: 'POST', url: '/inbound', headers: {}, body: { a: ['1', '2'] } }, reply);
    expect(sent).toEqual([500]);
    expect(log).toMatchObject([
      { code: 'body.unverifiable', message: expect.stringContaining('Let Fastify hand it over as text') },
    ]);
  });
});

describe('a wrong signature is explained', () => {
  it.each([
    ['the scheme', BASE.replace('https', 'http'), '/inbound', 'the wrong scheme (http or https)'],
    ['a prefix too many', 'https://amd.example.com', '/inbound', 'a path prefix too many'],
    ['a slash too many', BASE, '/inbound/', 'ends in a slash'],
    ['another host', 'https://other.example.com', '/inbound', 'another host, scheme or path'],
  ])('a wrong signature is explained: %s', async (_, base, path, cause) => {
    const { endpoint, log } = setup();
    const headers = { ...headersFor(base + path), host: 'other.example.com' };
    const request = { method: 'POST', path: '/inbound', query: '', headers, body: BODY };
    expect((await endpoint.handle(request)).status).toBe(403);
    expect(log).toMatchObject([{ code: 'signature', message: expect.stringContaining(cause) }]);
    expect(log[0]!.message).toContain(`"${base}${path}"`);
  });

  it('a wrong signature is explained by an added query', async () => {
    const { endpoint, log } = setup();
    const request = {
      method: 'POST',
      path: '/inbound',
      query: 'utm=1',
      headers: headersFor(`${BASE}/inbound`),
      body: BODY,
    };
    expect((await endpoint.handle(request)).status).toBe(403);
    expect(log[0]!.message).toContain('adds the query');
  });

  it('a wrong signature is explained by a reordered query', async () => {
    const { endpoint, log } = setup();
    const query = `ref=forwarding.${CALL}.1.0&failingSince=1`;
    const headers = headersFor(`${BASE}/inbound/document?${query}`);
    const sorted = query.split('&').reverse().join('&');
    const request = { method: 'POST', path: '/inbound/document', query: sorted, headers, body: BODY };
    expect((await endpoint.handle(request)).status).toBe(403);
    expect(log[0]!.message).toContain('changes the order of the query');
  });

  it('a wrong signature is explained at most once a second, so forged requests cost little', async () => {
    const { endpoint, log, clock } = setup();
    const headers = headersFor('http://amd.example.com/voice/inbound');
    const request = { method: 'POST', path: '/inbound', query: '', headers, body: BODY };
    for (const ms of [0, 999, 1]) {
      await clock.advanceTo(clock.now() + ms);
      await endpoint.handle(request);
    }
    expect(log.map(({ message }) => message.includes('wrong scheme'))).toEqual([true, true]);
  });
});

describe('every refusal says what and why', () => {
  const good = { method: 'POST', path: '/inbound', query: '', headers: headersFor(`${BASE}/inbound`), body: BODY };
  const REFUSED: readonly (readonly [status: number, why: string, change: Partial<HttpRequest>])[] = [
    [405, '"GET" is not taken here: Twilio has to send webhooks as POST', { method: 'GET', body: '' }],
    [404, `a slash too many in the path. Set ${BASE}/inbound at Twilio`, { path: '/inbound/' }],
    [404, 'a slash too many', { path: '/voice//inbound' }],
    [404, `nothing of ours is at this path. The webhooks are at ${BASE}/…`, { path: '/wp-login.php' }],
    [404, 'nothing of ours is at this path', { path: '/' }],
    [415, 'the body is not a form', { headers: { ...good.headers, 'content-type': 'text/plain' } }],
    [413, 'longer than 64 KiB', { body: null }],
    [413, 'longer than 64 KiB', { body: `A=${'x'.repeat(65_536)}` }],
    [403, 'parameter "CallSid" is there twice', { body: `${BODY}&CallSid=x` }],
    [403, 'AccountSid is missing', { body: 'x=1' }],
    [403, 'there is no signature', { headers: { ...good.headers, 'x-twilio-signature': '' } }],
    [403, 'bodySHA256', { query: 'bodySHA256=x' }],
  ];

  it.each(REFUSED)('a refusal with %i says why: %s', async (status, why, change) => {
    const { endpoint, log } = setup();
    expect((await endpoint.handle({ ...good, ...change })).status).toBe(status);
    expect(log).toMatchObject([{ level: 'warn', message: expect.stringContaining(why) }]);
    expect(log[0]!.message).toContain(`answered ${String(status)}`);
  });

  it('each kind of refusal is logged once a second, whatever the request contains', async () => {
    const { endpoint, log, clock } = setup();
    const flood = async (): Promise<void> => {
      for (let n = 0; n < 50; n += 1) {
        await endpoint.handle({ ...good, method: 'GET', body: '' });
        await endpoint.handle({ ...good, path: `/x${String(n)}` });
        await endpoint.handle({ ...good, body: `${BODY}&X${String(n)}=1&X${String(n)}=1` });
        await endpoint.handle({ ...good, body: `${BODY}&x=${String(n)}` });
      }
    };
    await flood();
    expect(log.map(({ message }) => message.slice(0, 12))).toEqual(
      [405, 404, 403, 403].map((n) => `answered ${String(n)}`),
    );
    await clock.advanceTo(clock.now() + 1000);
    await flood();
    expect(log).toHaveLength(8);
  });

  it('the explanation contains no password of the public address', async () => {
    const { endpoint, log } = setup('https://me:secret@amd.example.com');
    await endpoint.handle({ ...good, path: '/inbound/' });
    await endpoint.handle({ ...good, path: '/else' });
    expect(log).toHaveLength(2);
    expect(JSON.stringify(log)).not.toContain('secret');
  });
});
