import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryStore } from '@amd/core';
import { createDashboard, type Dashboard } from '@amd/dashboard';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, pageAssets } from './browser.js';

const PASSWORD = 'correct horse battery staple';

describe.skipIf(!hasBrowser)('the door, in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;
  let server: Server;
  let dashboard: Dashboard;
  let url: string;
  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const store = createMemoryStore();
    const assets = await pageAssets();
    dashboard = createDashboard({ store, publicBaseUrl: url, password: PASSWORD, people: null, assets });
    server.on('request', dashboard.handler);
    dashboard.attach(server);
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await dashboard.close();
    server.close();
  });

  it('the right password lets somebody in, and they can log out', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('That is not the password.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('[data-state=Live]').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    await page.goto(url);
    expect(await page.getByLabel('Password').count()).toBe(1);
    await page.close();
  });
});
