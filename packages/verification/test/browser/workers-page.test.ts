import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../../examples/taskrouter/src/demo/scenarios.js';
import { startTour, type Tour } from '../../../../examples/taskrouter/src/demo/tour.js';
import { hasBrowser, launch, openPage, pageAssets, picture, seriousProblems } from './browser.js';

const OURS = '+14155550199';

describe.skipIf(!hasBrowser)('the page of workers', () => {
  let browser: Browser;
  let tour: Tour;
  let assets: Awaited<ReturnType<typeof pageAssets>>;
  beforeAll(async () => {
    assets = await pageAssets('workers');
    tour = await startTour({ host: '127.0.0.1', port: 0, orAnyPort: true, assets });
    browser = await launch();
    await tour.play(SCENARIOS[0]!, 0);
    await tour.goLive(10);
  });
  afterAll(async () => {
    await browser.close();
    await tour.stop();
  });

  const open = (options: Parameters<Browser['newPage']>[0] = {}): Promise<[Page, string[]]> =>
    openPage(browser, tour.url, options);
  const worker = (page: Page, name: string): ReturnType<Page['locator']> =>
    page.locator('.worker').filter({ hasText: name });
  const switchOf = (page: Page, name: string): ReturnType<Page['getByRole']> =>
    page.getByRole('switch', { name: `${name} takes calls` });
  const state = (name: string): string | undefined =>
    tour.sim.workspaces[0]?.workers.find(({ sid }) => sid === tour.workers.get(name))?.activity;

  it('the page shows every worker with activity, number and switch; numbers only on request', async () => {
    const [page, trouble] = await open();
    await worker(page, 'Ann').getByText('Available').waitFor();
    await worker(page, 'Dora').getByText('no phone number').waitFor();
    expect(await switchOf(page, 'Dora').getAttribute('aria-checked')).toBe('false');
    await worker(page, 'Ann').getByText('+14…42').waitFor();
    expect(await page.getByRole('list', { name: 'Workers' }).innerHTML()).not.toContain('+1415555');
    await page.getByRole('button', { name: 'Show numbers' }).click();
    await worker(page, 'Ann').getByText('+14155550142').waitFor();
    await page.getByRole('button', { name: 'Show numbers' }).click();
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page switches a worker off and on by keyboard, and TaskRouter follows', async () => {
    const [page, trouble] = await open();
    await switchOf(page, 'Cara').focus();
    await page.keyboard.press('Space');
    await worker(page, 'Cara').getByText('Offline').waitFor();
    expect(await switchOf(page, 'Cara').getAttribute('aria-checked')).toBe('false');
    expect(state('Cara')).toBe('Offline');
    await page.keyboard.press('Enter');
    await worker(page, 'Cara').getByText('Available').waitFor();
    expect(state('Cara')).toBe('Available');
    // From worker to worker with the arrow keys.
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate('document.activeElement.closest("li").textContent')).toContain('Ben');
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page undoes the switch when TaskRouter refuses, and says why', async () => {
    const [page] = await open();
    tour.refuseMoves(true);
    await switchOf(page, 'Cara').click();
    await worker(page, 'Cara').getByText('Not switched off:', { exact: false }).waitFor();
    expect(await switchOf(page, 'Cara').getAttribute('aria-checked')).toBe('true');
    await picture(page, 'workers-refused');
    tour.refuseMoves(false);
    await switchOf(page, 'Cara').click();
    await worker(page, 'Cara').getByText('Offline').waitFor();
    await switchOf(page, 'Cara').click();
    await worker(page, 'Cara').getByText('Available').waitFor();
    await page.close();
  });

  it('the page shows a call on its way from voicemail to a human, with the cool-down that follows', async () => {
    const [page, trouble] = await open();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('button', { name: 'Place call' }).click();
    const waiting = page.getByRole('region', { name: 'Waiting callers' });
    await waiting.getByText('Ben ringing').waitFor();
    await worker(page, 'Ben').getByText('+12…23').waitFor();
    await waiting.getByText('Ben voicemail after', { exact: false }).waitFor();
    await worker(page, 'Ben').getByText('Temporarily Unavailable').waitFor();
    await worker(page, 'Ben').getByText('left', { exact: false }).waitFor();
    const ann = page.getByRole('group', { name: 'Phone of Ann' });
    await ann.getByRole('button', { name: 'Answer' }).waitFor();
    await picture(page, 'workers');
    await ann.getByRole('button', { name: 'Answer' }).click();
    await worker(page, 'Ann').getByText('talking', { exact: false }).waitFor();
    await waiting.getByText('No callers are waiting.').waitFor();
    await page.getByText('Ben is reserved for +12…23').first().waitFor();
    await page.getByText('Ben is Temporarily Unavailable now').first().waitFor();
    await worker(page, 'Ann')
      .getByRole('button', { name: /\+12…23/ })
      .click();
    const timeline = page.getByRole('dialog');
    await timeline.getByText("Ben's reservation is rejected: Ben gets a cool-down.").waitFor();
    await timeline.getByText('Ann and the caller are connected.').waitFor();
    await picture(page, 'workers-timeline');
    await page.keyboard.press('Escape');
    await page.getByRole('navigation').getByRole('button', { name: 'Calls' }).click();
    await page.getByRole('button', { name: /Talking · Ann/ }).waitFor();
    await picture(page, 'workers-calls');
    await page.getByRole('navigation').getByRole('button', { name: 'Workers' }).click();
    await ann.getByRole('button', { name: 'Hang up' }).click();
    await worker(page, 'Ann').getByRole('button', { name: 'End cool-down of Ann' }).click();
    await worker(page, 'Ann').getByText('Available').waitFor();
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page finds workers by group and by text', async () => {
    const [page] = await open();
    await page.getByRole('searchbox').fill('cara');
    await page.getByText('1 of 4 workers').waitFor();
    expect(await page.locator('.worker').count()).toBe(1);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('radio', { name: 'Away' }).check();
    await page.getByText('1 of 4 workers').waitFor();
    await worker(page, 'Dora').waitFor();
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'axe finds nothing serious on the page of workers, %s, wide and narrow',
    async (colorScheme) => {
      tour.sim.placeCall({ from: '+12125550188', to: OURS, hangUp: { afterMs: 60_000 } });
      for (const viewport of [
        { width: 1360, height: 900 },
        { width: 360, height: 800 },
      ]) {
        const [page] = await open({ colorScheme, viewport });
        await page.getByText('4 workers', { exact: true }).waitFor();
        await picture(page, `workers-${colorScheme}-${String(viewport.width)}`);
        await page.getByRole('button', { name: 'Show', exact: true }).click();
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        expect(await seriousProblems(page)).toEqual([]);
        await page.getByRole('navigation').getByRole('button', { name: 'Calls' }).click();
        expect(await seriousProblems(page)).toEqual([]);
        await page.close();
      }
    },
  );

  it('the page runs no script of a caller', async () => {
    const [page, trouble] = await open();
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const hostile = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    tour.sim.placeCall({ from: hostile, to: OURS, hangUp: { afterMs: 3000 } });
    await page.getByText('<img src=x', { exact: false }).first().waitFor();
    expect(dialogs).toBe(0);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page is correct again after the server was down and came back with other workers', async () => {
    const [page] = await open();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const { port } = new URL(tour.url);
    await tour.stop();
    await page.locator('[data-state=Reconnecting]').waitFor();
    tour = await startTour({ host: '127.0.0.1', port: Number(port), orAnyPort: false, assets });
    await page.locator('[data-state=Live]').waitFor();
    await worker(page, 'Ann').getByText('Offline').waitFor();
    await tour.goLive(10);
    await worker(page, 'Ann').getByText('Available').waitFor();
    await page.getByText('Ann is Available now').first().waitFor();
    await switchOf(page, 'Ann').click();
    await worker(page, 'Ann').getByText('Offline').waitFor();
    await page.close();
  });
});
