import { readFileSync } from 'node:fs';
import type { PageAssets } from '@amd/dashboard';
import { afterEach, describe, expect, it } from 'vitest';
import { TOUR } from '../../../../examples/forwarding/src/demo/demos.js';
import { startTour } from '../../../../examples/forwarding/src/demo/tour.js';
import { playTour, type Demo, type RunningTour } from '../../../../examples/shared/src/demo/run.js';
import { QUEUE } from '../../../../examples/taskrouter/src/demo/queue-demo.js';
import { startTour as startQueueTour } from '../../../../examples/taskrouter/src/demo/tour.js';
import { ROOT } from '../helpers/sources.js';

/** Simulated time stands still while the app works: a tour prints the same at any speed. */
const SPEED = 1_000;
const ASSETS: PageAssets = { html: '<p>page</p>', script: '', style: '' };
const WANTED = { host: '127.0.0.1', port: 0, orAnyPort: true, assets: ASSETS, speed: SPEED };

let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

/** Returns what the demo prints, with the address and the duration of the README. */
async function transcript<Scenario extends { readonly name: string }, Played>(
  demo: Demo<Scenario, Played>,
  tour: RunningTour<Scenario, Played>,
): Promise<string[]> {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(...text.split('\n'));
  await playTour(demo, tour, demo.scenarios, { once: false, terminal: { print, paint: (_, text) => text } });
  return lines.map((line) => line.replaceAll(tour.url, 'http://127.0.0.1:5000').replace(/took [\d.]+ s/, 'took 9.1 s'));
}

/** Returns the callers that the page serves. */
async function callersOnPage(url: string): Promise<string[]> {
  const response = await fetch(`${url}/calls.json?full=1`, { headers: { connection: 'close' } });
  return ((await response.json()) as { from: string }[]).map(({ from }) => from);
}

/** Splits a transcript at its lines `…`. */
function parts(text: string): string[][] {
  return text.split(/^…$/m).map((part) => part.replace(/^\n+|\n+$/g, '').split('\n'));
}

describe('npm run demo', () => {
  it('the demo prints the transcript of README.md, and its page shows only what it has told', async () => {
    const tour = await startTour(WANTED);
    stop = tour.stop;
    const printed = await transcript(TOUR, tour);

    const readme = readFileSync(`${ROOT}README.md`, 'utf8');
    const [, block = ''] = /```text\n(?:Building .*\n)?(The forwarding example runs.*?)```/s.exec(readme) ?? [];
    const shown = parts(block);
    expect(shown.length).toBeGreaterThan(1);
    let from = 0;
    for (const part of shown) {
      const at = printed.indexOf(part[0] ?? '', from);
      expect(printed.slice(at, at + part.length)).toEqual(part);
      from = at + part.length;
    }
    expect(from).toBe(printed.length);
    expect(printed.indexOf(shown[0]?.[0] ?? '')).toBe(0);
    expect(printed.filter((line) => line.startsWith('FAIL'))).toEqual([]);

    const told = printed.flatMap((line) => /^ +0\.0 s {2}(\+\d+) calls$/.exec(line)?.[1] ?? []);
    expect(told).toHaveLength(TOUR.scenarios.length);
    expect((await callersOnPage(tour.url)).sort()).toEqual(told);
    expect(tour.app.feed.totals().calls).toBe(told.length);
  });

  it('the demo prints the same at another speed', async () => {
    const told: string[][] = [];
    for (const speed of [300, 3_000]) {
      const tour = await startTour({ ...WANTED, speed });
      stop = tour.stop;
      told.push(await transcript({ ...TOUR, speed, scenarios: TOUR.scenarios.slice(0, 3) }, tour));
      await tour.stop();
    }
    expect(told[0]?.slice(1)).toEqual(told[1]?.slice(1));
  });
});

describe('npm run demo -- taskrouter', () => {
  it('the TaskRouter demo plays its tour, and its page shows only what it has told', async () => {
    const tour = await startQueueTour(WANTED);
    stop = tour.stop;
    const printed = await transcript(QUEUE, tour);
    expect(printed.at(-1)).toBe(`${String(QUEUE.scenarios.length)} passed, 0 failed`);

    const told = printed.flatMap((line) => /^ +0\.0 s {2}(\+\d+) calls and waits/.exec(line)?.[1] ?? []);
    expect(told.length).toBeGreaterThan(QUEUE.scenarios.length);
    expect((await callersOnPage(tour.url)).sort()).toEqual(told);
  });
});
