import { once } from 'node:events';
import { createServer, request, type ClientRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../helpers/patience.js';
import { hasOpenssl } from '../../../store-redis/test/helpers/programs.js';
import { openDoor, PASSWORD, type DoorUnderTest } from '../helpers/door.js';
import { hasBrowser, launch, picture, seriousProblems } from './browser.js';

const CALL = `#call=CA${'1'.repeat(32)}`;
const canRun = hasBrowser && hasOpenssl();

// Both examples as their users start them, with Chromium, since only a browser writes the headers that it is judged by.
describe.skipIf(!canRun)('the login, in Chromium', () => {
  let browser: Browser;
  let doors: Record<'forwarding' | 'taskrouter', DoorUnderTest>;
  let page: Page;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    const [forwarding, taskrouter] = await Promise.all([openDoor('forwarding'), openDoor('taskrouter')]);
    doors = { forwarding, taskrouter };
    browser = await launch();
    page = await (await newContext()).newPage();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all(Object.values(doors).map((door) => door.close()));
  });
  afterEach(async () => {
    // As far as a site can tell, the page that most tests share has not been anywhere yet.
    await page.context().clearCookies();
    await page.goto('about:blank');
    for (const context of contexts.splice(1)) await context.close();
    for (const { front } of Object.values(doors)) front.reset();
  });

  async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    contexts.push(context);
    return context;
  }

  async function logIn(page: Page, password = PASSWORD): Promise<void> {
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  const live = (page: Page): Promise<void> => page.locator('[data-state=Live]').waitFor();

  it.each([
    ['forwarding', 'directly over http', 'forwarded', false],
    ['forwarding', 'behind a TLS proxy that says so', 'forwarded', true],
    ['forwarding', 'behind a TLS proxy as nginx is by default', 'nginx', true],
    ['taskrouter', 'directly over http', 'forwarded', false],
    ['taskrouter', 'behind a TLS proxy as nginx is by default', 'nginx', true],
  ] as const)(
    'the login of %s accepts the right password and no other, %s, and the old cookie is worth nothing',
    async (example, _, headers, isPublic) => {
      const { front, publicUrl, directUrl } = doors[example];
      front.manners.headers = headers;
      if (headers === 'nginx') front.manners.upgrade = 'strip';
      const url = isPublic ? publicUrl : directUrl;
      await page.goto(url);
      await logIn(page, 'not the password');
      await page.getByText('That is not the password.').waitFor();
      await logIn(page);
      await live(page);
      await page.getByRole('heading', { name: example === 'forwarding' ? 'Calls' : 'Workers', level: 1 }).waitFor();
      expect(page.url()).toBe(`${url}/`);

      const cookies = await page.context().cookies();
      expect(cookies.map(({ name }) => name).sort()).toEqual(
        isPublic ? ['__Host-amd-device', '__Host-amd-session'] : ['amd-device', 'amd-session'],
      );
      for (const cookie of cookies)
        expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: isPublic, path: '/' });

      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByText('You are logged out.').waitFor();
      await page.context().addCookies(cookies);
      await page.goto(url);
      await page.getByText('Your log-in has ended. Log in again.').waitFor();
    },
  );

  it('the login leads on to the call in the address, even after a wrong password', async () => {
    const { directUrl } = doors.forwarding;
    await page.goto(`${directUrl}/${CALL}`);
    await logIn(page, 'not the password');
    await page.getByText('That is not the password.').waitFor();
    await logIn(page);
    await live(page);
    expect(page.url()).toBe(`${directUrl}/${CALL}`);
  });

  describe('a link on another site', () => {
    let elsewhere: Server;
    let link: string;
    beforeAll(async () => {
      const { directUrl, publicUrl } = doors.forwarding;
      elsewhere = createServer((_request, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(`<a href="${directUrl}/${CALL}">direct</a> <a href="${publicUrl}/index${CALL}">public</a>`);
      }).listen(0, '127.0.0.1');
      await once(elsewhere, 'listening');
      // To 127.0.0.1 and to names below localhost, "localhost" is another site.
      link = `http://localhost:${String((elsewhere.address() as AddressInfo).port)}`;
    });
    afterAll(() => {
      elsewhere.close();
    });

    it.each(['direct', 'public'] as const)(
      'a link on another site leads a logged-in user to the page (%s)',
      async (name) => {
        const { directUrl, publicUrl } = doors.forwarding;
        const [start, end] = name === 'direct' ? [directUrl, `${directUrl}/`] : [publicUrl, `${publicUrl}/index`];
        await page.goto(start);
        await logIn(page);
        await live(page);
        await page.goto(link);
        await page.getByRole('link', { name }).click();
        await live(page);
        expect(page.url()).toBe(end + CALL);
        await page.reload();
        await live(page);
        await page.goBack();
        await page.getByRole('link', { name }).waitFor();
      },
    );

    it('a link on another site shows the form to a logged-out user, even after a reload, and leads on from there', async () => {
      const { publicUrl } = doors.forwarding;
      await page.goto(link);
      await page.getByRole('link', { name: 'public' }).click();
      await page.getByLabel('Password').waitFor();
      await page.reload();
      await logIn(page);
      await live(page);
      expect(page.url()).toBe(`${publicUrl}/index${CALL}`);
    });

    it('the login works without scripts, except for the call in the address', async () => {
      const { publicUrl } = doors.forwarding;
      const plain = await (await newContext({ javaScriptEnabled: false })).newPage();
      await plain.goto(link);
      await plain.getByRole('link', { name: 'public' }).click();
      await logIn(plain);
      await plain.waitForURL(`${publicUrl}/index`);
      await plain.goto(link);
      await plain.getByRole('link', { name: 'public' }).click();
      await plain.waitForURL(`${publicUrl}/index`);
      expect(await plain.title()).toBe('First human wins');
    });
  });

  it('a page whose login ends shows the form in place, and comes back to the same call', async () => {
    const { publicUrl } = doors.forwarding;
    await page.goto(publicUrl + CALL);
    await logIn(page);
    await live(page);
    const other = await page.context().newPage();
    await other.goto(publicUrl);
    await other.getByRole('button', { name: 'Log out' }).click();
    await other.getByText('You are logged out.').waitFor();
    await other.close();
    await page.getByLabel('Password').waitFor();
    expect(page.url()).toBe(`${publicUrl}/${CALL}`);
    await logIn(page);
    await live(page);
    expect(page.url()).toBe(`${publicUrl}/${CALL}`);
  });

  it('a logout on a page whose login has already ended is not an error', async () => {
    const { directUrl, front, publicUrl } = doors.forwarding;
    expect(directUrl).not.toBe(publicUrl);
    await page.goto(publicUrl);
    await logIn(page);
    await live(page);
    // The page cannot learn that its login has ended.
    front.manners.cut = ['/dashboard/door', '/dashboard/socket'];
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
  });

  it('the call log of a user whose login has ended shows the form, and then the page', async () => {
    const { publicUrl, front } = doors.forwarding;
    await page.goto(publicUrl);
    await logIn(page);
    await live(page);
    front.manners.cut = ['/dashboard/door', '/dashboard/socket'];
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Call log' }).click();
    front.reset();
    await logIn(page);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save the call log' }).click();
    expect((await download).suggestedFilename()).toBe('calls.csv');
    await page.getByRole('link', { name: 'Go to the page' }).click();
    await live(page);
  });

  it('a browser that keeps no cookies is told so', async () => {
    const { front, publicUrl } = doors.forwarding;
    front.manners.cookies = 'strip';
    await page.goto(publicUrl + CALL);
    await logIn(page);
    await page.getByText('your browser did not keep the cookie', { exact: false }).waitFor();
    await picture(page, 'door-cookies');
    front.reset();
    await logIn(page);
    await live(page);
    expect(page.url()).toBe(`${publicUrl}/${CALL}`);
  });

  it('a form at a foreign address explains, and leads to the right one', async () => {
    const { otherUrl, publicUrl } = doors.forwarding;
    await page.goto(otherUrl);
    await logIn(page);
    await page.getByRole('heading', { name: 'This form was refused' }).waitFor();
    await page.getByText(otherUrl).waitFor();
    await picture(page, 'door-refused');
    await page.getByRole('link', { name: publicUrl }).click();
    await logIn(page);
    await live(page);
  });

  it('strangers who guess fill the queue and get an explanation, while earlier users come in', async () => {
    const { publicUrl, directUrl } = doors.forwarding;
    await page.goto(publicUrl);
    await logIn(page);
    await live(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    const stranger = await (await newContext()).newPage();
    await stranger.goto(publicUrl);

    const crowd = await fillTheLine(directUrl);
    try {
      // The queue moves, so a place may be free for a moment.
      await expect
        .poll(async () => {
          await Promise.all([stranger.waitForEvent('load'), logIn(stranger, 'not the password')]);
          return stranger.locator('#note').textContent();
        })
        .toContain('Try again in 10 seconds.');
      await picture(stranger, 'door-full');
      await logIn(page);
      await live(page);
    } finally {
      await crowd.leave();
    }
    await logIn(stranger);
    await live(stranger);
  });

  it('/dashboard leads to the page', async () => {
    for (const path of ['/dashboard', '/dashboard/']) {
      await page.goto(doors.taskrouter.publicUrl + path);
      await page.getByLabel('Password').waitFor();
      expect(page.url()).toBe(`${doors.taskrouter.publicUrl}/`);
    }
  });

  it('metrics without a token are off, and the start says what is open to whom', async () => {
    const { app, publicUrl, directUrl } = doors.taskrouter;
    const response = await fetch(`${directUrl}/metrics`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Set METRICS_TOKEN');
    expect(app.said()).toContain(`The page of workers is at ${publicUrl}/ and asks for DASHBOARD_PASSWORD.`);
    expect(app.said()).toContain('Metrics are off: set METRICS_TOKEN.');
  });

  it.each([
    ['light', 320],
    ['dark', 1100],
  ] as const)('axe finds nothing serious on the login, %s, %i pixels wide', async (colorScheme, width) => {
    const { publicUrl } = doors.forwarding;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 720 });
    const check = async (name: string): Promise<void> => {
      expect(await seriousProblems(page), name).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await picture(page, `door-${name}-${colorScheme}`);
    };
    await page.goto(publicUrl);
    await check('form');
    await logIn(page, 'not the password');
    await page.getByText('That is not the password.').waitFor();
    await check('wrong');
    await page.goto(`${publicUrl}/dashboard/logout`);
    await check('words');
  });
});

/** Programs rather than browsers: they guess until the queue is full, and wait in it until they leave. */
async function fillTheLine(url: string): Promise<{ leave(): Promise<void> }> {
  const guesses = new Set<ClientRequest>();
  let hasLeft = false;
  let last = 0;
  function guess(): void {
    const headers = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(`${url}/dashboard/login`, { method: 'POST', headers, agent: false });
    guesses.add(sent);
    sent.on('response', (response) => {
      response.resume();
      last = response.statusCode ?? 0;
      // One that finds no place comes back a moment later; one that had a turn, at once.
      if (!hasLeft) setTimeout(guess, last === 429 ? 20 : 0);
    });
    sent.on('error', () => undefined);
    sent.on('close', () => guesses.delete(sent));
    sent.end('password=a+guess');
  }
  for (let stranger = 0; stranger < 60; stranger += 1) guess();
  await expect.poll(() => last).toBe(429);
  return {
    async leave() {
      hasLeft = true;
      for (const sent of guesses) sent.destroy();
      await expect
        .poll(
          () => {
            guess();
            return last;
          },
          { interval: 300 },
        )
        .toBe(401);
    },
  };
}
