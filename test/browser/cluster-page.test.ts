import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../helpers/cluster.js';
import { hasRedis } from '../helpers/redis.js';
import { hasBrowser, launch, openPage, pageAssets, picture } from './browser.js';

describe.skipIf(!hasBrowser || !hasRedis())('the page of several processes', { timeout: 120_000 }, () => {
  let browser: Browser;
  let cluster: TestCluster;
  beforeAll(async () => {
    const assets = join(mkdtempSync(join(tmpdir(), 'amd-assets-')), 'page.json');
    writeFileSync(assets, JSON.stringify(await pageAssets()));
    [browser, cluster] = await Promise.all([launch(), startTestCluster(assets)]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await cluster.end();
  });

  it('survives the death of whichever process it is connected to: the same rows, and new ones', async () => {
    const before = await cluster.place(2);
    await expect.poll(() => cluster.over(before), { timeout: 30_000 }).toBe(true);
    const [page] = await openPage(browser, cluster.base);
    page.setDefaultTimeout(30_000);
    const connected = page.getByRole('button', { name: /Connected/ });
    await connected.nth(1).waitFor();
    for (const [index, rows] of [3, 4].entries()) {
      cluster.nodes[index]?.kill('SIGKILL');
      const [caller = ''] = await cluster.place(1);
      await expect.poll(() => cluster.over([caller]), { timeout: 60_000 }).toBe(true);
      await page.locator('[data-state=Live]').waitFor();
      await expect
        .poll(() => page.getByRole('button', { name: /\+1212555|Connected|Told|Nobody/ }).count(), { timeout: 30_000 })
        .toBeGreaterThanOrEqual(rows);
      await cluster.startNode(index);
    }
    await picture(page, 'cluster');
    await page.close();
  });
});
