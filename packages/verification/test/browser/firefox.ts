import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { PATIENCE_MS } from '../helpers/patience.js';
import { browserPath } from '../../../store-redis/test/helpers/programs.js';

const found = browserPath('Firefox');

/** Whether the tests with Firefox can run. */
export const hasFirefox = found !== undefined;

/** Firefox over WebDriver BiDi. It takes certificates that nobody has signed. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: found ?? '',
    headless: true,
    acceptInsecureCerts: true,
    timeout: PATIENCE_MS,
    protocolTimeout: PATIENCE_MS,
    // Firefox asks its makers for updates, news and lists at every start.
    extraPrefsFirefox: {
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  });
}

/** Waits until a selector of puppeteer's kind finds something that is to be seen. */
export async function see(page: Page, selector: string): Promise<void> {
  await page.locator(selector).setTimeout(PATIENCE_MS).wait();
}

export async function click(page: Page, selector: string): Promise<void> {
  await page.locator(selector).setTimeout(PATIENCE_MS).click();
}
