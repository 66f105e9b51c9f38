import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createMemoryStore } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import type { DashboardLogEntry } from '@amd/dashboard';
import { afterEach, describe, expect, it } from 'vitest';
import { targetOf } from '../src/server/door/targets.js';
import { ask, cookieOf, cookiesOf, logIn, PASSWORD, serve, type Answer, type Served } from './helpers/serve.js';

// The login on the wire, header by header. What browsers send is tested with browsers, in test/browser.

const BROWSER = { accept: 'text/html,application/xhtml+xml' };
const FROM_A_LINK = { ...BROWSER, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };

let served: Served;
afterEach(async () => {
  await served.close();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(served.url + path, { headers: { ...BROWSER, ...headers } });

describe('the form', () => {
  it('the form is served at the requested address, and knows that address', async () => {
    served = await serve({ password: PASSWORD });
    for (const path of ['/', '/index', '/calls.csv?full=1']) {
      const { status, body } = await get(path);
      expect(status).toBe(401);
      expect(body).toContain('<form method="post" action="/dashboard/login">');
      expect(body).toContain(`name="to" value="${path}"`);
    }
    const program = await ask(`${served.url}/calls.csv`);
    expect(program).toMatchObject({ status: 401, body: 'Log in first.\n' });
  });

  it('/dashboard leads to the page', async () => {
    served = await serve({ password: PASSWORD });
    for (const path of ['/dashboard', '/dashboard/'])
      expect(await get(path)).toMatchObject({ status: 303, headers: { location: '/' } });
  });

  it('the login goes on over an address that shows whether the browser kept the cookie', async () => {
    served = await serve({ password: PASSWORD });
    const { status, headers } = await logIn(served.url, PASSWORD, {}, '/index');
    expect(status).toBe(303);
    expect(headers['location']).toBe('/dashboard/login?in&to=%2Findex');
    const check = String(headers['location']);
    const kept = await get(check, { cookie: cookieOf(await logIn(served.url)) });
    expect(kept).toMatchObject({ status: 303, headers: { location: '/index' } });
    const lost = await get(check);
    expect(lost.status).toBe(401);
    expect(lost.body).toContain('your browser did not keep the cookie');
    expect(lost.body).toContain('value="/index"');
  });

  it('a wrong password keeps where to go next', async () => {
    served = await serve({ password: PASSWORD });
    const { status, body } = await logIn(served.url, 'wrong', {}, '/index');
    expect(status).toBe(401);
    expect(body).toContain('That is not the password.');
    expect(body).toContain('value="/index"');
  });

  it('a user who logged in to save the call log is offered it', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    const { status, body } = await get('/dashboard/login?in&to=%2Fcalls.csv', { cookie });
    expect(status).toBe(200);
    expect(body).toContain('href="/calls.csv"');
  });

  it('the login leads to no foreign address', () => {
    for (const text of [
      null,
      '',
      'index',
      '//evil.example',
      '//evil.example/index',
      '/\\evil.example',
      '/\t/evil.example',
      'https://evil.example/',
      'javascript:alert(1)',
      '/dashboard/logout',
      '/dashboard/login?to=/',
      '/index/../../x',
      '/calls.csv/',
      `/?${'x'.repeat(600)}`,
      '/\r\nset-cookie: x=y',
    ]) {
      expect(targetOf(text), String(text)).toBe('/');
    }
    expect(targetOf(`/?${'x'.repeat(498)}`)).toBe(`/?${'x'.repeat(498)}`);
    expect(targetOf('/index?a=b')).toBe('/index?a=b');
    expect(targetOf('/calls.json?full=1#x')).toBe('/calls.json?full=1');
    expect(targetOf('/?\r\nset-cookie: x=<y>"')).toBe('/?set-cookie:%20x=%3Cy%3E%22');
  });

  it('a link elsewhere makes the page ask once more from our own site, and only once', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    for (const path of ['/index', '/dashboard/login?to=/index']) {
      const { status, body } = await get(path, FROM_A_LINK);
      expect(status).toBe(200);
      expect(body).toContain('content="0;url=/dashboard/login?again&#38;to=%2Findex"');
      expect(body).not.toContain('<form');
    }
    const again = '/dashboard/login?again&to=%2Findex';
    expect(await get(again, { cookie })).toMatchObject({ status: 303, headers: { location: '/index' } });
    expect((await get(again, FROM_A_LINK)).body).toContain('<form');
    expect((await get('/', { ...FROM_A_LINK, cookie })).body).toContain('behind the door');
  });

  it('the form says that a login has ended, and that the user is logged out', async () => {
    const clock = manualClock();
    served = await serve({ password: PASSWORD, clock });
    const cookie = cookieOf(await logIn(served.url));
    await clock.advanceBy(8 * 3_600_000);
    expect((await get('/', { cookie })).body).toContain('Your log-in has ended. Log in again.');
    const out = await ask(`${served.url}/dashboard/logout`, {
      method: 'POST',
      headers: { cookie, origin: served.url },
    });
    expect(out).toMatchObject({ status: 303, headers: { location: '/dashboard/login?out' } });
    expect(out.headers['set-cookie']?.[0]).toMatch(/^amd-session=; .*Max-Age=0$/);
    expect((await get('/dashboard/login?out')).body).toContain('You are logged out.');
  });
});

