import { describe, expect, it } from 'vitest';
import { toFastifyHandler, type LogEntry } from '@amd/core/http';
import type { HttpRequest } from '../../src/http/message.js';
import { handleFetch } from '../../src/http/servers/fetch.js';
import { readNodeBody } from '../../src/http/servers/node-body.js';
import { CALLER, common, webhook } from '../helpers/webhooks.js';
import { scene } from './scene.js';

const { body: FORM, ...INBOUND } = webhook('/inbound', common(CALLER));
const CHANGE = 'Hand the request over before anything reads its body, or let the other reader read request.clone().';

function requestOf(body: string | ReadableStream | null, headers: Record<string, string> = {}): Request {
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  // `duplex` is needed for a stream, and unknown to the types.
  const init = { method: INBOUND.method, headers: form, body, duplex: 'half' as const };
  return new Request(`https://amd.example.com${INBOUND.path}`, init);
}

/** What becomes of a request: the answer, what the endpoint was asked, and what the log was told. */
async function after(request: Request): Promise<{ response: Response; asked: HttpRequest[]; log: LogEntry[] }> {
  const asked: HttpRequest[] = [];
  const log: LogEntry[] = [];
  const response = await handleFetch(
    (one) => {
      asked.push(one);
      return Promise.resolve({ status: 204, headers: {}, body: '' });
    },
    request,
    (entry) => log.push(entry),
  );
  return { response, asked, log };
}

function streamOf(...chunks: readonly unknown[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

describe('a web-standard request whose body somebody has read before', () => {
  it.each<[string, (request: Request) => unknown]>([
    ['as bytes', (request) => request.arrayBuffer()],
    ['as text', (request) => request.text()],
    ['and has not finished', (request) => void request.text()],
    ['as a stream, and holds it', (request) => request.body?.getReader()],
    [
      'as a stream, in part',
      async (request) => {
        const reader = request.body!.getReader();
        await reader.read();
        reader.releaseLock();
      },
    ],
    ['and thrown away', (request) => request.body?.cancel()],
  ])('%s is answered 500 with TwiML, and the log says what to do', async (_, read) => {
    const request = requestOf(FORM);
    await read(request);
    const { response, asked, log } = await after(request);
    expect([response.status, asked]).toEqual([500, []]);
    expect(await response.text()).toContain('<Hangup/>');
    expect(log).toEqual([
      {
        level: 'error',
        code: 'body.unverifiable',
        path: '/inbound',
        message: `answered 500: somebody has read the body already and left nothing of it. ${CHANGE}`,
      },
    ]);
  });

  it.each([null, ''])('a new request that was made without it (%j) is answered 500 as well', async (body) => {
    const { response, log } = await after(requestOf(body, { 'content-length': '300' }));
    expect(response.status).toBe(500);
    expect(log[0]?.message).toContain('left nothing of it');
  });

  it('a clone that somebody else has read, or will, does no harm', async () => {
    const request = requestOf(FORM);
    await request.clone().text();
    expect((await after(request)).asked).toMatchObject([{ method: 'POST', path: '/inbound', body: FORM }]);
  });
});

describe('a web-standard request whose body is a stream of somebody', () => {
  it('is read as text or as bytes, wherever a chunk ends', async () => {
    const bytes = new TextEncoder().encode('a=ü');
    for (const body of [streamOf('a=', 'ü'), streamOf(bytes.slice(0, 3), bytes.slice(3))]) {
      const request = requestOf(FORM);
      Object.defineProperty(request, 'body', { value: body });
      expect((await after(request)).asked).toMatchObject([{ body: 'a=ü' }]);
    }
  });

  it('is answered 500 if it is of something else, and the log says so', async () => {
    const request = requestOf(FORM);
    Object.defineProperty(request, 'body', { value: streamOf({ a: '1' }) });
    const { response, asked, log } = await after(request);
    expect([response.status, asked]).toEqual([500, []]);
    expect(log[0]?.message).toBe(`answered 500: the body is not of bytes. ${CHANGE}`);
  });

  it('is no more than 64 KiB, as text too', async () => {
    const request = requestOf(FORM);
    Object.defineProperty(request, 'body', { value: streamOf('x'.repeat(40_000), 'x'.repeat(40_000)) });
    expect((await after(request)).asked).toMatchObject([{ body: null }]);
  });

  it('is nobody’s fault when its sender hangs up: 400, and nothing is said', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('aborted'));
      },
    });
    const { response, asked, log } = await after(requestOf(body));
    expect([response.status, asked, log]).toEqual([400, [], []]);
  });
});

it.each<[string, unknown]>([
  ['a context of Hono', { req: { raw: requestOf(FORM) } }],
  ['a request of Hono', { raw: requestOf(FORM), method: 'POST', url: 'https://amd.example.com/inbound' }],
  ['a request of Node', { method: 'POST', url: '/inbound', headers: { host: 'amd.example.com' } }],
])('%s in place of a web-standard request is refused by a sentence that says what to hand over', async (_, other) => {
  const { endpoint } = scene();
  await expect(endpoint.fetch(other as Request)).rejects.toThrow('hand it c.req.raw of Hono');
});

describe('a body of another server', () => {
  it('a body in chunks that somebody reads at the same time is taken from what they left (node:http)', async () => {
    const ends = (name: string, listener: () => void): void => {
      if (name === 'end') listener();
    };
    const headers = { 'transfer-encoding': 'chunked' };
    expect(await readNodeBody({ headers, on: ends, body: { a: '1' } })).toEqual({ kind: 'body', body: 'a=1' });
    expect(await readNodeBody({ headers, on: ends })).toMatchObject({ kind: 'unverifiable' });
  });

  it.each([undefined, null])('a request without a body (%j) is nobody else’s doing: 403 (Fastify)', async (body) => {
    const { endpoint, log } = scene();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent: number[] = [];
    const reply = { code: (status: number) => sent.push(status), header: () => reply, send: () => reply };
    await toFastifyHandler(endpoint)({ method: 'POST', url: '/inbound', headers, body }, reply);
    expect(sent).toEqual([403]);
    expect(log).toMatchObject([{ level: 'warn', code: 'refused' }]);
  });

  it('a body that a handler of Fastify took away is answered 500 with TwiML', async () => {
    const { endpoint, log } = scene();
    const sent: unknown[] = [];
    const reply = {
      code: (status: number) => sent.push(status),
      header: () => reply,
      send: (text: unknown) => sent.push(text),
    };
    await toFastifyHandler(endpoint)({ method: 'POST', url: '/inbound', headers: { 'content-length': '9' } }, reply);
    expect(sent).toEqual([500, expect.stringContaining('<Hangup/>')]);
    expect(log[0]?.message).toContain('left nothing of it. Let Fastify hand it over as text');
  });
});
