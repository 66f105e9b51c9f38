import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import express from 'express';
import { fastify } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createForwardingEndpoint,
  toFastifyHandler,
  toLambdaHandler,
  toNodeListener,
  toTwilioFunctionsHandler,
  type Endpoint,
  type LogEntry,
} from '@amd/core/http';
import type { HttpRequest } from '../../src/http/message.js';
import { ringbackFile } from '../../src/http/audio/ringback.js';
import { twiml } from '../../src/wire/twiml.js';
import { eventOf, FunctionResponse } from '../helpers/twilio-functions.js';
import { BASE, CALLER, common, LEG, TOKEN, webhook } from '../helpers/webhooks.js';

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}
type Send = (endpoint: Endpoint, request: HttpRequest) => Promise<Got>;

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
  vi.unstubAllGlobals();
});

const target = ({ path, query }: HttpRequest): string => path + (query === '' ? '' : `?${query}`);
const headersOf = ({ headers }: HttpRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

async function over(listener: RequestListener, request: HttpRequest): Promise<Got> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const options = {
      port,
      host: '127.0.0.1',
      path: target(request),
      method: request.method,
      headers: headersOf(request),
    };
    const outgoing = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

const lambda =
  (version: 1 | 2): Send =>
  async (endpoint, request) => {
    const { method, path, query, body } = request;
    const headers = Object.fromEntries(
      Object.entries(headersOf(request)).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const single = [...new URLSearchParams(query)];
    const v1 = { httpMethod: method, path, queryStringParameters: Object.fromEntries(single) };
    const v2 = { requestContext: { http: { method } }, rawPath: path, rawQueryString: query };
    const encoded = { body: Buffer.from(body ?? '').toString('base64'), isBase64Encoded: true };
    const result = await toLambdaHandler(endpoint)({ ...(version === 1 ? v1 : v2), headers, ...encoded });
    const bytes = Buffer.from(result.body, result.isBase64Encoded === true ? 'base64' : 'utf8');
    return { status: result.statusCode, headers: result.headers, bytes };
  };

const twilioFunction: Send = async (endpoint, request) => {
  vi.stubGlobal('Twilio', { Response: FunctionResponse });
  // A GET has no type: the host hands no method over.
  const headers = request.method === 'POST' ? headersOf(request) : {};
  const length = { 'content-length': String(Buffer.byteLength(request.body ?? '')) };
  const event = eventOf({ ...request, headers: { ...headers, ...length } });
  const { status, body, ...got } = await new Promise<FunctionResponse>((resolve) => {
    void toTwilioFunctionsHandler(endpoint)({ PATH: request.path }, event, (_, response) => {
      resolve(response as FunctionResponse);
    });
  });
  return { status, headers: got.headers, bytes: Buffer.from(body as string | Buffer) };
};

const ADAPTERS: Readonly<Record<string, Send>> = {
  'node:http': (endpoint, request) => over(toNodeListener(endpoint), request),
  Express: (endpoint, request) => over(express().use(toNodeListener(endpoint)), request),
  Fastify: async (endpoint, request) => {
    const app = fastify({ bodyLimit: 1_000_000 });
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => {
      done(null, body);
    });
    app.all('/*', toFastifyHandler(endpoint));
    ended.push(() => app.close());
    const { method, body } = request;
    const url = target(request);
    const payload = body === null || body === '' ? {} : { payload: body };
    const got = await app.inject({ method: method as 'POST', url, headers: headersOf(request), ...payload });
    return { status: got.statusCode, headers: got.headers, bytes: got.rawPayload };
  },
  'Lambda, version 1': lambda(1),
  'Lambda, version 2': lambda(2),
  'Twilio Functions': twilioFunction,
  fetch: async (endpoint, request) => {
    const { method, body } = request;
    const init = { method, headers: headersOf(request), body: method === 'POST' ? body : null };
    const got = await endpoint.fetch(new Request(`http://127.0.0.1:1${target(request)}`, init));
    return {
      status: got.status,
      headers: Object.fromEntries(got.headers),
      bytes: Buffer.from(await got.arrayBuffer()),
    };
  },
};

function scene(): { endpoint: Endpoint; told: unknown[]; log: LogEntry[] } {
  const told: unknown[] = [];
  const log: LogEntry[] = [];
  const endpoint = createForwardingEndpoint({
    runtime: {
      handle: (_, event) => {
        told.push(event);
        return Promise.resolve(
          event.type === 'caller.status' ? { kind: 'nothing' } : twiml({ verb: 'say', text: 'Grüße' }),
        );
      },
    },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    resolve: () => ({ forwardTo: [] }),
    log: (entry) => log.push(entry),
  });
  return { endpoint, told, log };
}

const REF = `ref=forwarding.${CALLER}.1.1`;
const padded = (bytes: number): HttpRequest => {
  const params = common(CALLER, { CallStatus: 'ringing' });
  const size = new URLSearchParams({ ...params, Padding: '' }).toString().length;
  return webhook('/inbound', { ...params, Padding: 'x'.repeat(bytes - size) });
};
const sound = { path: '/audio/ringback-us.wav', query: '', headers: {}, body: '' };

/** Hosts that hand a query over decoded. */
const DECODED = ['Lambda, version 1', 'Twilio Functions'];

describe.each(Object.entries(ADAPTERS))('%s', (name, send) => {
  it('the adapter passes on method, path, query, headers and body unchanged', async () => {
    const { endpoint, told } = scene();
    const params = common(LEG, { AnsweredBy: 'human', FromCity: 'Größe & Söhne+1', 'Caller name': 'a=b' });
    const got = await send(endpoint, webhook('/outbound', params, { query: `${REF}&failingSince=1` }));
    expect(got.status).toBe(200);
    expect(told).toMatchObject([{ type: 'leg.answered', leg: 1, sid: LEG, answeredBy: 'human' }]);
  });

  it.each([
    ['another query', { query: REF.replace(/1$/, '2') }],
    ['no query', { query: '' }],
    ['another body', { body: new URLSearchParams(common(LEG, { AnsweredBy: 'fax' })).toString() }],
    ['no signature', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ])('the adapter refuses %s', async (_, change) => {
    const { endpoint, told, log } = scene();
    const good = webhook('/outbound', common(LEG, { AnsweredBy: 'human' }), { query: REF });
    const got = await send(endpoint, { ...good, ...change });
    expect(got.status).toBe(403);
    expect(got.bytes.toString()).toBe('Forbidden\n');
    expect([told, log.length]).toEqual([[], 1]);
  });

  it('the adapter answers TwiML as XML that is not cached', async () => {
    const { endpoint } = scene();
    const got = await send(endpoint, webhook('/inbound', common(CALLER, { CallStatus: 'ringing' })));
    expect(got).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' },
    });
    expect(got.bytes.toString('utf8')).toContain('<Say>Grüße</Say>');
  });

  it('the adapter answers a notification with an empty body', async () => {
    const { endpoint } = scene();
    const got = await send(endpoint, webhook('/inbound/status', common(CALLER, { CallStatus: 'completed' })));
    expect([got.status, got.bytes.length]).toEqual([204, 0]);
  });

  it('the adapter accepts a form of 64 KiB, and none that is longer', async () => {
    const { endpoint, told, log } = scene();
    expect((await send(endpoint, padded(65_536))).status).toBe(200);
    expect((await send(endpoint, padded(65_537))).status).toBe(413);
    expect(told).toHaveLength(1);
    expect(log).toMatchObject([{ code: 'refused', message: expect.stringContaining('64 KiB') as string }]);
  });

  it('the adapter plays a sound, byte for byte', async () => {
    const { endpoint } = scene();
    const got = await send(endpoint, { ...sound, method: 'GET' });
    expect(got).toMatchObject({ status: 200, headers: { 'content-type': 'audio/wav' } });
    expect(got.headers['cache-control']).toBe('public, max-age=86400');
    expect(got.bytes.equals(Buffer.from(ringbackFile('us')))).toBe(true);
    if (name === 'Twilio Functions') return;
    expect((await send(endpoint, { ...sound, method: 'HEAD' })).bytes).toHaveLength(0);
    expect((await send(endpoint, { ...sound, method: 'DELETE' })).headers['allow']).toBe('GET, HEAD');
  });

  it('the adapter refuses another method, and says which', async () => {
    const { endpoint, log } = scene();
    const got = await send(endpoint, { ...webhook('/inbound', {}, { query: REF }), method: 'GET', body: '' });
    expect([got.status, got.headers['allow']]).toEqual([405, 'POST']);
    expect(log).toMatchObject([{ message: expect.stringContaining('"GET" is not taken here') as string }]);
  });

  // Some hosts hand a query over decoded.
  if (DECODED.includes(name)) return;

  it('the adapter leaves the escapes of a path and a query unchanged', async () => {
    const { endpoint, told } = scene();
    const signed = webhook('/inbound', common(CALLER), { query: 'who=O%27Neil&to=a+b%20c%2f&to=2' });
    expect((await send(endpoint, signed)).status).toBe(200);
    expect(told).toHaveLength(1);
    const path = '/inbound%2Fstatus';
    const other = await send(endpoint, { ...webhook('/inbound/status', common(CALLER)), path });
    // Express leaves foreign paths to the next handler.
    expect([other.status, told.length]).toEqual([404, 1]);
  });
});