describe('why the form is shown', () => {
  /** Status, and the text above the field. */
  const said = ({ status, body }: Answer): unknown => [
    status,
    /<p id="note" class="([^"]*)" role="alert">(.*?)<\/p>/.exec(body)?.slice(1) ?? null,
    /<input id="password"[^>]* autofocus(.*?)>/.exec(body)?.[1],
  ];
  const NOTED = ' aria-describedby="note"';

  it('the form says nothing to a first visitor, neither at its own address nor at the requested one', async () => {
    served = await serve({ password: PASSWORD });
    expect(said(await get('/dashboard/login'))).toEqual([200, null, '']);
    expect(said(await get('/index'))).toEqual([401, null, '']);
  });

  it('bad news looks bad, and good news good', async () => {
    const clock = manualClock();
    served = await serve({ password: PASSWORD, clock });
    const cookie = cookieOf(await logIn(served.url));
    await clock.advanceBy(8 * 3_600_000);
    const ended = [401, ['note problem', 'Your log-in has ended. Log in again.'], NOTED];
    expect(said(await get('/dashboard/login', { cookie }))).toEqual(ended);
    expect(said(await get('/index', { cookie }))).toEqual(ended);
    expect(said(await logIn(served.url, 'wrong'))).toEqual([
      401,
      ['note problem', 'That is not the password.'],
      `${NOTED} aria-invalid="true"`,
    ]);
    expect(said(await get('/dashboard/login?out'))).toEqual([200, ['note', 'You are logged out.'], NOTED]);
    expect(said(await get('/dashboard/login?in'))).toEqual([
      401,
      ['note problem', expect.stringContaining('did not keep the cookie') as string],
      NOTED,
    ]);
  });

  it('HEAD is answered alike, without a page', async () => {
    served = await serve({ password: PASSWORD });
    const { status, headers, body } = await ask(`${served.url}/dashboard/login`, { method: 'HEAD' });
    expect([status, headers['content-type'], body]).toEqual([200, 'text/html; charset=utf-8', '']);
  });

  it('a program that asks for the page gets the form as well, and only text in place of a file', async () => {
    served = await serve({ password: PASSWORD });
    expect((await ask(`${served.url}/`)).body).toContain('<form');
    for (const path of ['/calls.json', '/calls.csv?full=1'])
      expect(await ask(served.url + path)).toMatchObject({
        status: 401,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: 'Log in first.\n',
      });
  });

  it('a form without a password is a wrong one', async () => {
    const log: DashboardLogEntry[] = [];
    served = await serve({ password: PASSWORD, log: (entry) => log.push(entry) });
    const { url } = served;
    const answer = await ask(`${url}/dashboard/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url },
      body: 'to=%2Findex',
    });
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('That is not the password.');
    expect(log).toEqual([{ level: 'warn', code: 'login.wrong', message: 'log-in refused: wrong password' }]);
  });
});

describe('a logged-in user', () => {
  it('a logged-in user is led to the requested page, and offered a file only right after the login', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    for (const [query, location] of [
      ['', '/'],
      ['?to=%2Findex', '/index'],
      ['?to=%2Fcalls.csv', '/calls.csv'],
      ['?in&to=%2Findex', '/index'],
      ['?out', '/'],
    ] as const) {
      const answer = await get(`/dashboard/login${query}`, { cookie });
      expect(answer, query).toMatchObject({ status: 303, headers: { location }, body: 'See other\n' });
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    }
    const { body } = await get('/dashboard/login?in&to=%2Fcalls.json%3Ffull%3D1', { cookie });
    expect(body).toContain('<h1>You are logged in</h1>');
    expect(body).toContain(
      '<p><a class="way" href="/calls.json?full=1">Save the call log</a></p>\n<p><a class="way" href="/">Go to the page</a></p>',
    );
  });
});

describe('a link elsewhere', () => {
  it("another host of the same domain is elsewhere too; a script's request or a typed address is not", async () => {
    served = await serve({ password: PASSWORD });
    const of = async (site: string, mode: string): Promise<boolean> => {
      const { body } = await get('/', { 'sec-fetch-site': site, 'sec-fetch-mode': mode });
      return body.includes('Go on');
    };
    expect([
      await of('same-site', 'navigate'),
      await of('same-origin', 'navigate'),
      await of('none', 'navigate'),
      await of('cross-site', 'cors'),
    ]).toEqual([true, false, false, false]);
  });

  it('a link elsewhere is followed by a browser without scripts too', async () => {
    served = await serve({ password: PASSWORD });
    const { headers, body } = await get('/index', FROM_A_LINK);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const again = '/dashboard/login?again&#38;to=%2Findex';
    expect(body).toContain(
      `defer></script>\n<noscript><meta http-equiv="refresh" content="0;url=${again}"></noscript>\n</head>`,
    );
    expect(body).toContain(`<p><a class="way" id="again" href="${again}">Go on</a></p>`);
    expect(body).toContain('<title>Calls</title>');
    expect(body).toContain('<h1>Calls</h1>');
  });
});

describe('refusals', () => {
  it('a form from another address is refused, with the right address, escaped', async () => {
    const entries: DashboardLogEntry[] = [];
    served = await serve({
      password: PASSWORD,
      publicBaseUrl: 'https://calls.example.com/base',
      log: (entry) => entries.push(entry),
    });
    const { status, body } = await logIn(served.url, PASSWORD, { ...BROWSER, origin: 'http://x.example"><script>' });
    expect(status).toBe(403);
    expect(body).toContain('http://x.example&#34;&#62;&#60;script&#62;');
    expect(body).not.toContain('x.example"');
    expect(body).toContain('<a class="way" href="https://calls.example.com/">');
    expect(entries).toMatchObject([{ code: 'login.refused' }]);
    expect(entries[0]?.message).toContain('set PUBLIC_BASE_URL');
  });

  it('a form whose sender the browser hides is refused, with possible reasons', async () => {
    const log: DashboardLogEntry[] = [];
    served = await serve({
      password: PASSWORD,
      publicBaseUrl: 'https://calls.example.com/base',
      log: (entry) => log.push(entry),
    });
    const form = {
      method: 'POST',
      headers: { ...BROWSER, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ password: PASSWORD }).toString(),
    };
    const { status, headers, body } = await ask(`${served.url}/dashboard/login`, form);
    expect([status, headers['set-cookie']]).toEqual([403, undefined]);
    expect(body).toContain('an extension or a setting may keep it from doing so');
    expect(body).toContain('<p>Open https://calls.example.com and try again.</p>\n<p><a class="way"');
    expect(body).toContain('>Go to https://calls.example.com</a>');
    expect(body).not.toContain('PUBLIC_BASE_URL');
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'login.refused',
        message:
          'a form was refused: it came from no address that the browser named, and the page is at https://calls.example.com; if the former is right, set PUBLIC_BASE_URL to it',
      },
    ]);
  });

  it('a form from another address is refused, naming both addresses, to the user and in the log', async () => {
    const log: DashboardLogEntry[] = [];
    served = await serve({ password: PASSWORD, log: (entry) => log.push(entry) });
    const { body } = await logIn(served.url, PASSWORD, { origin: 'http://other.example' });
    expect(body).toBe(
      `This form was refused. The page that sent it is at http://other.example, but this server knows itself as ${served.url}. Open ${served.url} and try again. If the other address is the right one, set PUBLIC_BASE_URL to it and restart.\n`,
    );
    expect(log[0]?.message).toContain(`it came from "http://other.example", and the page is at ${served.url};`);
  });

  it('a logout sent by another page keeps the login, even where the page is open to all', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    const sent = { method: 'POST', headers: { cookie, origin: 'http://other.example' } };
    const { status, headers, body } = await ask(`${served.url}/dashboard/logout`, sent);
    expect([status, headers['set-cookie']]).toEqual([403, undefined]);
    expect(body).toContain('This form was refused.');
    expect((await get('/', { cookie })).status).toBe(200);
  });

  it('a body that is not a form is refused, saying what may have read it before', async () => {
    served = await serve({ password: PASSWORD });
    const { status, body } = await logIn(served.url, PASSWORD, { 'content-type': 'text/plain' });
    expect(status).toBe(400);
    expect(body).toMatch(/^The form could not be read\. .* mount the page before body parsers.*\n$/);
  });

  it('a read-only address says which methods are allowed', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    for (const [path, allow] of [
      ['/dashboard/login', 'GET, HEAD, POST'],
      ['/dashboard/logout', 'POST'],
    ] as const) {
      const { status, headers } = await ask(served.url + path, { method: 'DELETE', headers: { cookie } });
      expect([status, headers['allow']], path).toEqual([405, allow]);
    }
  });

  it('refusals are pages for people and plain text for programs', async () => {
    served = await serve({ password: null, publicBaseUrl: 'https://calls.example.com' });
    expect((await get('/')).body).toMatch(/^<!doctype html>[\s\S]*This page is off[\s\S]*DASHBOARD_PASSWORD/);
    expect((await ask(`${served.url}/`)).body).toMatch(
      /^This page is off\. .* Set DASHBOARD_PASSWORD and restart\.\n$/,
    );
    expect((await get('/nothing')).body).toContain('There is nothing at this address.');
  });

  it('a logout by visiting its address is refused, and the login stays', async () => {
    served = await serve({ password: PASSWORD });
    const cookie = cookieOf(await logIn(served.url));
    const { status, body } = await get('/dashboard/logout', { cookie });
    expect(status).toBe(405);
    expect(body).toContain('Log out with the button');
    expect((await get('/', { cookie })).status).toBe(200);
  });
});

