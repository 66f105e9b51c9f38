import { human, voicemail } from '@amd/simulator';
import type { PageAssets } from '@amd/dashboard';
import type { Browser } from 'playwright-core';
import { RACES } from '../../../../../examples/forwarding/src/demo/race-scenarios.js';
import { SCENARIOS, type Scenario } from '../../../../../examples/forwarding/src/demo/scenarios.js';
import { startExample, type Example } from './example.js';
import { watchPage, type Look, type WatchedPage } from './watched-page.js';

/** One picture of docs/images. */
export interface Taken {
  readonly file: string;
  /** What is to be seen, in words: of each frame what was not in the one before. */
  readonly shows: readonly string[];
  /** PNG, several for a moving picture; none if only the words were asked for. */
  readonly frames: readonly Buffer[];
}

/** Calls that are played on the example, and what is taken of them. */
export type Scene = (browser: Browser, assets: PageAssets, photos: boolean) => Promise<readonly Taken[]>;

const RACE = scenario(RACES, 'three voicemails answer first, and one human');
const VOICEMAIL = scenario(SCENARIOS, 'voicemail, then a human further down the list');
const BUSY = scenario(SCENARIOS, 'busy');
/** A caller who still waits when the picture is taken. */
const WAITING: Scenario = {
  name: 'a voicemail, and a phone that rings',
  people: [
    { name: 'Ben', person: voicemail({ ringMs: 1_000 }) },
    { name: 'Cara', person: human({ ringMs: 15_000 }) },
  ],
  atOnce: true,
  outcome: 'connected',
};

const FRAME_MS = 500;
const RACE_MS = 15_000;
/** As wide as the page needs to show a call in one row, so that its words are not made smaller than they are. */
const RACE_LOOK: Look = { width: 880, height: 640, scale: 2, theme: 'light' };

/** The race of `npm run demo -- race`, and its last frame for those who want nothing to move. */
const race: Scene = (browser, assets, photos) =>
  withExample(assets, async (example) => {
    example.call('+12125550111', VOICEMAIL);
    await example.finish();
    const watched = await watchPage(browser, example, RACE_LOOK);
    const taker = createTaker(watched, photos);
    example.call('+12125550123', RACE);
    for (let ms = 0; ms < RACE_MS; ms += FRAME_MS) {
      await watched.advance(FRAME_MS);
      await taker.take('race.gif', 'header, .calls');
    }
    await taker.take('race.png', 'header, .calls');
    await watched.page.close();
    return taker.taken();
  });

/** Two calls in progress and two that are over, with the phones of the demo beside them; then the timeline of one. */
function calls(theme: Look['theme'], suffix: string): Scene {
  return (browser, assets, photos) =>
    withExample(assets, async (example) => {
      example.call('+12125550111', VOICEMAIL);
      await example.finish();
      example.call('+12125550145', BUSY);
      await example.finish();
      const watched = await watchPage(browser, example, { width: 1360, height: 900, scale: 1, theme });
      const { page } = watched;
      const taker = createTaker(watched, photos);
      example.call('+12125550123');
      await watched.advance(7_000);
      example.sim.calls.find(({ to, status }) => to === '+14155550142' && status === 'ringing')?.answer();
      await watched.advance(6_000);
      example.call('+12125550188', WAITING);
      await watched.advance(9_000);
      await taker.take(`calls${suffix}.png`, 'header, .calls, .side');
      await page.getByRole('button', { name: /Connected · Bob/ }).click();
      await page.getByRole('dialog').waitFor();
      await taker.take(`timeline${suffix}.png`, '[role=dialog], dialog');
      await page.close();
      return taker.taken();
    });
}

/** Every picture of the page of calls. */
export const SCENES: readonly Scene[] = [race, calls('light', ''), calls('dark', '-dark')];

interface Taker {
  /** Adds a frame to the picture `file`; of the page these parts are described. */
  take(file: string, parts: string): Promise<void>;
  taken(): readonly Taken[];
}

function createTaker(watched: WatchedPage, photos: boolean): Taker {
  const pictures = new Map<string, { shows: string[]; frames: Buffer[]; before: readonly string[] }>();
  return {
    async take(file, parts) {
      const picture = pictures.get(file) ?? { shows: [], frames: [], before: [] };
      pictures.set(file, picture);
      const words = await watched.words(parts);
      const news = words.filter((line) => !picture.before.includes(line));
      picture.shows.push([`${String(words.length)} lines`, ...news].join(' | '));
      picture.before = words;
      if (photos) picture.frames.push(await watched.page.screenshot());
    },
    taken: () => [...pictures].map(([file, { shows, frames }]) => ({ file, shows, frames })),
  };
}

async function withExample<Value>(assets: PageAssets, run: (example: Example) => Promise<Value>): Promise<Value> {
  const example = await startExample(assets);
  try {
    return await run(example);
  } finally {
    await example.stop();
  }
}

function scenario(all: readonly Scenario[], name: string): Scenario {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`The demo has no call named "${name}" any longer.`);
  return found;
}
