import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import { createForwardingEndpoint, type LogEntry, toNodeListener } from '../../src/http/index.js';
import type { HttpRequest } from '../../src/http/message.js';
import { twiml } from '../../src/wire/twiml.js';
import { BASE, common, CALLER, LEG, TOKEN, webhook } from '../helpers/webhooks.js';

let server: Server | undefined;
let log: LogEntry[] = [];

afterEach(async () => {
  log = [];
  await new Promise((resolve) => {
    if (server === undefined) resolve(undefined);
    else server.close(resolve);
    server?.closeAllConnections();
  });
  server = undefined;
});

function listener(): ReturnType<typeof toNodeListener> {
  return toNodeListener(endpoint());
}

function endpoint(): ReturnType<typeof createForwardingEndpoint> {
  return createForwardingEndpoint({
    runtime: { handle: () => Promise.resolve(twiml({ verb: 'hangup' })) },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    resolve: () => ({ forwardTo: [] }),
    log: (entry) => log.push(entry),
  });
}

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function send(to: Server, plain: HttpRequest): Promise<Got> {
  server = to;
  await new Promise<void>((resolve) => to.listen(0, '127.0.0.1', resolve));
  const { port } = to.address() as AddressInfo;
  const path = plain.path + (plain.query === '' ? '' : `?${plain.query}`);
  const headers = Object.fromEntries(Object.entries(plain.headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, host: '127.0.0.1', path, method: plain.method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(plain.body);
  });
}

const inbound = webhook('/inbound', common(CALLER, { CallStatus: 'ringing' }));

describe('node:http', () => {
  test('node:http answers a webhook', async () => {
    const got = await send(createServer(listener()), inbound);
    expect(got).toMatchObject({ status: 200, body: expect.stringContaining('<Hangup/>') as string });
    expect(got.headers['content-type']).toBe('text/xml; charset=utf-8');
  });

  test('node:http verifies the query as it came', async () => {
    const visit = webhook('/outbound/poll', common(LEG), { query: `ref=forwarding.${CALLER}.1.1` });
    expect((await send(createServer(listener()), visit)).status).toBe(200);
  });

  test.each([
    ['an unknown path', { ...inbound, path: '/x' }, 404],
    ['another method', { ...inbound, method: 'PUT' }, 405],
    ['a long body', { ...inbound, body: 'x'.repeat(70_000) }, 413],
    ['a wrong signature', webhook('/inbound', common(CALLER), { token: 'x' }), 403],
  ])('node:http refuses %s', async (_, plain, status) => {
    const got = await send(createServer(listener()), plain);
    expect(got.status).toBe(status);
    if (status === 405) expect(got.headers.allow).toBe('POST');
  });

  test('node:http refuses a long body of unannounced length', async () => {
    const headers = { ...inbound.headers, 'transfer-encoding': 'chunked' };
    const got = await send(createServer(listener()), { ...inbound, headers, body: 'x'.repeat(200_000) });
    expect(got.status).toBe(413);
  });
});

describe('a listener with an app for all other requests', () => {
  /** An app that records what reaches it. */
  const appThat = (): { readonly app: express.Express; readonly reached: string[] } => {
    const reached: string[] = [];
    const app = express();
    app.use(express.urlencoded({ extended: true }), (request, response) => {
      reached.push(`${request.method} ${request.url}`);
      response.status(418).send('the app');
    });
    return { app, reached };
  };

  test.each([
    ['a genuine webhook', inbound, 200],
    ['a webhook with a wrong signature', webhook('/inbound', common(CALLER), { token: 'x' }), 403],
    ['another method on a path of ours', { ...inbound, method: 'PUT' }, 405],
    ['a body that is too long', { ...inbound, body: 'x'.repeat(70_000) }, 413],
  ])('the listener answers %s itself, and the app never sees it', async (_, plain, status) => {
    // Given
    const { app, reached } = appThat();
    // When
    const got = await send(createServer(toNodeListener(endpoint(), app)), plain);
    // Then
    expect([got.status, reached]).toEqual([status, []]);
  });

  test.each([
    ['the page', { ...inbound, method: 'GET', path: '/' }, 'GET /'],
    ['a path with a slash too many', { ...inbound, path: '//inbound' }, 'POST //inbound'],
    ['a path that begins like one of ours', { ...inbound, path: '/inboundx' }, 'POST /inboundx'],
    ['a form of its own, unread', { ...inbound, path: '/form', query: 'a=/inbound' }, 'POST /form?a=/inbound'],
  ])('the listener leaves %s to the app', async (_, plain, seen) => {
    // Given
    const { app, reached } = appThat();
    // When
    const got = await send(createServer(toNodeListener(endpoint(), app)), plain);
    // Then
    expect([got.status, got.body, reached, log]).toEqual([418, 'the app', [seen], []]);
  });

  test('the listener passes a foreign path to the next handler when used as middleware', async () => {
    // Given
    const { app, reached } = appThat();
    const outer = express();
    outer.use(toNodeListener(endpoint(), app));
    outer.get('/', (_, response) => response.send('the outer page'));
    // When
    const got = await send(createServer(outer), { ...inbound, method: 'GET', path: '/' });
    // Then
    expect([got.body, reached]).toEqual(['the outer page', []]);
  });
});

