import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../../examples/forwarding/src/demo/scenarios.js';
import { startTour, type Tour } from '../../../../examples/forwarding/src/demo/tour.js';
import { hasBrowser, launch, openPage, pageAssets, picture, seriousProblems } from './browser.js';

describe.skipIf(!hasBrowser)('the page of calls', () => {
  let browser: Browser;
  let tour: Tour;
  let assets: Awaited<ReturnType<typeof pageAssets>>;
  beforeAll(async () => {
    assets = await pageAssets();
    tour = await startTour({ host: '127.0.0.1', port: 0, orAnyPort: true, assets });
    browser = await launch();
    await tour.play(SCENARIOS[1]!, 0);
    await tour.play(SCENARIOS[3]!, 1);
    tour.goLive(10);
  });
  afterAll(async () => {
    await browser.close();
    await tour.stop();
  });

  const open = (options: Parameters<Browser['newPage']>[0] = {}): Promise<[Page, string[]]> =>
    openPage(browser, tour.url, options);

  it('the page shows earlier calls, and the timeline of one, which the keyboard can leave', async () => {
    const [page, trouble] = await open();
    const call = page.getByRole('button', { name: /Connected · Bob/ });
    await call.focus();
    await page.keyboard.press('Enter');
    const timeline = page.getByRole('dialog');
    await timeline.getByText('It is voicemail.', { exact: false }).waitFor();
    expect(await timeline.getByText('It is a human.', { exact: false }).count()).toBe(1);
    expect(page.url()).toMatch(/#call=CA[0-9a-f]{32}$/);
    await page.keyboard.press('Escape');
    await timeline.waitFor({ state: 'hidden' });
    expect(await page.locator('.head:focus').count()).toBe(1);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page places a call, rings you, lets you answer, and shows the race live', async () => {
    const [page, trouble] = await open();
    await page.getByRole('button', { name: 'Place call' }).click();
    const ann = page.getByRole('group', { name: 'Phone of Ann' });
    await ann.getByRole('button', { name: 'Answer' }).click();
    await page.getByRole('button', { name: /Talking · Ann/ }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'a human after' }).first().waitFor();
    await ann.getByRole('button', { name: 'Hang up' }).click();
    await page.getByRole('button', { name: /Connected · Ann/ }).waitFor();
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page edits whom to ring: by keyboard, with problems at their field, and the next call rings them', async () => {
    const [page, trouble] = await open();
    const editor = page.getByRole('form', { name: /\+14155550199/ });
    await editor.getByRole('textbox', { name: 'Name of Ben' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await editor.getByText('Ben is now at place 1.').waitFor();
    await editor.getByRole('button', { name: 'Add person' }).click();
    const number = editor.getByRole('textbox', { name: 'Number of person 4' });
    await number.fill('+19005551234');
    await editor.getByRole('button', { name: 'Save' }).click();
    await editor.getByText('The number is a premium-rate number.').waitFor();
    expect(await editor.locator('[aria-invalid=true]').inputValue()).toBe('+19005551234');
    await editor.getByRole('button', { name: 'Remove +19005551234' }).click();
    await editor.getByRole('button', { name: 'Save' }).click();
    await editor.getByText('Saved.').waitFor();
    expect(await tour.app.lists.for('+14155550199')).toMatchObject([
      { name: 'Ben' },
      { name: 'Ann' },
      { name: 'Cara' },
    ]);
    await editor.getByRole('button', { name: 'Use configured list' }).click();
    await editor.getByText('The configured list applies.').waitFor();
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('the page shows a conflict when two people edit the same list, and loses neither edit', async () => {
    const [one, trouble] = await open();
    const [two] = await open();
    const editorOf = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('form', { name: /\+14155550199/ });
    await editorOf(one).getByRole('textbox', { name: 'Name of Ann' }).fill('Anna');
    await editorOf(two).getByRole('textbox', { name: 'Name of Ben' }).fill('Benedict');
    await editorOf(two).getByRole('button', { name: 'Save' }).click();
    await editorOf(two).getByText('Saved.').waitFor();
    await editorOf(one).getByRole('button', { name: 'Save' }).click();
    await editorOf(one).getByText('Someone else saved this list meanwhile:').waitFor();
    await picture(one, 'conflict');
    await editorOf(one).getByRole('button', { name: 'Overwrite with mine' }).click();
    await editorOf(one).getByText('Saved.').waitFor();
    expect(await tour.app.lists.for('+14155550199')).toMatchObject([
      { name: 'Anna' },
      { name: 'Ben' },
      { name: 'Cara' },
    ]);
    await editorOf(one).getByRole('button', { name: 'Use configured list' }).click();
    expect(trouble).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });

  it('the page runs no script of a caller, in either theme, and says what is hidden', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    const [page, trouble] = await open();
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    tour.sim.placeCall({ from: hostile, to: '+14155550199', hangUp: { afterMs: 3000 } });
    await page.getByText('<img src=x', { exact: false }).first().waitFor();
    expect(dialogs).toBe(0);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'axe finds nothing serious on the page of calls, %s, wide and narrow',
    async (colorScheme) => {
      for (const viewport of [
        { width: 1360, height: 900 },
        { width: 360, height: 800 },
      ]) {
        const [page] = await open({ colorScheme, viewport });
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        await picture(page, `calls-${colorScheme}-${String(viewport.width)}`);
        await page
          .getByRole('button', { name: /Connected/ })
          .first()
          .click();
        for (const state of ['timeline', 'list']) {
          const serious = await seriousProblems(page);
          expect(serious, state).toEqual([]);
          await page.keyboard.press('Escape');
        }
        await page.close();
      }
    },
  );

  it('the page is correct again after the server was down and came back with other calls', async () => {
    const [page] = await open();
    const { port } = new URL(tour.url);
    await tour.stop();
    await page.locator('[data-state=Reconnecting]').waitFor();
    tour = await startTour({ host: '127.0.0.1', port: Number(port), orAnyPort: false, assets });
    await page.locator('[data-state=Live]').waitFor();
    await page.getByText('No calls yet', { exact: false }).waitFor();
    await tour.play(SCENARIOS[0]!, 0);
    await page.getByRole('button', { name: /Connected · Alice/ }).waitFor();
    expect(await page.locator('.call').count()).toBe(1);
    await page.close();
  });
});
