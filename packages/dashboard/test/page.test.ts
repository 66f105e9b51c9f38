import { createMemoryStore, type Store } from '@amd/core';
import { createDashboard, type DashboardLogEntry } from '@amd/dashboard';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manualClock } from '@amd/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPage } from '../src/server/assets.js';
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

  it('an empty password is refused: it would let everyone in', () => {
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

describe('caching in the browser', () => {
  it('data is never cached, whatever the request and the answer', async () => {
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

  it('files are revalidated, and sent once', async () => {
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
  ])('the call log is a file to save, as %s; HEAD gets all but the calls', async (kind, type) => {
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

  it('the call log has full numbers only on request', async () => {
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

it('a call log that breaks off in the middle is not a complete file', async () => {
  const store = createMemoryStore();
  for (let call = 0; call < 501; call += 1) await putCall(store, `CA${String(call)}`);
  let pages = 0;
  const list: Store['list'] = (options) => {
    pages += 1;
    // The feed reads too: a read from the beginning is the log's first page.
    return options.after !== undefined ? Promise.reject(new Error('away')) : store.list(options);
  };
  served = await serve({ password: null, store: { ...store, list } });
  for (const kind of ['json', 'csv']) {
    const response = await fetch(`${served.url}/calls.${kind}`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  }
  expect(pages).toBeGreaterThan(3);
});

it('without a password there is no login: the form leads to the page', async () => {
  served = await serve({ password: null });
  for (const password of ['', 'any'])
    expect(await logIn(served.url, password)).toMatchObject({ status: 303, headers: { location: '/' } });
});

it('over http no header requires https, which would lock users out', async () => {
  served = await serve({ password: null });
  expect((await ask(`${served.url}/`)).headers).not.toHaveProperty('strict-transport-security');
});

it('the form names the page behind it', async () => {
  served = await serve({ password: PASSWORD });
  const { body } = await ask(`${served.url}/`, { headers: { accept: 'text/html' } });
  expect(body).toContain('<title>Log in · Calls</title>');
  expect(body).toContain('<h1>Log in to see the calls</h1>');
});

it('the page is read-only: another method is refused, and nothing is behind it', async () => {
  served = await serve({ password: null });
  for (const path of ['/', '/calls.json', '/dashboard/app.js'])
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(await ask(served.url + path, { method }), path).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
});

it('a session lasts as long as configured', async () => {
  const clock = manualClock();
  served = await serve({ password: PASSWORD, sessionHours: 1, clock });
  const cookie = cookieOf(await logIn(served.url));
  await clock.advanceBy(3_599_999);
  expect((await ask(`${served.url}/`, { headers: { cookie } })).status).toBe(200);
  await clock.advanceBy(1);
  expect((await ask(`${served.url}/`, { headers: { cookie } })).status).toBe(401);
});

it("the call log has what the store forgets only later, by the page's clock", async () => {
  const clock = manualClock({ start: 1_000_000 });
  served = await serve({ password: null, clock });
  const { store, url } = served;
  await putCall(store, SID, clock.now());
  const key = `forwarding:${SID}`;
  const { data = '' } = (await store.read(key, clock.now())) ?? {};
  await store.commit({ key, expected: 1, data, expiresAt: 1_060_000, now: clock.now(), put: [], drop: [] });
  expect((await ask(`${url}/calls.json`)).body).toContain(SID);
  await clock.advanceBy(60_000);
  expect((await ask(`${url}/calls.json`)).body).toBe('[]\n');
});

it('the page as a middleware answers at its own addresses, and lets everything else go on', async () => {
  const page = { store: createMemoryStore(), publicBaseUrl: 'http://localhost', password: null, people: null };
  const dashboard = createDashboard({ ...page, assets: { html: '<p>ours</p>', script: '', style: '' } });
  const server = createServer((request, response) => {
    dashboard.handler(request, response, () => response.end('the next one'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const bodyOf = async (path: string): Promise<string> => (await ask(url + path)).body;
  expect(await bodyOf('/')).toBe('<p>ours</p>');
  for (const path of ['/inbound', '/dashboard/other', '/dashboard/socket', '/x?/'])
    expect(await bodyOf(path), path).toBe('the next one');
  await dashboard.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('the files of a page', () => {
  it('the files of each page are read from where the build left them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'amd-page-'));
    for (const name of ['index.html', 'calls.js', 'calls.css', 'workers.js', 'workers.css'])
      writeFileSync(join(folder, name), name);
    const from = pathToFileURL(`${folder}/`);
    expect(await loadPage('calls', from)).toEqual({ html: 'index.html', script: 'calls.js', style: 'calls.css' });
    expect(await loadPage('workers', from)).toEqual({ html: 'index.html', script: 'workers.js', style: 'workers.css' });
  });

  it('missing files are reported with the command that builds them', async () => {
    await expect(loadPage('calls', pathToFileURL('/nowhere/'))).rejects.toThrow(
      'the page of @amd/dashboard is not built: run "npm run build -w @amd/dashboard"',
    );
  });
});

describe('a form', () => {
  const TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
  const request = (parts: object): IncomingMessage => ({ headers: TYPE, readableEnded: false, ...parts }) as never;
  /** Creates a body that comes in these pieces. */
  const incoming = (...pieces: string[]): IncomingMessage =>
    request({
      async *[Symbol.asyncIterator]() {
        for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
      },
    });
  const parsed = (body: unknown): IncomingMessage => request({ readableEnded: true, body });

  it('a form may have 4096 bytes and no more, in however many pieces it comes', async () => {
    const full = `password=${'x'.repeat(4096 - 9)}`;
    expect((await readForm(incoming(full)))?.get('password')).toHaveLength(4087);
    expect((await readForm(incoming(full.slice(0, 2000), full.slice(2000))))?.get('password')).toHaveLength(4087);
    expect(await readForm(incoming(`${full}x`))).toBeNull();
    expect(await readForm(incoming(full, 'x'))).toBeNull();
    expect(await readForm(incoming('é'.repeat(2100)))).toBeNull();
  });

  it('a form that a parser has read is taken from where parsers leave it', async () => {
    for (const body of ['password=a+b', Buffer.from('password=a+b'), { password: 'a b', extended: { no: 'text' } }]) {
      const form = await readForm(parsed(body));
      expect([...(form ?? [])]).toEqual([['password', 'a b']]);
    }
    for (const body of [undefined, null, 7, 'x'.repeat(4097), Buffer.alloc(4097)])
      expect(await readForm(parsed(body))).toBeNull();
    expect(await readForm(parsed('x'.repeat(4096)))).not.toBeNull();
  });

  it('a form is recognised by its type, whatever parameters that has', async () => {
    const of = (type: string): IncomingMessage =>
      request({ headers: { 'content-type': type }, readableEnded: true, body: '' });
    for (const type of [
      'application/x-www-form-urlencoded; charset=utf-8',
      'application/x-www-form-urlencoded ; charset=utf-8',
      'Application/X-WWW-Form-Urlencoded',
    ])
      expect(await readForm(of(type))).not.toBeNull();
    for (const type of ['', 'text/plain', 'application/json']) expect(await readForm(of(type))).toBeNull();
    expect(await readForm(request({ headers: {} }))).toBeNull();
  });

  it('the login works behind a form parser', async () => {
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