describe('Express', () => {
  test('Express passes other paths to the next handler', async () => {
    const app = express();
    app.use(listener());
    app.get('/', (_, response) => response.send('the page'));
    expect((await send(createServer(app), { ...inbound, method: 'GET', path: '/' })).body).toBe('the page');
  });

  test('the Express adapter works mounted under the prefix', async () => {
    const app = express();
    const ends = createForwardingEndpoint({
      runtime: { handle: () => Promise.resolve(twiml()) },
      publicBaseUrl: `${BASE}/voice`,
      authTokens: [TOKEN],
      resolve: () => ({ forwardTo: [] }),
    });
    app.use('/voice', toNodeListener(ends));
    const signed = webhook('/inbound', common(CALLER), { base: `${BASE}/voice` });
    expect((await send(createServer(app), { ...signed, path: '/voice/inbound' })).status).toBe(200);
  });

  test.each(['/inbound', '{*path}'])('the Express adapter works mounted at the whole path: %s', async (path) => {
    const app = express();
    app.use(path, listener());
    app.use((_, response) => void response.status(404).send('the page'));
    expect((await send(createServer(app), inbound)).status).toBe(200);
    expect((await send(createServer(app), { ...inbound, path: '/other' })).body).toBe('the page');
  });

  test.each([
    ['urlencoded, extended', express.urlencoded({ extended: true })],
    ['urlencoded, simple', express.urlencoded({ extended: false })],
    ['text', express.text({ type: () => true })],
    ['raw', express.raw({ type: () => true })],
    ['json, which leaves forms alone', express.json()],
  ])('the Express adapter works after a body parser: %s', async (_, parser) => {
    const app = express();
    app.use(parser, listener());
    expect((await send(createServer(app), inbound)).status).toBe(200);
  });

  test('a body changed by a body parser cannot be verified: 500, and the log says why', async () => {
    const app = express();
    app.use(express.urlencoded({ extended: true }), listener());
    const got = await send(createServer(app), webhook('/inbound', { ...common(CALLER), 'X[a]': '1' }));
    expect(got).toMatchObject({ status: 500, body: expect.stringContaining('<Hangup/>') as string });
    expect(log[0]).toMatchObject({
      code: 'body.unverifiable',
      message: expect.stringContaining('before the body parser') as string,
    });
  });

  test('a body consumed by another middleware cannot be verified', async () => {
    const app = express();
    app.use((request, _, next) => {
      request.resume();
      request.on('end', () => {
        next();
      });
    }, listener());
    const got = await send(createServer(app), inbound);
    expect(got.status).toBe(500);
    expect(log[0]?.code).toBe('body.unverifiable');
  });
});

describe('web standard', () => {
  const toRequest = (plain: HttpRequest, body = plain.body ?? ''): Request =>
    new Request(`http://127.0.0.1:1${plain.path}${plain.query === '' ? '' : `?${plain.query}`}`, {
      method: plain.method,
      headers: Object.entries(plain.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as [string, string]],
      ),
      body: plain.method === 'GET' ? null : body,
    });

  test('the web standard adapter answers a webhook', async () => {
    const response = await endpoint().fetch(toRequest(inbound));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    expect(await response.text()).toContain('<Hangup/>');
  });

  test('the web standard adapter answers a notification with 204', async () => {
    const ends = createForwardingEndpoint({
      runtime: { handle: () => Promise.resolve({ kind: 'nothing' }) },
      publicBaseUrl: BASE,
      authTokens: [TOKEN],
      resolve: () => ({ forwardTo: [] }),
    });
    const response = await ends.fetch(
      toRequest(webhook('/inbound/status', common(CALLER, { CallStatus: 'completed' }))),
    );
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  test('the web standard adapter refuses another method and a long body', async () => {
    expect((await endpoint().fetch(toRequest({ ...inbound, method: 'GET' }))).status).toBe(405);
    expect((await endpoint().fetch(toRequest(inbound, 'x'.repeat(70_000)))).status).toBe(413);
  });
});
