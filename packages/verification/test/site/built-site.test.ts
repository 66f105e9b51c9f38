import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, newPage, picture, seriousProblems } from '../browser/browser.js';
import { ROOT } from '../helpers/sources.js';

const BUILT = `${ROOT}docs/.vitepress/dist`;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [390, 1440] as const;
const PAGES = {
  home: '/',
  overview: '/overview.html',
  options: '/options.html',
  diagram: '/diagrams/forwarding.html',
  reference: '/reference/core/index.html',
  export: '/reference/core/interfaces/CallOptions.html',
} as const;

/** `npm run docs` builds it, and then CI runs this. */
const isBuilt = existsSync(`${BUILT}/llms.txt`);

describe.skipIf(!hasBrowser || !isBuilt)('the built site', () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = createServer(({ url = '/' }, response) => {
      const path = new URL(url, 'http://site').pathname.replace(/\/$/, '/index.html');
      const file = `${BUILT}${path}`;
      if (path.includes('..') || !existsSync(file)) return response.writeHead(404).end();
      return response.setHeader('content-type', TYPES[extname(path)] ?? 'text/plain').end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** Opens a page that reaches nothing but the site; tells what it wanted from elsewhere, and what went wrong. */
  async function open(
    path: string,
    theme: (typeof THEMES)[number] = 'light',
    width: (typeof WIDTHS)[number] = 1440,
  ): Promise<[Page, string[]]> {
    const page = await newPage(browser, { viewport: { width, height: 900 }, colorScheme: theme });
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') trouble.push(message.text());
    });
    await page.route(
      ({ protocol, origin: from }) => protocol.startsWith('http') && from !== origin,
      async (route) => {
        trouble.push(`asks ${route.request().url()}`);
        await route.abort();
      },
    );
    await page.goto(origin + path);
    await page.locator('h1').first().waitFor();
    return [page, trouble];
  }

  const looks = THEMES.flatMap((theme) =>
    WIDTHS.flatMap((width) => Object.entries(PAGES).map(([name, path]) => ({ theme, width, name, path }))),
  );

  it.each(looks)('$name, $theme, $width wide, is readable and fits', async ({ theme, width, name, path }) => {
    const [page, trouble] = await open(path, theme, width);
    expect(await page.locator('html.dark').count()).toBe(theme === 'dark' ? 1 : 0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await picture(page, `site-${name}-${theme}-${String(width)}`);
    expect(await seriousProblems(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the home page says what this is, shows it, and leads on in three ways', async () => {
    const [page] = await open('/');
    expect(await page.locator('h1').innerText()).toMatch(/^The first human gets the call/);
    expect(await page.locator('.VPHero .actions a').allInnerTexts()).toEqual(['Try it', 'Use it', 'Test it']);
    await page.locator('.home-picture img').scrollIntoViewIfNeeded();
    await page.waitForFunction('document.querySelector(".home-picture img").naturalWidth > 0');
    for (const link of ['Try it', 'Use it', 'Test it']) {
      await page.goto(`${origin}/`);
      await page.locator('.VPHero').getByRole('link', { name: link }).click();
      await page.waitForFunction('location.hash !== "" && document.getElementById(location.hash.slice(1)) !== null');
    }
    await page.close();
  });

  it('the search finds guides and exports without another host', async () => {
    const [page, trouble] = await open('/');
    const hits = async (words: string): Promise<string[]> => {
      await page.keyboard.press('Control+k');
      await page.locator('#localsearch-input').fill(words);
      await page.locator('#localsearch-list .result').first().waitFor();
      const found: string[] = await page.evaluate(
        '[...document.querySelectorAll("#localsearch-list .result")].map((one) => one.getAttribute("href"))',
      );
      if (words === 'voicemail') await picture(page, 'site-search-light-1440');
      await page.keyboard.press('Escape');
      return found;
    };
    expect(await hits('voicemail')).toContainEqual(expect.stringMatching(/^\/answers\.html/));
    expect((await hits('createCallForwarding')).slice(0, 5)).toContainEqual(
      expect.stringContaining('/functions/createCallForwarding.html'),
    );
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('every page is there as Markdown, and llms.txt lists them', async () => {
    const list = await (await fetch(`${origin}/llms.txt`)).text();
    const links = [...list.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links).toEqual(expect.arrayContaining(['overview.md', 'options.md', 'reference/core/index.md']));
    for (const link of links) {
      expect(await (await fetch(`${origin}/${link}`)).text(), link).toMatch(/^# /m);
      expect(existsSync(`${BUILT}/${link.replace(/\.md$/, '.html')}`), link).toBe(true);
    }
  });
});
