import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryStore, encodeState, forwarding, type Store } from '@amd/core';
import { createDashboard, type Dashboard } from '@amd/dashboard';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, newPage, pageAssets, watchLongTasks } from './browser.js';
import { HOSTILE } from '../helpers/hostile.js';
import { expectWithin } from '../../../core/test/helpers/measured.js';

const sidOf = (index: number): string => `CA${index.toString(16).padStart(32, '0')}`;
const revisions = new Map<string, number>();

/** Writes one call as the flow leaves it, as far as the page shows it. */
async function write(store: Store, index: number, from: string, name: string, changes: number): Promise<void> {
  const now = Date.now();
  const startedAt = now - 60_000 - index * 1000;
  const sid = sidOf(index);
  const leg = {
    id: 1,
    target: { to: '+14155550142', name },
    phase: 'ringing',
    answeredBy: null,
    result: null,
    timestamps: { requestedAt: startedAt, ringingAt: startedAt + 900 + changes },
  };
  const state = {
    kind: 'call',
    settings: {},
    call: { sid, from, to: '+14155550199', token: 'canary-call-token' },
    caller: { phase: 'held' },
    legs: [leg],
    winner: null,
    result: null,
    timestamps: { startedAt, heldAt: startedAt + 300 },
  };
  const key = `forwarding:${sid}`;
  const expected = revisions.get(key) ?? 0;
  revisions.set(key, expected + 1);
  const data = encodeState({ schema: forwarding.schema }, { state, at: now });
  await store.commit({ key, expected, data, expiresAt: null, now, put: [], drop: [] });
}

describe.skipIf(!hasBrowser)('the page with many calls', () => {
  let browser: Browser;
  let server: Server;
  let dashboard: Dashboard;
  let url: string;
  const store = createMemoryStore();
  beforeAll(async () => {
    const assets = await pageAssets();
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    dashboard = createDashboard({ store, publicBaseUrl: url, password: null, people: null, assets });
    server.on('request', dashboard.handler);
    dashboard.attach(server);
    browser = await launch();
    for (let index = 0; index < 1000; index += 1)
      await write(store, index, `+1212555${String(1000 + index)}`, 'Ann', 0);
  });
  afterAll(async () => {
    await browser.close();
    await dashboard.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('the page renders at most 150 rows of 1,000, and stays responsive while 100 calls a second change', async () => {
    const page = await newPage(browser);
    await page.goto(url);
    await page.getByText('1000 calls', { exact: true }).waitFor();
    await watchLongTasks(page);
    for (let tenth = 0; tenth < 30; tenth += 1) {
      for (let call = 0; call < 10; call += 1) {
        const index = (tenth * 10 + call) % 1000;
        await write(store, index, `+1212555${String(1000 + index)}`, 'Ann', 1 + tenth);
      }
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
    }
    expect(await page.locator('.call, .leg').count()).toBeLessThanOrEqual(150);
    expect(await page.locator('.call').count()).toBeGreaterThan(5);
    expectWithin('1,000 calls on a page, longest task', await page.evaluate<number>('window.longest'), 200);
    await page.close();
  });

  it(`the page runs no script in ${String(HOSTILE.length)} hostile callers and names, and shows them as text`, async () => {
    for (const [index, text] of HOSTILE.entries()) await write(store, 5000 + index, text, text, 0);
    const page = await newPage(browser);
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('dialog', (dialog) => {
      trouble.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(url);
    await page.getByText(`${String(1000 + HOSTILE.length)} calls`, { exact: true }).waitFor();
    await page.getByRole('searchbox').fill('<');
    const heads = page.locator('.head');
    await heads.first().waitFor();
    for (let at = 0; at < 6; at += 1) {
      await heads.nth(at).click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
    }
    await page.getByRole('searchbox').fill('');
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    for (let top = height - 40_000; top < height; top += 700) {
      await page.evaluate(`scrollTo(0, ${String(top)}); new Promise((resolve) => requestAnimationFrame(resolve))`);
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('.call img, .call script, .call svg, .call iframe, .call a').count()).toBe(0);
    expect(trouble).toEqual([]);
    expect(await page.content()).not.toContain('canary');
    await page.close();
  });
});