describe('cookies', () => {
  it('cookies are made for the address of the form: behind a TLS proxy Host and connection do not count', async () => {
    served = await serve({ password: PASSWORD, publicBaseUrl: 'https://calls.example.com' });
    const behind = await logIn(served.url, PASSWORD, { origin: 'https://calls.example.com' });
    expect(cookiesOf(behind)).toEqual([
      expect.stringMatching(/^__Host-amd-session=/),
      expect.stringMatching(/^__Host-amd-device=/),
    ]);
    const direct = await logIn(served.url);
    expect(cookiesOf(direct)).toEqual([expect.stringMatching(/^amd-session=/), expect.stringMatching(/^amd-device=/)]);
    expect(String(direct.headers['set-cookie'])).not.toContain('Secure');
    for (const answer of [behind, direct])
      expect((await get('/', { cookie: cookiesOf(answer).join('; ') })).status).toBe(200);
  });

  it("a device's cookie is no session, and a session is no device", async () => {
    served = await serve({ password: PASSWORD });
    const [session = '', device = ''] = cookiesOf(await logIn(served.url));
    const value = (cookie: string): string => cookie.split('=')[1] ?? '';
    expect((await get('/', { cookie: device })).status).toBe(401);
    expect((await get('/', { cookie: `amd-session=${value(device)}` })).status).toBe(401);
    const again = async (cookie: string): Promise<string | undefined> =>
      cookiesOf(await logIn(served.url, PASSWORD, { cookie }))[1];
    const id = (cookie: string | undefined): string | undefined => value(cookie ?? '').split('.')[1];
    expect(id(await again(device))).toBe(id(device));
    expect(id(await again(`amd-device=${value(session)}`))).not.toBe(id(session));
  });
});

