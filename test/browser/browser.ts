import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageAssets } from '@amd/dashboard';
import { chromium, type Browser } from 'playwright-core';
import { buildPage } from '../../packages/dashboard/build-page.mjs';

const CHROMIUM = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const found = CHROMIUM.find((path) => path !== undefined && existsSync(path));
if (found === undefined) {
  console.warn('SKIPPED: the tests of the page need Chromium: apt-get install chromium, or set CHROMIUM_PATH');
}

/** Whether the tests of the page can run. */
export const hasBrowser = found !== undefined;

export function launch(): Promise<Browser> {
  const quiet = ['disable-background-networking', 'disable-component-update', 'disable-sync', 'no-first-run'];
  const flags = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', ...quiet].map((flag) => `--${flag}`);
  return chromium.launch({ ...(found === undefined ? {} : { executablePath: found }), args: flags });
}

/** The page, built from its sources. */
export async function pageAssets(): Promise<PageAssets> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-page-'));
  await buildPage(folder);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { html: read('index.html'), script: read('app.js'), style: read('app.css') };
}
