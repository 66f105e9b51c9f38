import { createMemoryStore } from '@amd/core';
import { createDashboard, type DashboardLogEntry } from '@amd/dashboard';
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { readForm } from '../src/server/door/read-form.js';
import { ask, cookieOf, logIn, PASSWORD, putCall, serve, type Served } from './helpers/serve.js';

const SID = `CA${'1'.repeat(32)}`;
const STATIC = ['/dashboard/app.js', '/dashboard/app.css', '/dashboard/door.js', '/dashboard/door.css'];

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

describe('options', () => {
  const page = {
    store: createMemoryStore(),
    publicBaseUrl: 'http://127.0.0.1:1',
    password: null,
    people: null as never,
  };

  it('an empty password is refused: it would let everybody in', () => {
    expect(() => createDashboard({ ...page, password: '' })).toThrow('"password" must not be empty');
  });

  it.each([0, -1, 720.5, Number.NaN])('a session of %d hours is refused', (sessionHours) => {
    expect(() => createDashboard({ ...page, sessionHours })).toThrow('"sessionHours" must be above 0, at most 720');
  });

  it('a session may last thirty days', async () => {
    await createDashboard({ ...page, sessionHours: 720 }).close();
  });

  it.each([
    ['http://localhost:5000', 'page.open'],
    ['https://calls.example.com', 'page.off'],
  ])('without a password the log says who may see a page at %s', async (publicBaseUrl, code) => {
    const log: DashboardLogEntry[] = [];
    await createDashboard({ ...page, publicBaseUrl, log: (entry) => log.push(entry) }).close();
    expect(log.map((entry) => entry.code)).toEqual([code]);
  });
});

describe('what is kept by a browser', () => {
  it('of data nothing, whoever asks and whatever the answer is', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    for (const path of [
      '/',
      '/index',
      '/calls.json',
      '/calls.csv',
      '/dashboard/login',
      '/dashboard/door',
      '/nothing',
    ]) {
      for (const headers of [{}, { cookie }])
        expect((await ask(served.url + path, { headers })).headers['cache-control'], path).toBe('no-store');
    }
  });

  it('the files, which are asked about again and sent once', async () => {
    served = await serve({ password: PASSWORD });
    for (const path of STATIC) {
      const { status, headers, body } = await ask(served.url + path);
      expect([status, headers['cache-control']], path).toEqual([200, 'no-cache']);
      const again = await ask(served.url + path, { headers: { 'if-none-match': String(headers['etag']) } });
      expect([again.status, again.body], path).toEqual([304, '']);
      const other = await ask(served.url + path, { headers: { 'if-none-match': '"other"' } });
      expect([other.status, other.body], path).toEqual([200, body]);
    }
  });

  it('each file has the type that its browser needs', async () => {
    served = await serve({ password: PASSWORD });
    const types: unknown[] = [];
    for (const path of STATIC) types.push((await ask(served.url + path)).headers['content-type']);
    const [script, style] = ['text/javascript; charset=utf-8', 'text/css; charset=utf-8'];
    expect(types).toEqual([script, style, script, style]);
  });
});

describe('the call log', () => {
  it.each([
    ['json', 'application/json'],
    ['csv', 'text/csv; charset=utf-8; header=present'],
  ])('is a file to save, as %s; HEAD gets all but the calls', async (kind, type) => {
    served = await serve({ password: null });
    await putCall(served.store, SID);
    const got = await ask(`${served.url}/calls.${kind}`);
    const head = await ask(`${served.url}/calls.${kind}`, { method: 'HEAD' });
    for (const { status, headers } of [got, head]) {
      expect(status).toBe(200);
      expect(headers['content-type']).toBe(type);
      expect(headers['content-disposition']).toBe(`attachment; filename="calls.${kind}"`);
    }
    expect([head.body, got.body.includes(SID)]).toEqual(['', true]);
  });

  it('has whole numbers only for who asks for them', async () => {
    served = await serve({ password: null });
    await putCall(served.store, SID);
    for (const [query, whole] of [
      ['', false],
      ['?full=0', false],
      ['?full', false],
      ['?full=1', true],
    ] as const)
      expect((await ask(`${served.url}/calls.json${query}`)).body.includes('+12125550123'), query).toBe(whole);
  });
});

it('is only for looking: another method is refused, and nothing is behind it', async () => {
  served = await serve({ password: null });
  for (const path of ['/', '/calls.json', '/dashboard/app.js'])
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(await ask(served.url + path, { method }), path).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
});

describe('a form', () => {
  const TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
  const request = (parts: object): IncomingMessage => ({ headers: TYPE, readableEnded: false, ...parts }) as never;
  /** A body that comes in these pieces. */
  const incoming = (...pieces: string[]): IncomingMessage =>
    request({
      async *[Symbol.asyncIterator]() {
        for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
      },
    });
  const parsed = (body: unknown): IncomingMessage => request({ readableEnded: true, body });

  it('may have 4096 bytes and no more, in however many pieces it comes', async () => {
    const full = `password=${'x'.repeat(4096 - 9)}`;
    expect((await readForm(incoming(full)))?.get('password')).toHaveLength(4087);
    expect((await readForm(incoming(full.slice(0, 2000), full.slice(2000))))?.get('password')).toHaveLength(4087);
    expect(await readForm(incoming(`${full}x`))).toBeNull();
    expect(await readForm(incoming(full, 'x'))).toBeNull();
    expect(await readForm(incoming('é'.repeat(2100)))).toBeNull();
  });

  it('that a parser has read before is taken from where parsers leave it', async () => {
    for (const body of ['password=a+b', Buffer.from('password=a+b'), { password: 'a b', extended: { no: 'text' } }]) {
      const form = await readForm(parsed(body));
      expect([...(form ?? [])]).toEqual([['password', 'a b']]);
    }
    for (const body of [undefined, null, 7, 'x'.repeat(4097), Buffer.alloc(4097)])
      expect(await readForm(parsed(body))).toBeNull();
    expect(await readForm(parsed('x'.repeat(4096)))).not.toBeNull();
  });

  it('is one by its type, whatever else the type says', async () => {
    const of = (type: string): IncomingMessage =>
      request({ headers: { 'content-type': type }, readableEnded: true, body: '' });
    for (const type of ['application/x-www-form-urlencoded; charset=utf-8', 'Application/X-WWW-Form-Urlencoded'])
      expect(await readForm(of(type))).not.toBeNull();
    for (const type of ['', 'text/plain', 'application/json']) expect(await readForm(of(type))).toBeNull();
  });

  it('logs in although a parser stood before the page', async () => {
    served = await serve({
      password: PASSWORD,
      before(incomingForm, next) {
        const chunks: Buffer[] = [];
        incomingForm.on('data', (chunk: Buffer) => chunks.push(chunk));
        incomingForm.on('end', () => {
          const fields = new URLSearchParams(Buffer.concat(chunks).toString());
          Object.assign(incomingForm, { body: Object.fromEntries(fields) });
          setImmediate(next);
        });
      },
    });
    expect((await logIn(served.url)).status).toBe(303);
    expect((await logIn(served.url, 'wrong')).status).toBe(401);
  });
});