describe('guesses', () => {
  it('a full queue is a page at once; a browser that has logged in before does not wait in it', async () => {
    const clock = manualClock();
    const entries: DashboardLogEntry[] = [];
    served = await serve({ password: PASSWORD, clock, log: (entry) => entries.push(entry) });
    const device = cookiesOf(await logIn(served.url))[1] ?? '';
    // The login has taken this moment's turn, and the clock stands still: a guess without a place is answered first.
    const guesses = Array.from({ length: 52 }, () => logIn(served.url, 'wrong'));
    await Promise.race(guesses);
    const full = await logIn(served.url);
    expect(full.status).toBe(429);
    expect(full.headers['retry-after']).toBe('10');
    expect(full.headers['set-cookie']).toBeUndefined();
    expect(full.body).toContain('Try again in 10 seconds.');
    expect(full.body).toContain('class="note problem"');
    expect(entries.filter(({ code }) => code === 'login.full')).toEqual([
      { level: 'warn', code: 'login.full', message: 'log-in refused: too many passwords are tried at once' },
    ]);
    expect((await logIn(served.url, PASSWORD, { cookie: device })).status).toBe(303);
    expect((await get('/')).status).toBe(401);

    await clock.advanceBy(10_000, () => new Promise((resolve) => setImmediate(resolve)));
    const answers = await Promise.all(guesses);
    expect(answers.filter(({ status }) => status === 401).length).toBe(50);
    // Ten seconds of guesses, each second logged once.
    expect(entries.filter(({ code }) => code === 'login.wrong').length).toBeLessThanOrEqual(11);
    expect(entries.find(({ message }) => message.includes('more before'))).toBeDefined();
  });
});

