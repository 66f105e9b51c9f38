import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { PATIENCE_MS } from '../helpers/patience.js';
import { browserPath } from '../../../store-redis/test/helpers/programs.js';

const found = browserPath('Firefox');

/** True if the tests with Firefox can run. */
export const hasFirefox = found !== undefined;

/** Launches Firefox over WebDriver BiDi. It accepts unsigned certificates. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: found ?? '',
    headless: true,
    acceptInsecureCerts: true,
    timeout: PATIENCE_MS,
    protocolTimeout: PATIENCE_MS,
    // Firefox contacts its makers for updates, news and lists at every start.
    extraPrefsFirefox: {
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  });
}

/** Waits until a puppeteer selector finds something visible. */
export async function see(page: Page, selector: string): Promise<void> {
  await page.locator(selector).setTimeout(PATIENCE_MS).wait();
}

export async function click(page: Page, selector: string): Promise<void> {
  await page.locator(selector).setTimeout(PATIENCE_MS).click();
}
