import { describe, expect, it } from 'vitest';
import { toFastifyHandler, toLambdaHandler, toNodeListener, type Endpoint, type LogEntry } from '@amd/core/http';
import type { HttpRequest } from '../../src/http/message.js';
import { BASE, CALLER, common, webhook } from '../helpers/webhooks.js';
import { scene, settled, typesOf } from './scene.js';

describe('an adapter', () => {
  const echo = (handle: Endpoint['handle'] = () => Promise.resolve({ status: 200, headers: {}, body: '' })) => {
    const seen: HttpRequest[] = [];
    const log: LogEntry[] = [];
    const endpoint: Endpoint = {
      handle: (request) => {
        seen.push(request);
        return handle(request);
      },
      fetch: () => Promise.reject(new Error('not asked')),
      paths: ['/inbound'],
      owns: (path) => path === '/inbound',
      log: (entry) => void log.push(entry),
    };
    return { endpoint, seen, log };
  };

  /** A request and a response of node:http, as far as they are used. */
  function nodeParts(change: object = {}, body = 'a=1') {
    const got = { status: 0, headers: new Map<string, string>(), body: '', destroyed: false, ended: 0 };
    const request = {
      method: 'POST',
      url: '/inbound?a=1?b=2',
      headers: { 'x-list': ['one', 'two'], 'x-one': 'three' },
      on: (event: string, listener: (chunk: Uint8Array) => void) => {
        if (event === 'data') listener(Buffer.from(body));
        if (event === 'end') listener(Buffer.alloc(0));
      },
      destroy: () => (got.destroyed = true),
      ...change,
    };
    const response = {
      statusCode: 0,
      headersSent: false,
      setHeader: (name: string, value: string) => got.headers.set(name, value),
      end: (text: string | Uint8Array, done?: () => void) => {
        got.status = response.statusCode;
        got.body = String(text);
        got.ended += 1;
        done?.();
      },
    };
    return { request: request as never, response, got };
  }

  it('the Node adapter passes on repeated headers as one, and the query from the first question mark on', async () => {
    const node = echo();
    const parts = nodeParts();
    toNodeListener(node.endpoint)(parts.request, parts.response);
    await settled();
    const fastify = echo();
    const reply = { code: () => reply, header: () => reply, send: () => reply };
    const headers = { 'x-list': ['one', 'two'], 'x-one': 'three' };
    await toFastifyHandler(fastify.endpoint)({ method: 'POST', url: '/inbound?a=1?b=2', headers, body: 'a=1' }, reply);
    for (const { seen } of [node, fastify]) {
      expect(seen).toEqual([
        {
          method: 'POST',
          path: '/inbound',
          query: 'a=1?b=2',
          headers: { 'x-list': 'one, two', 'x-one': 'three' },
          body: 'a=1',
        },
      ]);
    }
  });

  it('the Node adapter answers 500 and says why if its answer cannot be written', async () => {
    // Given
    const { endpoint, log } = echo(() => Promise.resolve({ status: 200, headers: { odd: 'ü' }, body: '' }));
    const { request, response, got } = nodeParts();
    const setHeader = (name: string, value: string): void => {
      if (name === 'odd') throw new TypeError('Invalid character in header content ["odd"]');
      response.setHeader(name, value);
    };
    // When
    toNodeListener(endpoint)(request, { ...response, setHeader, end: (text) => (got.body = String(text)) });
    await settled();
    // Then
    expect([got.body, got.headers.get('connection')]).toEqual(['Internal server error\n', 'close']);
    expect(log).toMatchObject([{ code: 'adapter.failed', message: expect.stringContaining('"odd"') as string }]);
  });

  it('the Node adapter answers 500 and says why if the endpoint fails, and closes the connection', async () => {
    const { endpoint, log } = echo(() => Promise.reject(new Error('a bug')));
    const { request, response, got } = nodeParts();
    toNodeListener(endpoint)(request, response);
    await settled();
    expect(got).toMatchObject({ status: 500, body: 'Internal server error\n', destroyed: true });
    expect(got.headers.get('connection')).toBe('close');
    expect(log).toEqual([{ level: 'error', code: 'adapter.failed', path: '/inbound', message: 'answered 500: a bug' }]);
  });

  it('the Node adapter writes nothing if something else has answered, and says so', async () => {
    // Given
    const { endpoint, log } = echo();
    const { request, response, got } = nodeParts();
    // When
    toNodeListener(endpoint)(request, { ...response, headersSent: true, statusCode: 404 });
    await settled();
    // Then
    expect([got.ended, got.headers.size]).toEqual([0, 0]);
    expect(log).toMatchObject([{ level: 'error', code: 'adapter.failed', path: '/inbound' }]);
    expect(log[0]?.message).toContain('something else has answered the request, with 404');
  });

  it('the Node adapter reads no more of a body announced as too long, and closes the connection', async () => {
    const { endpoint, seen } = echo(({ body }) =>
      Promise.resolve({ status: body === null ? 413 : 200, headers: {}, body: '' }),
    );
    const listened: string[] = [];
    const long = { headers: { 'content-length': '65537' }, on: (event: string) => void listened.push(event) };
    const { request, response, got } = nodeParts(long);
    toNodeListener(endpoint)(request, response);
    await settled();
    expect([listened, seen.map(({ body }) => body)]).toEqual([[], [null]]);
    expect(got).toMatchObject({ status: 413, destroyed: true });
    expect(got.headers.get('connection')).toBe('close');
    const fits = nodeParts({ headers: { 'content-length': '65536' } });
    toNodeListener(endpoint)(fits.request, fits.response);
    await settled();
    expect(fits.got).toMatchObject({ status: 200, destroyed: false });
    expect(fits.got.headers.has('connection')).toBe(false);
  });

  it('the Node adapter stops reading a body that turns out too long, and keeps nothing of it', async () => {
    const paused: string[] = [];
    const node = echo();
    const on = (event: string, listener: (chunk?: string) => void): void => {
      if (event === 'data') for (const piece of ['x'.repeat(65_536), 'y']) listener(piece);
      if (event === 'end') listener();
    };
    const { request, response, got } = nodeParts({ on, pause: () => paused.push('paused') });
    toNodeListener(node.endpoint)(request, response);
    await settled();
    expect([paused, node.seen.map(({ body }) => body), got.destroyed]).toEqual([['paused'], [null], true]);

    const { endpoint, heard } = scene();
    let canceled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(40_000)),
      cancel: () => void (canceled = true),
    });
    const { headers } = webhook('/inbound', common(CALLER));
    const form = { 'content-type': headers['content-type'] ?? '' };
    const response2 = await endpoint.fetch(
      new Request(`${BASE}/inbound`, { method: 'POST', headers: form, body, duplex: 'half' }),
    );
    expect([response2.status, canceled, heard]).toEqual([413, true, []]);
  });

  it('the web standard adapter measures bodies like any other', async () => {
    const told: unknown[] = [];
    const { endpoint } = scene({ metrics: (measurement) => void told.push(measurement) });
    const { headers, body } = webhook('/inbound', common(CALLER));
    const form = {
      'content-type': headers['content-type'] ?? '',
      'x-twilio-signature': headers['x-twilio-signature'] ?? '',
    };
    await endpoint.fetch(new Request(`${BASE}/inbound`, { method: 'POST', headers: form, body }));
    expect(told).toMatchObject([{ type: 'webhook', path: '/inbound', status: 200 }]);
  });

  it('an adapter keeps a character that is split between two chunks of a body', async () => {
    const letters = Buffer.from('A=ü€😀');
    const pieces = [...letters].map((byte) => Uint8Array.of(byte));
    const node = echo();
    const on = (event: string, listener: (chunk?: Uint8Array) => void): void => {
      if (event === 'data') pieces.forEach((piece) => listener(piece));
      if (event === 'end') listener();
    };
    const { request, response } = nodeParts({ on });
    toNodeListener(node.endpoint)(request, response);
    await settled();
    expect(node.seen[0]?.body).toBe('A=ü€😀');

    const { endpoint, heard } = scene();
    const params = common(CALLER, { CallerName: 'Jürgen €😀' });
    const signed = webhook('/inbound', params);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const raw = Object.entries(params).map(([name, value]) => `${name}=${value.replaceAll('+', '%2B')}`);
        for (const byte of Buffer.from(raw.join('&'))) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signed.headers['x-twilio-signature'] ?? '',
    };
    const request2 = new Request(`${BASE}/inbound`, { method: 'POST', headers, body, duplex: 'half' });
    expect((await endpoint.fetch(request2)).status).toBe(200);
    expect(typesOf(heard)).toEqual(['inbound']);
  });

  it('the Lambda adapter keeps every value of a query, encodes it again, and accepts minimal events', async () => {
    const { endpoint, seen } = echo();
    const handler = toLambdaHandler(endpoint);
    await handler({
      httpMethod: 'POST',
      path: '/inbound',
      multiValueQueryStringParameters: { to: ['1', '2'], who: ["O'Neil & Söhne"], none: undefined },
      queryStringParameters: { to: '2' },
    });
    await handler({ queryStringParameters: { a: undefined, b: 'c d' } });
    await handler({ rawPath: '/inbound', headers: null, body: null, isBase64Encoded: true });
    expect(seen).toEqual([
      { method: 'POST', path: '/inbound', query: `to=1&to=2&who=O'Neil%20%26%20S%C3%B6hne`, headers: {}, body: '' },
      { method: 'GET', path: '/', query: 'a=&b=c%20d', headers: {}, body: '' },
      { method: 'GET', path: '/inbound', query: '', headers: {}, body: '' },
    ]);
  });

  it('the Lambda adapter passes text on unchanged, and bytes in base64', async () => {
    const text = echo(() => Promise.resolve({ status: 200, headers: { a: 'b' }, body: 'Grüße' }));
    expect(await toLambdaHandler(text.endpoint)({})).toEqual({ statusCode: 200, headers: { a: 'b' }, body: 'Grüße' });
    const bytes = echo(() => Promise.resolve({ status: 200, headers: {}, body: '', bytes: Uint8Array.of(0, 255) }));
    expect(await toLambdaHandler(bytes.endpoint)({})).toEqual({
      ...{ statusCode: 200, headers: {} },
      ...{ body: 'AP8=', isBase64Encoded: true },
    });
  });
});
