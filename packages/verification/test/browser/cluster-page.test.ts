import { human } from '@amd/simulator';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../helpers/cluster.js';
import { expectWithin } from '../../../core/test/helpers/measured.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { hasBrowser, launch, newPage, pageAssets, picture } from './browser.js';

const OURS = '+14155550199';
const BEN = '+14155550143';

/**
 * Resolves when the page uses a websocket: one connection to one process. On a busy machine it starts with polling, whose
 * requests the load balancer distributes, and a session unknown to the other process starts anew there.
 */
function onWebsocket(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (socket) => {
      // Connected from the start (Socket.IO's 40), or upgraded (Engine.IO's 5).
      socket.on('framereceived', ({ payload }) => {
        if (payload.toString().startsWith('40')) resolve();
      });
      socket.on('framesent', ({ payload }) => {
        if (payload.toString() === '5') resolve();
      });
    });
  });
}

describe.skipIf(!hasBrowser || !hasRedis())('the page of several processes', () => {
  let browser: Browser;
  let cluster: TestCluster;
  let page: Page;

  beforeAll(async () => {
    [browser, cluster] = await Promise.all([
      launch(),
      startTestCluster({
        assets: await pageAssets(),
        lists: { [OURS]: { people: [{ name: 'Ben', to: BEN }] } },
        people: { [BEN]: human({ ringMs: 800, verdictMs: 500, talkMs: 1500 }) },
      }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await cluster.end();
  });

  /** A page whose socket ends at process 0, while all new requests go to process 1. */
  beforeEach(async () => {
    cluster.route(0);
    page = await newPage(browser);
    const held = onWebsocket(page);
    await page.goto(cluster.url);
    await Promise.all([held, live()]);
    cluster.route(1);
  });
  afterEach(async () => {
    cluster.route(null);
    await page.close();
  });

  const live = (): Promise<void> => page.locator('[data-state=Live]').waitFor();

  /** The page's calls, the newest first: SID and description. */
  const rows = (): Promise<string[]> =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll('button.head')].map((head) => head.dataset.sid + ' ' + head.querySelector('.look').textContent)`,
    );

  /** A call that is over, and shown as such. */
  async function callWithBen(): Promise<void> {
    const [caller] = await cluster.place(1, OURS);
    const row = page.locator(`[data-sid=${String(caller?.sid)}]`);
    await row.filter({ hasText: 'Connected · Ben' }).waitFor();
  }

  it('the page shows within a moment what another process has committed', async () => {
    const [caller] = await cluster.place(1, OURS);
    await page.locator(`[data-sid=${String(caller?.sid)}]`).waitFor();
    await page.getByRole('button', { name: 'Talking · Ben' }).waitFor();
    const talkingSince = caller?.bridgedWith[0]?.since ?? 0;
    expectWithin('a page shows what another process has committed after', Date.now() - talkingSince, 2000);
    await page.getByRole('button', { name: 'Connected · Ben' }).first().waitFor();
    expect((await fetch(`http://127.0.0.1:${String(cluster.targets[0]?.port)}/readyz`)).ok).toBe(true);
  });

  it('the page survives the death of its process: the same rows at the other one, and then new ones', async () => {
    await callWithBen();
    const before = await rows();
    // Awaited from before: it may be over by the time the process is.
    const left = page.locator('[data-state=Reconnecting]').waitFor();
    await cluster.kill(0);
    await left;
    await live();
    expect(await rows()).toEqual(before);
    await callWithBen();
    expect((await rows()).slice(1)).toEqual(before);
    await picture(page, 'cluster');
    await cluster.start(0);
  });

  it('the page survives the graceful stop of its process', async () => {
    await callWithBen();
    const before = await rows();
    const left = page.locator('[data-state=Reconnecting]').waitFor();
    expect(await cluster.stop(0)).toBe(0);
    await left;
    await live();
    expect(await rows()).toEqual(before);
    await callWithBen();
    await cluster.start(0);
  });
});
