import { connect as connectTcp } from 'node:net';
import { createMemoryStore } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, CANARY, connect, cookieOf, logIn, OURS, PASSWORD, putCall, serve, type Served } from './helpers/serve.js';

const SID = `CA${'1'.repeat(32)}`;
const DATA = ['/', '/index', '/calls.json', '/calls.csv', '/calls.json?full=1'];
const TRANSPORTS = ['websocket', 'polling'] as const;

let served: Served | undefined;
const other: Served[] = [];
afterEach(async () => {
  await served?.close();
  for (const one of other.splice(0)) await one.close();
  served = undefined;
});

/** Expects that neither the page's paths nor its socket give anything to a request with these headers. */
async function expectNothing(url: string, headers: Record<string, string>, origin = url): Promise<void> {
  for (const path of DATA) {
    const { status, body } = await ask(url + path, { headers });
    expect(status, path).toBeGreaterThanOrEqual(300);
    expect(body).not.toMatch(/behind the door|CA1111|1212555/);
  }
  for (const transport of TRANSPORTS)
    expect(await connect(url, transport, { origin, ...headers }), transport).toBeNull();
}

/** Returns another Base64 character whose high four bits are the same. */
function sibling(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) ^ 1] ?? '';
}

describe('with a password', () => {
  it('with a password, nothing is shown and no command accepted without a session, or with a wrong one', async () => {
    served = await serve({ password: PASSWORD });
    const { url, store } = served;
    await putCall(store, SID);
    const cookie = cookieOf(await logIn(url));
    const [name = '', value = ''] = cookie.split('=');
    const [ends = '', id = '', mac = ''] = value.split('.');
    const forged = [
      '',
      `${name}=`,
      `${name}=${ends}.${id}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'B' : 'A'}`,
      // The same bytes, written with unused bits.
      `${name}=${ends}.${id}.${mac.slice(0, -1)}${sibling(mac.slice(-1))}`,
      `${name}=${String(Number(ends) + 1)}.${id}.${mac}`,
      `${name}=99999999999999.aaaaaaaaaaaaaaaaaaaaaa.${'a'.repeat(43)}`,
    ];
    for (const one of forged) await expectNothing(url, one === '' ? {} : { cookie: one });
    expect((await ask(`${url}/`, { headers: { cookie } })).body).toContain('behind the door');
    // Another host of the domain may set a cookie of this name as well: it does no harm.
    for (const junk of [`${name}=junk`, `${name}=${ends}.${id}.${'a'.repeat(43)}`])
      for (const both of [`${junk}; ${cookie}`, `${cookie}; ${junk}`])
        expect((await ask(`${url}/`, { headers: { cookie: both } })).status).toBe(200);
  });

  it('a user who logged in comes in, and is disconnected on logout', async () => {
    served = await serve({ password: PASSWORD });
    const { url, store } = served;
    await putCall(store, SID);
    const cookie = cookieOf(await logIn(url));
    for (const transport of TRANSPORTS) {
      const socket = await connect(url, transport, { origin: url, cookie });
      const snapshot: unknown = await socket?.emitWithAck('sync', null);
      expect(JSON.stringify(snapshot)).toContain(SID);
      expect(JSON.stringify(snapshot)).not.toContain(CANARY);
      socket?.close();
    }
    const socket = await connect(url, 'websocket', { origin: url, cookie });
    const cut = new Promise((resolve) => socket?.on('disconnect', resolve));
    const out = await ask(`${url}/dashboard/logout`, { method: 'POST', headers: { cookie, origin: url } });
    expect(out).toMatchObject({ status: 303, headers: { location: '/dashboard/login?out' } });
    await cut;
    await expectNothing(url, { cookie });
  });

  it('the socket is disconnected when the session ends, and the cookie ends with it', async () => {
    const clock = manualClock();
    served = await serve({ password: PASSWORD, clock });
    const cookie = cookieOf(await logIn(served.url));
    const socket = await connect(served.url, 'websocket', { origin: served.url, cookie });
    const cut = new Promise((resolve) => socket?.on('disconnect', resolve));
    await clock.advanceBy(8 * 3_600_000);
    await cut;
    await expectNothing(served.url, { cookie });
  });

  it('bug: the socket went on past the end of its session when the clock stepped over it', async () => {
    const clock = manualClock();
    let ahead = 0;
    const stepping = { now: () => clock.now() + ahead, wakeAt: (at: number, run: () => void) => clock.wakeAt(at, run) };
    served = await serve({ password: PASSWORD, clock: stepping });
    const cookie = cookieOf(await logIn(served.url));
    const socket = await connect(served.url, 'websocket', { origin: served.url, cookie });
    const cut = new Promise((resolve) => socket?.on('disconnect', resolve));
    ahead = 9 * 3_600_000;
    await clock.advanceBy(1000);
    await cut;
  });

  it('foreign and missing origins are refused, on websocket and polling', async () => {
    served = await serve({ password: PASSWORD });
    const { url } = served;
    const cookie = cookieOf(await logIn(url));
    const foreign = [
      'https://evil.example',
      'null',
      url.replace('127.0.0.1', '127.0.0.2'),
      `${url}0`,
      url.replace('http:', 'https:'),
      'http://localhost',
    ];
    for (const origin of foreign) {
      for (const transport of TRANSPORTS) expect(await connect(url, transport, { cookie, origin }), origin).toBeNull();
    }
    for (const transport of TRANSPORTS) {
      expect(await connect(url, transport, { cookie })).toBeNull();
      expect(await connect(url, transport, { cookie, origin: url, 'sec-fetch-site': 'cross-site' })).toBeNull();
    }
  });

  it('a form that another page sent is refused on the wire', async () => {
    served = await serve({ password: PASSWORD });
    const { url } = served;
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', referer: `${url}/` },
      { origin: url, 'sec-fetch-site': 'cross-site' },
      { origin: url, 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await logIn(url, PASSWORD, headers)).toMatchObject({ status: 403 });
    }
    const bare = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await ask(`${url}/dashboard/login`, { ...bare, body: `password=${PASSWORD}` })).status).toBe(403);
    const cookie = cookieOf(await logIn(url));
    const out = await ask(`${url}/dashboard/logout`, {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example' },
    });
    expect(out.status).toBe(403);
    expect((await ask(`${url}/`, { headers: { cookie } })).status).toBe(200);
  });

  it('only small forms are accepted', async () => {
    served = await serve({ password: PASSWORD });
    for (const answer of [
      await logIn(served.url, 'x'.repeat(5000)),
      await logIn(served.url, PASSWORD, { 'content-type': 'application/json' }),
    ])
      expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('could not be read') as string });
  });

  it('a session is valid on every node with the same password, and on none with another', async () => {
    const store = createMemoryStore();
    served = await serve({ password: PASSWORD, store });
    const cookie = cookieOf(await logIn(served.url));
    const same = await serve({ password: PASSWORD, store });
    const changed = await serve({ password: `${PASSWORD}!`, store });
    other.push(same, changed);
    expect((await ask(`${same.url}/`, { headers: { cookie } })).status).toBe(200);
    await expectNothing(changed.url, { cookie });
  });

  it('the cookie is hidden from scripts and other sites', async () => {
    served = await serve({ password: PASSWORD, publicBaseUrl: 'https://calls.example.com' });
    const { headers } = await logIn(served.url, PASSWORD, { origin: 'https://calls.example.com' });
    expect(headers['set-cookie']?.[0]).toMatch(
      /^__Host-amd-session=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=[0-9]+$/,
    );
    expect(headers['set-cookie']?.[1]).toMatch(
      /^__Host-amd-device=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure; /,
    );
    expect(headers['strict-transport-security']).toContain('max-age=');
  });
});

