import { existsSync } from 'node:fs';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

const FIREFOX = [process.env['FIREFOX_PATH'], '/usr/bin/firefox-esr', '/usr/bin/firefox'];
const found = FIREFOX.find((path) => path !== undefined && existsSync(path));
if (found === undefined) {
  console.warn('SKIPPED: tests with Firefox need it: apt-get install firefox-esr, or set FIREFOX_PATH');
}

const PATIENCE_MS = 30_000;

/** Whether the tests with Firefox can run. */
export const hasFirefox = found !== undefined;

/** Firefox over WebDriver BiDi. It takes certificates that nobody has signed. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: found ?? '',
    headless: true,
    acceptInsecureCerts: true,
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
