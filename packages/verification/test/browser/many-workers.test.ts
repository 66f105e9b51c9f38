import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryStore } from '@amd/core';
import { createWorkerDashboard, createEventLog, type Dashboard } from '@amd/dashboard';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerWriter, OFFLINE, RESTING, SHOWN_WORKSPACE } from '../../../dashboard/test/helpers/workers.js';
import { HOSTILE } from '../helpers/hostile.js';
import { expectWithin } from '../../../core/test/helpers/measured.js';
import { hasBrowser, launch, openPage, pageAssets, watchLongTasks } from './browser.js';

const MANY = 5000;

describe.skipIf(!hasBrowser)('the page with many workers', () => {
  let browser: Browser;
  let server: Server;
  let dashboard: Dashboard;
  let url: string;
  const store = createMemoryStore();
  const write = workerWriter(store);
  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    dashboard = createWorkerDashboard({
      store,
      publicBaseUrl: url,
      password: null,
      workspace: () => SHOWN_WORKSPACE,
      switchWorker: () => Promise.resolve(),
      events: createEventLog(),
      assets: await pageAssets('workers'),
    });
    server.on('request', dashboard.handler);
    dashboard.attach(server);
    browser = await launch();
    for (let index = 0; index < MANY; index += 1) await write.worker(index);
    for (let index = 0; index < 200; index += 1) {
      await write.call(`CA${index.toString(16).padStart(32, '0')}`, `+1212555${String(1000 + index)}`, [
        index,
        index + 200,
      ]);
    }
  });
  afterAll(async () => {
    await browser.close();
    await dashboard.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('the page renders at most 120 rows of 5,000, and stays responsive while 100 workers a second change', async () => {
    const [page, trouble] = await openPage(browser, url);
    await page.getByText('5000 workers', { exact: true }).waitFor();
    await watchLongTasks(page);
    for (let tenth = 0; tenth < 30; tenth += 1) {
      for (let at = 0; at < 10; at += 1) {
        const sid = [RESTING, OFFLINE][at % 2];
        await write.worker((tenth * 10 + at) % MANY, { activity: { sid, name: null }, since: Date.now() });
      }
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
      if (tenth % 10 === 0) await page.evaluate(`scrollTo(0, ${String(tenth * 9000)})`);
    }
    expect(await page.locator('.worker, .waiting > ol > li, .path li, .events li').count()).toBeLessThanOrEqual(120);
    expect(await page.locator('.worker').count()).toBeGreaterThan(5);
    // Filter and search cover all of them.
    await page.getByRole('searchbox').fill('worker 4321');
    await page.getByText('1 of 5000 workers').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('radio', { name: 'On a call' }).check();
    await page.getByText('200 of 5000 workers').waitFor();
    // 0: none of 50 ms or more.
    expectWithin('5,000 workers on a page, longest task', await page.evaluate<number>('window.longest'), 200);
    // The observer does notice a long task.
    await page.evaluate('setTimeout(() => { for (const end = performance.now() + 250; performance.now() < end;); })');
    await expect.poll(() => page.evaluate<number>('window.longest')).toBeGreaterThan(200);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it(`the page runs no script in ${String(HOSTILE.length)} hostile names, numbers and reasons, and shows them as text`, async () => {
    for (const [index, text] of HOSTILE.entries()) {
      const wish = { request: 'r', on: false, activity: OFFLINE, askedAt: Date.now(), status: 'refused', reason: text };
      await write.worker(MANY + index, { name: `!${text}`, phone: text, requestedActivity: wish });
      await write.call(`CA${(1000 + index).toString(16).padStart(32, '0')}`, text, [MANY + index]);
    }
    const [page, trouble] = await openPage(browser, url);
    page.on('dialog', (dialog) => {
      trouble.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByText(`${String(MANY + HOSTILE.length)} workers`, { exact: true }).waitFor();
    await page.getByRole('searchbox').fill('<');
    await page.locator('.worker').first().waitFor();
    const heads = page.locator('.worker .link');
    for (let at = 0; at < 6; at += 1) {
      await heads.nth(at).click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
    }
    await page.getByRole('searchbox').fill('');
    for (let top = 0; top < 20_000; top += 700) {
      await page.evaluate(`scrollTo(0, ${String(top)}); new Promise((resolve) => requestAnimationFrame(resolve))`);
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('main img, main script, main svg, main iframe, .worker a').count()).toBe(0);
    expect(trouble).toEqual([]);
    expect(await page.content()).not.toContain('canary');
    await page.close();
  });
});