describe('a body that breaks off', () => {
  it('a body that breaks off is not an error, since no client waits for an answer (node:http)', async () => {
    const { endpoint, told, log } = scene();
    const server = createServer(toNodeListener(endpoint)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const good = webhook('/inbound', common(CALLER));
    const headers = { ...headersOf(good), 'content-length': '5000' };
    const outgoing = httpRequest({ port, host: '127.0.0.1', path: '/inbound', method: 'POST', headers });
    outgoing.on('error', () => undefined);
    const arrived = once(server, 'request');
    outgoing.write(good.body);
    const [incoming] = (await arrived) as [NodeJS.EventEmitter];
    const gone = new Promise((resolve) => incoming.on('close', resolve));
    outgoing.destroy();
    await gone;
    await new Promise((resolve) => server.close(resolve));
    expect([told, log]).toEqual([[], []]);
  });

  it('a body that breaks off is not an error (fetch)', async () => {
    const { endpoint, told, log } = scene();
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('aborted'));
      },
    });
    const request = new Request('http://127.0.0.1:1/inbound', {
      method: 'POST',
      headers: headersOf(webhook('/inbound', common(CALLER))),
      body,
      duplex: 'half',
    });
    expect((await endpoint.fetch(request)).status).toBe(400);
    expect([told, log]).toEqual([[], []]);
  });
});
