import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { PageAssets, PageName } from '@amd/dashboard';
import { chromium, type Browser, type Page } from 'playwright-core';
import { buildPage } from '../../../dashboard/build-page.mjs';
import { PATIENCE_MS } from '../helpers/patience.js';
import { browserPath } from '../../../store-redis/test/helpers/programs.js';

const found = browserPath('Chromium');

/** True if the tests of the page can run. */
export const hasBrowser = found !== undefined;

export function launch(): Promise<Browser> {
  const quiet = ['disable-background-networking', 'disable-component-update', 'disable-sync', 'no-first-run'];
  const flags = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', ...quiet].map((flag) => `--${flag}`);
  return chromium.launch({ ...(found === undefined ? {} : { executablePath: found }), args: flags });
}

let built: Promise<string> | undefined;

/** Builds a page from its sources. */
export async function pageAssets(page: PageName = 'calls'): Promise<PageAssets> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-page-'));
  built ??= buildPage(folder).then(() => folder);
  const from = await built;
  const read = (name: string): string => readFileSync(join(from, name), 'utf8');
  return { html: read('index.html'), script: read(`${page}.js`), style: read(`${page}.css`) };
}

/** Opens a new page that waits as long as needed. */
export async function newPage(browser: Browser, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, ...options });
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** Opens a live page, and collects its errors and what its policy blocked. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<[Page, string[]]> {
  const page = await newPage(browser, options);
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(error.message));
  await page.goto(url);
  await page.locator('[data-state=Live]').waitFor();
  return [page, trouble];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns axe's serious complaints. Runs through the debugger, which the page's policy does not restrict. */
export function seriousProblems(page: Page): Promise<string[]> {
  return page.evaluate(
    `${AXE}; axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
}

/** Saves a picture to the folder that AMD_IMAGES names; does nothing without it. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['AMD_IMAGES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Records the page's longest task in `window.longest`, ms, from now on: loading does not count as an update. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(`
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ type: 'longtask' });
  `);
}
