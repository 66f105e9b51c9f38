import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createBalancer } from '../../../../examples/cluster/src/balancer.js';
import { SCENARIOS } from '../../../../examples/forwarding/src/demo/scenarios.js';
import { startTour, type Tour } from '../../../../examples/forwarding/src/demo/tour.js';
import { PASSWORD } from '../helpers/door.js';
import { startFront, type Front } from '../helpers/front.js';
import { expectWithin } from '../../../core/test/helpers/measured.js';
import { PATIENCE_MS } from '../helpers/patience.js';
import { hasBrowser, launch, pageAssets, picture, seriousProblems } from './browser.js';

describe.skipIf(!hasBrowser)('the live connection of a page, in Chromium', () => {
  let browser: Browser;
  let tours: readonly [Tour, Tour];
  let front: Front;
  let balancer: Server;
  let page: Page;
  const portOf = ({ url }: Tour): number => Number(new URL(url).port);

  beforeAll(async () => {
    const wanted = { host: '127.0.0.1', port: 0, orAnyPort: true, assets: await pageAssets(), password: PASSWORD };
    tours = [await startTour(wanted), await startTour(wanted)];
    front = await startFront(null);
    balancer = createBalancer(
      tours.map((tour) => ({ port: portOf(tour) })),
      () => true,
    ).listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    browser = await launch();
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    front.leadTo(portOf(tours[0]));
    await page.goto(`http://127.0.0.1:${String(front.port)}`);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await live();
  });
  afterAll(async () => {
    await browser.close();
    front.close();
    balancer.closeAllConnections();
    balancer.close();
    for (const tour of tours) await tour.stop();
  });
  afterEach(() => {
    front.reset();
    front.leadTo(portOf(tours[0]));
  });

  const live = (): Promise<void> => page.locator('[data-state=Live]').waitFor();
  const says = (text: string): Promise<void> => page.getByText(text, { exact: false }).waitFor();

  it('the live connection is a websocket where that gets through', async () => {
    const { polls } = front.seen;
    await page.reload();
    await live();
    expect(front.seen.polls).toBe(polls);
  });

  it.each(['refuse', 'strip', 'swallow'] as const)(
    'the live connection polls behind a proxy that is asked to upgrade and does: %s',
    async (way) => {
      front.manners.upgrade = way;
      const { upgrades, polls } = front.seen;
      const begun = performance.now();
      await page.reload();
      await live();
      // A page that waits for the hanging request needs 20 s.
      expectWithin(`Chromium, upgrade: ${way}: a page is live after`, performance.now() - begun, 2000);
      expect(front.seen.upgrades).toBeGreaterThan(upgrades);
      expect(front.seen.polls).toBeGreaterThan(polls);
      const played = tours[0].play(SCENARIOS[0]!, front.seen.upgrades);
      await page
        .getByRole('button', { name: /Connected · Alice/ })
        .first()
        .waitFor();
      await played;
    },
  );

  it('the live connection returns to a websocket by itself once one gets through', async () => {
    front.manners.upgrade = 'swallow';
    await page.reload();
    await live();
    front.manners.upgrade = 'pass';
    front.manners.cut = ['/dashboard/socket'];
    await page.locator('[data-state=Reconnecting]').waitFor();
    const opened = page.waitForEvent('websocket', { predicate: (socket) => socket.url().includes('sid=') });
    front.manners.cut = [];
    await live();
    await (await opened).waitForEvent('framereceived');
  });

  it('the page says that something in between answers in place of the server, and when it tries again', async () => {
    front.manners.cut = ['/dashboard/socket', '/dashboard/door'];
    await page.reload();
    await says('a proxy on the way answers in its place, with status 502');
    await says('Next try in');
    expect(await page.locator('[data-state=Connecting]').count()).toBe(1);
    front.manners.cut = [];
    await live();
    expect(await page.locator('.trouble').count()).toBe(0);
  });

  it('the page says that the server answers, but no live connection gets through', async () => {
    front.manners.cut = ['/dashboard/socket'];
    await page.reload();
    await says('live connection fails');
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1100, 320]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 720 });
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        expect(await seriousProblems(page)).toEqual([]);
        await picture(page, `trouble-${colorScheme}-${String(width)}`);
      }
    }
    await page.setViewportSize({ width: 1360, height: 900 });
  });

  it('the page says at which address it works when it was opened at another one', async () => {
    // From now on the server cannot tell that the page is at its own address.
    front.manners.headers = 'nginx';
    await page.reload();
    await says('The server does not know this page’s address');
    await page.getByRole('link', { name: tours[0].url }).waitFor();
  });

  it('the page says that requests go to several servers, where websockets are blocked as well', async () => {
    front.manners.upgrade = 'refuse';
    front.leadTo((balancer.address() as AddressInfo).port);
    await page.reload();
    await says('requests reach different servers');
  });

  it('the page needs nothing from a load balancer where websockets get through, even slowly', async () => {
    front.manners.upgrade = 'swallow';
    front.leadTo((balancer.address() as AddressInfo).port);
    await page.reload();
    await says('requests reach different servers');
    front.manners.upgrade = 'pass';
    await live();
  });

  it('the page says that the server does not answer', async () => {
    await page.reload();
    await live();
    front.close();
    await says('The server does not answer.');
    expect(await page.locator('[data-state=Reconnecting]').count()).toBe(1);
  });
});
