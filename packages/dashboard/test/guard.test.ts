import type { IncomingMessage } from 'node:http';
import { manualClock } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';
import { cookieOf } from '../src/server/access/cookies.js';
import { createGuard } from '../src/server/access/guard.js';
import { securityHeaders } from '../src/server/access/headers.js';
import { isLoopbackHost, openOnThisMachine } from '../src/server/access/loopback.js';
import { ticketOffice } from '../src/server/access/tickets.js';

const HERE = 'http://localhost:5000';
const THERE = 'https://calls.example.com';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const request = (headers: Readonly<Record<string, string>> = {}): IncomingMessage =>
  ({ headers, httpVersion: '1.1', socket: { remoteAddress: '127.0.0.1' } }) as never;
const withCookies = (...cookies: readonly string[]): IncomingMessage => request({ cookie: cookies.join('; ') });

/** Name and value of `Set-Cookie` headers, as a browser sends them back. */
const kept = (headers: readonly string[]): string[] => headers.map((header) => header.split(';')[0] ?? '');

function guarded(sessionMs = 8 * HOUR) {
  const clock = manualClock();
  const guard = createGuard({ password: 'open sesame', publicBaseUrl: THERE, sessionMs, clock });
  return { clock, guard };
}

describe('a guard with a password', () => {
  it('the guard lets a logged-in user in until the session ends, to the millisecond', async () => {
    const { clock, guard } = guarded();
    const browser = withCookies(...kept(guard.logIn(request(), THERE)));
    const endsAt = clock.now() + 8 * HOUR;
    expect(guard.check(browser)).toMatchObject({ kind: 'session', session: { endsAt } });
    await clock.advanceBy(8 * HOUR - 1);
    expect(guard.check(browser).kind).toBe('session');
    await clock.advanceBy(1);
    expect(guard.check(browser)).toEqual({ kind: 'login', ended: true });
  });

  it('the guard tells a browser that never came from one whose login is over', () => {
    const { guard } = guarded();
    expect(guard.check(request())).toEqual({ kind: 'login', ended: false });
    expect(guard.check(withCookies('other=1'))).toEqual({ kind: 'login', ended: false });
    expect(guard.check(withCookies('amd-session=junk'))).toEqual({ kind: 'login', ended: true });
  });

  it('the guard accepts the password and nothing else', () => {
    const { guard } = guarded();
    expect(['open sesame', 'open sesame ', 'Open sesame', ''].map((one) => guard.isPassword(one))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('the guard ends the session that logs out, and no other', () => {
    const { guard } = guarded();
    const [mine, yours] = [1, 2].map(() => withCookies(...kept(guard.logIn(request(), THERE))));
    if (mine === undefined || yours === undefined) throw new Error('two sessions');
    guard.logOut(mine);
    expect([guard.check(mine).kind, guard.check(yours).kind]).toEqual(['login', 'session']);
    guard.logOut(request());
    expect(guard.check(yours).kind).toBe('session');
  });

  it('the guard finds a valid session beside an ended one', () => {
    const { guard } = guarded();
    const [first = '', second = ''] = [1, 2].map(() => kept(guard.logIn(request(), THERE))[0] ?? '');
    guard.logOut(withCookies(first));
    for (const both of [withCookies(first, second), withCookies(second, first)])
      expect(guard.check(both).kind).toBe('session');
  });

  it('the guard sets a cookie that outlives the session by a week, and a device cookie for a year', () => {
    const { guard } = guarded();
    const [session = '', device = ''] = guard.logIn(request(), THERE);
    expect(session).toContain(`; Max-Age=${String((8 * HOUR + 7 * DAY) / 1000)}`);
    expect(device).toContain(`; Max-Age=${String((365 * DAY) / 1000)}`);
    const [fraction = ''] = guarded(1500.9).guard.logIn(request(), THERE);
    expect(fraction).toContain(`; Max-Age=${String(1 + (7 * DAY) / 1000)}`);
  });

  it('the guard knows a device for a year, under one id however often it logs in', async () => {
    const { clock, guard } = guarded();
    const [, device = ''] = kept(guard.logIn(request(), THERE));
    const id = guard.device(withCookies(device));
    expect(id).toMatch(/^[\w-]{22}$/);
    await clock.advanceBy(300 * DAY);
    const [, again = ''] = kept(guard.logIn(withCookies('amd-device=junk', device), THERE));
    expect(guard.device(withCookies(again))).toBe(id);
    await clock.advanceBy(300 * DAY);
    expect([guard.device(withCookies(device)), guard.device(withCookies(again))]).toEqual([null, id]);
    expect(guard.device(request())).toBeNull();
  });
});

describe('a guard without a password', () => {
  it('without a password, the guard lets in this machine while the public address is local, and no one else', () => {
    const options = { password: null, sessionMs: HOUR, clock: manualClock() };
    const here = createGuard({ ...options, publicBaseUrl: HERE });
    const there = createGuard({ ...options, publicBaseUrl: THERE });
    const local = request({ host: 'localhost:5000' });
    expect([here.check(local), here.check(request({ host: 'calls.example.com' })), there.check(local)]).toEqual([
      { kind: 'open' },
      { kind: 'closed' },
      { kind: 'closed' },
    ]);
    expect([here.isPassword(''), here.device(local), here.logIn(local, HERE), here.logOut(local)]).toEqual([
      false,
      null,
      [],
      [],
    ]);
  });
});

describe('this machine', () => {
  it.each(['localhost', 'LOCALHOST:80', '127.0.0.1', '127.0.0.1:65535', '[::1]', '[::1]:5000'])(
    'this machine has the name %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    '',
    'localhost.',
    'xlocalhost',
    'localhost:',
    'localhost:123456',
    '127.0.0.2',
    '127x0.0.1',
    '::1',
    '0.0.0.0',
  ])('this machine does not have the name "%s"', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
    expect(isLoopbackHost(undefined)).toBe(false);
  });

  const from = (remoteAddress: string | undefined, headers: Readonly<Record<string, string>> = {}): IncomingMessage =>
    ({ headers: { host: 'localhost', ...headers }, httpVersion: '1.1', socket: { remoteAddress } }) as never;
  const isOpenTo = openOnThisMachine(HERE);

  it('a request is local by its address, of either family', () => {
    for (const address of ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1'])
      expect(isOpenTo(from(address)), address).toBe(true);
    for (const address of [
      undefined,
      '',
      '10.0.0.1',
      '1127.0.0.1',
      '::2',
      'x::1',
      '::1x',
      '::ffff:10.0.0.1',
      '127.0.0.1x',
    ])
      expect(isOpenTo(from(address)), address).toBe(false);
  });

  it.each(
    'forwarded forwarded-for via x-forwarded x-forwarded-for x-forwarded-proto x-real-ip x-original-host client-ip true-client-ip cf-connecting-ip fastly-connecting-ip cf-ray ngrok-trace-id tailscale-user x-azure-ref x-envoy-id x-amzn-trace-id cdn-loop'.split(
      ' ',
    ),
  )('a request with the header %s is not local', (name) => {
    expect(isOpenTo(from('127.0.0.1', { [name]: '' }))).toBe(false);
  });

  it.each([
    'accept',
    'x-via',
    'via-x',
    'my-forwarded',
    'forwarded-x',
    'x-real-ips',
    'xcf-ray',
    'origin',
    'x-amzn-trace-ids',
  ])('a request with the header %s is local', (name) => {
    expect(isOpenTo(from('127.0.0.1', { [name]: '' }))).toBe(true);
  });
});

describe('a cookie', () => {
  const made = () => cookieOf('amd-x');

  it('a cookie has the strict name over https and the plain one on loopback, hidden from scripts and other sites', () => {
    expect(made().set('v', THERE, 9)).toBe('__Host-amd-x=v; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=9');
    expect(made().set('v', HERE, 9)).toBe('amd-x=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=9');
  });

  it('a cookie is read under both names, the strict one first, with all its values and no other cookie', () => {
    expect(made().read(request())).toEqual([]);
    expect(made().read(request({ cookie: 'amd-x=1;amd-x=2 ; __Host-amd-x=3; xamd-x=4; amd-xx=5; amd-x=6=7' }))).toEqual(
      ['3', '1', '2', '6=7'],
    );
  });

  it('a cookie is removed under the names under which it came', () => {
    const [strict, plain] = [
      '__Host-amd-x=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
      'amd-x=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    ];
    expect(made().remove(request())).toEqual([]);
    expect(made().remove(withCookies('amd-x=1', 'amd-x=2'))).toEqual([plain]);
    expect(made().remove(withCookies('__Host-amd-x=1'))).toEqual([strict]);
    expect(made().remove(withCookies('__Host-amd-x=1', 'amd-x=1'))).toEqual([strict, plain]);
  });
});

describe('a ticket', () => {
  const clock = manualClock();
  const office = ticketOffice('open sesame', clock);

  it('a ticket is valid for its kind, on every node with the same password', () => {
    const ticket = office('session', HOUR).issue();
    const read = office('session', 5).read(ticket);
    expect(read).toEqual({ id: ticket.split('.')[1], endsAt: clock.now() + HOUR });
    expect(ticketOffice('open sesame', clock)('session', 5).read(ticket)).toEqual(read);
    expect(office('device', HOUR).read(ticket)).toBeNull();
    expect(ticketOffice('open sesamE', clock)('session', HOUR).read(ticket)).toBeNull();
  });

  it('a ticket has an id of its own or the given one, and ends at a whole millisecond', () => {
    const { issue, read } = office('session', 0.5);
    expect(read(issue())?.id).not.toBe(read(issue())?.id);
    const id = 'a'.repeat(22);
    expect(read(issue(id))).toEqual({ id, endsAt: clock.now() + 1 });
  });

  it('a ticket with anything before, behind or changed in it is invalid', () => {
    const { issue, read } = office('session', HOUR);
    const ticket = issue();
    const [ends = '', id = '', mac = ''] = ticket.split('.');
    for (const wrong of [
      undefined,
      '',
      `x${ticket}`,
      `${ticket}x`,
      ` ${ticket}`,
      `${ticket}\n`,
      `${ends}1.${id}.${mac}`,
      `${ends}.${'b'.repeat(22)}.${mac}`,
      `${ends}.${id}.${'b'.repeat(43)}`,
      `${ends}.${id}.`,
    ])
      expect(read(wrong), JSON.stringify(wrong)).toBeNull();
    expect(read(ticket)).not.toBeNull();
  });
});

describe('headers of every answer', () => {
  function sent(https: boolean): Record<string, unknown> {
    const headers: Record<string, unknown> = {};
    const response = {
      setHeader: (name: string, value: unknown) => (headers[name.toLowerCase()] = value),
      removeHeader: () => undefined,
    };
    securityHeaders(https)(request(), response as never);
    return headers;
  }

  it('the headers forbid frames, foreign files and caching, and require https for half a year where it is https', () => {
    expect(sent(false)).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
    expect(sent(false)).not.toHaveProperty('strict-transport-security');
    expect(sent(true)['strict-transport-security']).toBe('max-age=15552000');
  });
});