describe('without a password', () => {
  it('without a password, the page is shown only to a browser on this machine', async () => {
    served = await serve({ password: null });
    const { url } = served;
    await putCall(served.store, SID);
    expect((await ask(`${url}/`)).status).toBe(200);
    const socket = await connect(url, 'websocket', { origin: url });
    expect(JSON.stringify(await socket?.emitWithAck('sync', null))).toContain(SID);
    socket?.close();

    for (const header of [
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'via',
      'x-real-ip',
    ]) {
      await expectNothing(url, { [header]: '1' });
    }
    for (const header of [
      'cf-connecting-ip',
      'true-client-ip',
      'ngrok-trace-id',
      'x-original-host',
      'tailscale-user',
    ]) {
      await expectNothing(url, { [header]: '1' });
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0']) {
      await expectNothing(url, { host }, `http://${host}`);
    }
  });

  it('bug: was open to a proxy that speaks HTTP/1.0, as nginx does by default, and adds no header', async () => {
    served = await serve({ password: null });
    const { port } = new URL(served.url);
    const say = (version: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTcp(Number(port), '127.0.0.1');
        let said = '';
        socket.on('data', (chunk) => (said += String(chunk))).on('close', () => resolve(said));
        socket.write(`GET / HTTP/${version}\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      });
    expect(await say('1.1')).toMatch(/^HTTP\/1\.1 200/);
    expect(await say('1.0')).toMatch(/^HTTP\/1\.1 403/);
  });

  it('without a password, the page is off when the server can be reached from outside, and says why', async () => {
    served = await serve({ password: null, publicBaseUrl: 'https://calls.example.com' });
    await putCall(served.store, SID);
    await expectNothing(served.url, {});
    const { status, body } = await ask(`${served.url}/`);
    expect(status).toBe(403);
    expect(body).toContain('Set DASHBOARD_PASSWORD');
    expect((await logIn(served.url)).status).toBe(403);
  });
});

it('the page lets nothing run but its own files', async () => {
  served = await serve({ password: PASSWORD });
  for (const path of ['/', '/dashboard/login', '/calls.json', '/dashboard/app.js']) {
    const { headers } = await ask(served.url + path);
    expect(headers['content-security-policy'], path).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';form-action 'self';base-uri 'none';object-src 'none';frame-ancestors 'none';require-trusted-types-for 'script';trusted-types 'none'",
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
  }
});

it('a sender of a message over 80 kB, or of over 50 commands in a second, is disconnected', async () => {
  served = await serve({ password: null });
  const { url } = served;
  for (const abuse of ['large', 'many'] as const) {
    const socket = await connect(url, 'websocket', { origin: url });
    const cut = new Promise((resolve) => socket?.on('disconnect', resolve));
    if (abuse === 'large') socket?.emit('savePeople', { inbound: 'x'.repeat(90_000) }, () => undefined);
    else for (let count = 0; count < 60; count += 1) socket?.emit('peopleLists', () => undefined);
    await cut;
  }
  expect((await ask(`${url}/`)).status).toBe(200);
});

it('nonsense is not answered, and does no harm', async () => {
  served = await serve({ password: null });
  const socket = await connect(served.url, 'websocket', { origin: served.url });
  socket?.emit('sync');
  socket?.emit('sync', 5, 'no function');
  socket?.emit('sync', { epoch: {}, seq: -1 }, () => undefined);
  socket?.emit('savePeople');
  socket?.emit('phone', { do: 'explode' }, () => undefined);
  socket?.emit('__proto__', {});
  const refused: unknown = await socket?.emitWithAck('savePeople', {
    inbound: OURS,
    revision: 0,
    people: [{ name: 1 }],
  });
  expect(refused).toMatchObject({ ok: false, code: 'invalid' });
  const saved: unknown = await socket?.emitWithAck('savePeople', {
    inbound: OURS,
    revision: 0,
    people: [{ name: ' Ben ', to: '+14155550143' }],
  });
  expect(saved).toMatchObject({ ok: true, list: { revision: 1, source: 'saved', people: [{ name: 'Ben' }] } });
  socket?.close();
});