it('a page that cannot connect', async () => {
  served = await serve({ password: PASSWORD, publicBaseUrl: 'https://calls.example.com' });
  const address = 'https://calls.example.com';
  const door = async (headers: Record<string, string>): Promise<unknown> =>
    JSON.parse((await ask(`${served.url}/dashboard/door`, { method: 'POST', headers })).body);
  expect(await door({ origin: address })).toEqual({ door: 'out', address });
  const cookie = cookieOf(await logIn(served.url));
  expect(await door({ origin: address, cookie })).toEqual({ door: 'open', address });
  expect(await door({ origin: 'https://other.example', cookie })).toEqual({ door: 'elsewhere', address });
});

it.each([
  ['http://localhost:5000', 'open'],
  ['https://calls.example.com', 'out'],
])('a page at %s, without a password, learns that it is %s', async (publicBaseUrl, door) => {
  served = await serve({ password: null, publicBaseUrl });
  const { headers, body } = await ask(`${served.url}/dashboard/door`, { headers: { origin: served.url } });
  expect(JSON.parse(body)).toEqual({ door, address: publicBaseUrl });
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
});

describe('bug:', () => {
  const guessed = (body: string): string =>
    `POST /dashboard/login HTTP/1.1\r\nHost: h\r\nOrigin: ${served.url}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;

  async function raw(text: string): Promise<Socket> {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  it('guesses that waited behind others on one connection kept their places when it closed', async () => {
    const clock = manualClock();
    served = await serve({ password: PASSWORD, clock });
    const socket = await raw(guessed('password=wrong').repeat(51));
    const tried = (): Promise<unknown> => {
      const waits = new Promise((resolve) => setTimeout(resolve, 50, 'in the line'));
      return Promise.race([logIn(served.url, 'wrong').then(({ status }) => status), waits]);
    };
    // The clock stands still: no guess gets a turn.
    await expect.poll(tried).toBe(429);
    socket.destroy();
    await expect.poll(tried).toBe('in the line');
    for (let more = 0; more < 5; more += 1) expect(await tried()).toBe('in the line');
  });

  it('strangers filled the log with errors by unfinished forms', async () => {
    const log: DashboardLogEntry[] = [];
    served = await serve({ password: PASSWORD, log: (entry) => log.push(entry) });
    for (let time = 0; time < 5; time += 1) {
      const socket = await raw(guessed('password=wrong').slice(0, -5));
      socket.destroy();
      await once(socket, 'close');
    }
    expect((await logIn(served.url)).status).toBe(303);
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('the call log was a broken connection instead of a message when the store was down', async () => {
    const store = createMemoryStore();
    served = await serve({ password: PASSWORD, store: { ...store, list: () => Promise.reject(new Error('away')) } });
    const cookie = cookieOf(await logIn(served.url));
    for (const path of ['/calls.json', '/calls.csv']) {
      const { status, headers, body } = await get(path, { cookie });
      expect([status, headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
      expect(body).toContain('The log of the server says why.');
      expect(headers['content-disposition']).toBeUndefined();
    }
  });

  it("a stranger's origin reached the log and the page in full, control characters included", async () => {
    const log: DashboardLogEntry[] = [];
    served = await serve({ password: PASSWORD, log: (entry) => log.push(entry) });
    const { status, body } = await logIn(served.url, PASSWORD, {
      ...BROWSER,
      origin: `http://\x9b31m${'x'.repeat(5000)}`,
    });
    expect(status).toBe(403);
    expect(body.length).toBeLessThan(3000);
    for (const text of [body, ...log.map(({ message }) => message)]) expect(text).not.toMatch(/[\x80-\x9f]/);
  });

  it('a method that the login does not have got the form', async () => {
    served = await serve({ password: PASSWORD });
    const { status, headers } = await ask(`${served.url}/dashboard/login`, { method: 'PUT', headers: BROWSER });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD, POST']);
  });
});
