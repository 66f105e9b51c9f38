import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setImmediate as next } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PageAssets } from '@amd/dashboard';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserPath } from '../../../../store-redis/test/helpers/programs.js';
import { ROOT } from '../../root.js';
import { BEGIN, type Example } from './example.js';

/** Builds the page of calls from its sources. */
export async function buildAssets(): Promise<PageAssets> {
  // By its address: it looks for the sources beside itself.
  const builder = pathToFileURL(`${ROOT}packages/dashboard/build-page.mjs`).href;
  const { buildPage } = (await import(builder)) as { buildPage: (folder: string) => Promise<void> };
  const folder = mkdtempSync(join(tmpdir(), 'amd-page-'));
  try {
    await buildPage(folder);
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { html: read('index.html'), script: read('calls.js'), style: read('calls.css') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function launchChromium(): Promise<Browser> {
  const executablePath = browserPath('Chromium');
  if (executablePath === undefined) {
    throw new Error('There is no Chromium: apt-get install chromium, or set CHROMIUM_PATH.');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] });
}

/** How far time moves at once, ms. */
const STEP_MS = 250;
/** When the page's time is halted, ms after it was opened. Its connection expects a sign of life within 45 s of that time. */
const LOADED_MS = 16_000;
/** How long an update may take to the page, ms of real time. */
const HEARD_MS = 5_000;
/** The page draws what it has heard within this time, ms. */
const DRAW_MS = 50;

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly theme: 'light' | 'dark';
}

export interface WatchedPage {
  readonly page: Page;
  /** Moves the time of the simulator and of the page together. */
  advance(ms: number): Promise<void>;
  /** Returns what these parts of the page show: words, bars and colours. */
  words(parts: string): Promise<readonly string[]>;
}

/**
 * Opens the live page in a browser whose clock is the simulator's: what it shows at a moment of the call does not depend on how fast
 * this machine is.
 */
export async function watchPage(browser: Browser, example: Example, look: Look): Promise<WatchedPage> {
  const { width, height, scale, theme } = look;
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  page.setDefaultTimeout(HEARD_MS * 4);
  let told = -1;
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const seq = /"seq":(\d+)/.exec(String(payload))?.[1];
      if (seq !== undefined) told = Number(seq);
    });
  });
  await page.clock.install({ time: BEGIN });
  await page.goto(example.url);

  async function heard(): Promise<void> {
    // The feed reads its store after the simulator is done.
    for (let turn = 0; turn < 5; turn += 1) await next();
    const deadline = performance.now() + HEARD_MS;
    while (told < example.seq()) {
      // The server leaves an update out when a page is slow; the page asks for it at the next one.
      if (performance.now() > deadline) return;
      await page.waitForTimeout(2);
    }
  }

  await page.locator('[data-state=Live]').waitFor();
  // Loading took some of the page's time, now more, now less. From here on it stands still until it is moved.
  await page.clock.pauseAt(BEGIN + LOADED_MS - DRAW_MS);
  const past: number = await page.evaluate('performance.now()');
  await page.clock.runFor(LOADED_MS - past);
  await advance(1000);

  async function advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await page.clock.runFor(STEP_MS - DRAW_MS);
      await example.sim.advance(STEP_MS);
      await heard();
      await page.clock.runFor(DRAW_MS);
    }
  }

  return {
    page,
    advance,
    words: (parts) => page.evaluate(`(${WORDS})(${JSON.stringify(parts)})`),
  };
}

/** Runs in the page. */
const WORDS = `(parts) => {
  const styles = getComputedStyle(document.documentElement);
  const names = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    .filter(({ selectorText }) => selectorText === ':root')
    .flatMap(({ style }) => [...style].filter((name) => name.startsWith('--')));
  const probe = document.body.appendChild(document.createElement('i'));
  const colours = names.map((name) => {
    probe.style.color = '';
    probe.style.color = styles.getPropertyValue(name);
    return probe.style.color === '' ? '' : name + ' ' + getComputedStyle(probe).color;
  });
  probe.remove();
  const seen = [...document.querySelectorAll(parts)].flatMap((part) => part.innerText.split(/\\n+/));
  const bars = [...document.querySelectorAll('.leg')].map((leg) => [
    leg.querySelector('.who').textContent + ':',
    ...[...leg.querySelectorAll('.stretch, .verdict')].map((one) =>
      [one.dataset.kind ?? one.dataset.answer, one.style.left, one.style.width].join(' ').trim()),
  ].join(' '));
  return [...seen.map((line) => line.trim()).filter((line) => line !== ''), ...bars, colours.filter(Boolean).join(' ')];
}`;
