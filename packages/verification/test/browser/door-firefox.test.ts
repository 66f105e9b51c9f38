import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTour, type Tour } from '../../../../examples/forwarding/src/demo/tour.js';
import { openDoor, PASSWORD, type DoorUnderTest } from '../helpers/door.js';
import { expectWithin } from '../../../core/test/helpers/measured.js';
import { PATIENCE_MS } from '../helpers/patience.js';
import { hasOpenssl } from '../../../store-redis/test/helpers/programs.js';
import { pageAssets } from './browser.js';
import { click, hasFirefox, launchFirefox, see } from './firefox.js';

const CALL = `#call=CA${'1'.repeat(32)}`;
const canRun = hasFirefox && hasOpenssl();

// The forwarding example as its users start it, with Firefox, since only a browser writes the headers that it is judged by.
describe.skipIf(!canRun)('the login, in Firefox', () => {
  let browser: Browser;
  let door: DoorUnderTest;
  let tour: Tour;
  let elsewhere: Server;
  let link: string;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    const assets = await pageAssets();
    [door, tour, browser] = await Promise.all([
      openDoor('forwarding'),
      startTour({ host: '127.0.0.1', port: 0, orAnyPort: true, assets, password: PASSWORD }),
      launchFirefox(),
    ]);
    // In real time: a phone rings for 20 s, which a browser on a busy machine may need.
    tour.goLive(1);
    context = browser.defaultBrowserContext();
    page = await browser.newPage();
    elsewhere = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<a href="${door.publicUrl}/index${CALL}">public</a>`);
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    link = `http://localhost:${String((elsewhere.address() as AddressInfo).port)}`;
  });
  afterAll(async () => {
    await browser.close();
    elsewhere.close();
    await Promise.all([door.close(), tour.stop()]);
  });
  afterEach(async () => {
    // As far as a site can tell, the page has not been anywhere yet.
    await context.deleteCookie(...(await context.cookies()));
    await page.goto('about:blank');
    door.front.reset();
  });

  async function logIn(password = PASSWORD): Promise<void> {
    await page.locator('#password').setTimeout(PATIENCE_MS).fill(password);
    await click(page, 'form button');
  }

  const live = (): Promise<void> => see(page, '[data-state=Live]');

  it.each([
    ['directly over http', 'forwarded', false],
    ['behind a TLS proxy as nginx is by default', 'nginx', true],
  ] as const)(
    'the login accepts the right password and no other, %s, and the old cookie is worth nothing',
    async (...to) => {
      const [, headers, isPublic] = to;
      door.front.manners.headers = headers;
      if (headers === 'nginx') door.front.manners.upgrade = 'strip';
      const url = isPublic ? door.publicUrl : door.directUrl;
      await page.goto(url);
      await logIn('not the password');
      await see(page, '::-p-text(That is not the password.)');
      await logIn();
      await live();
      expect(page.url()).toBe(`${url}/`);
      const cookies = await context.cookies();
      expect(cookies.map(({ name }) => name).sort()).toEqual(
        isPublic ? ['__Host-amd-device', '__Host-amd-session'] : ['amd-device', 'amd-session'],
      );
      await click(page, '::-p-aria(Log out[role="button"])');
      await see(page, '::-p-text(You are logged out.)');
      await context.setCookie(...cookies);
      await page.goto(url);
      await see(page, '::-p-text(Your log-in has ended. Log in again.)');
    },
  );

  it('a phone of the demo can be answered', async () => {
    await page.goto(tour.url);
    await logIn();
    await live();
    await click(page, '::-p-aria(Place call[role="button"])');
    await click(page, '::-p-aria(Answer[role="button"])');
    await see(page, '::-p-text(Talking · Ann)');
  });

  it.each(['refuse', 'swallow'] as const)(
    'the page is live behind a proxy that is asked to upgrade and does: %s',
    async (way) => {
      door.front.manners.upgrade = way;
      await page.goto(door.publicUrl);
      await logIn();
      await live();
      const { polls } = door.front.seen;
      const begun = performance.now();
      await page.reload();
      await live();
      // A page that waits for the hanging request needs 20 s.
      expectWithin(`Firefox, upgrade: ${way}: a page is live after`, performance.now() - begun, 2000);
      expect(door.front.seen.polls).toBeGreaterThan(polls);
    },
  );

  it('a link on another site leads to the form, and on to the call after a wrong password; then straight there', async () => {
    await page.goto(link);
    await click(page, 'a');
    await see(page, '#password');
    await page.reload();
    await logIn('not the password');
    await see(page, '::-p-text(That is not the password.)');
    await logIn();
    await live();
    expect(page.url()).toBe(`${door.publicUrl}/index${CALL}`);
    await page.goto(link);
    await click(page, 'a');
    await live();
    expect(page.url()).toBe(`${door.publicUrl}/index${CALL}`);
    await page.reload();
    await live();
  });
});
