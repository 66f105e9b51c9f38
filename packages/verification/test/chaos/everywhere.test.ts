import { describe, expect, it } from 'vitest';
import { MEMORY, sqliteDatabases } from '../../src/chaos/databases.js';
import {
  crashEverywhere,
  repeatsEverywhere,
  restFaultsEverywhere,
  storeFaultsEverywhere,
  type Campaign,
} from '../../src/chaos/everywhere.js';
import { FORWARDING_SCENES } from '../../src/chaos/forwarding-scenes.js';
import { play } from '../../src/chaos/play.js';
import { REPEATED_SCENES } from '../../src/chaos/repeated-scenes.js';
import { TASKROUTER_SCENES } from '../../src/chaos/taskrouter-scenes.js';

// `npm run prove` plants every fault, in all scenes, on all stores. Here: those scenes that differ most, and one fault of
// thirteen, a number that meets every kind of fault.
const scenes = [...FORWARDING_SCENES.slice(0, 3), ...TASKROUTER_SCENES.slice(0, 1)];
const options = { scenes, database: MEMORY.make, oneOf: 13 };

/** What went wrong, so that a failing test can be read. */
function troubles({ bad }: Pick<Campaign, 'bad'>): string[] {
  return bad.map(
    ({ scene, trouble, played }) => `${scene}, ${JSON.stringify(trouble.faults)}: ${played.problems.join('; ')}`,
  );
}

describe('one fault at many places, in a play of its own each', () => {
  it('the process dies before or after questions to the store and requests to Twilio: all calls end well', async () => {
    // A death is before or after a question: an odd step meets both.
    const campaign = await crashEverywhere({ ...options, oneOf: 9 });
    expect(troubles(campaign)).toEqual([]);
    expect(campaign.deaths).toBe(campaign.runs);
    expect(campaign.runs).toBeGreaterThan(50);
    // What differs are calls of which Twilio may or may not know: they are never created again.
    expect(campaign.same / campaign.calls).toBeGreaterThan(0.9);
    expect(campaign.slowestTakeOverMs).toBeLessThanOrEqual(20_000);
  });

  it('the same when every webhook is delivered twice', async () => {
    const one = { ...options, scenes: scenes.slice(1, 2), everyWebhookTwice: true };
    expect(troubles(await crashEverywhere(one))).toEqual([]);
  });

  it('the same on a file that is opened anew after each death', async () => {
    const databases = sqliteDatabases();
    expect(
      troubles(await crashEverywhere({ ...options, scenes: scenes.slice(2, 3), database: databases.make })),
    ).toEqual([]);
    await databases.end();
  });

  it('requests to Twilio meet every fault there is', async () => {
    expect(troubles(await restFaultsEverywhere(options))).toEqual([]);
  });

  it('requests for TwiML are retried and copied, in ten ways', async () => {
    const repeated = [...REPEATED_SCENES, ...FORWARDING_SCENES.slice(3, 4), ...TASKROUTER_SCENES.slice(2, 3)];
    const { bad, runs } = await repeatsEverywhere({ ...options, scenes: repeated, oneOf: 19 });
    expect(troubles({ bad })).toEqual([]);
    expect(runs).toBeGreaterThan(10);
  });

  it('a caller acts on an answer from before we gave up, and is brought to the fallback all the same', async () => {
    // The retry of their first request is answered when the fallback is due already, and that answer is lost.
    const trouble = { faults: [{ on: 'document', nth: 1, does: { retryAfterMs: 14_000, actsOn: 'first' } }] } as const;
    const callersOf = [
      ...REPEATED_SCENES.slice(0, 4),
      ...FORWARDING_SCENES.slice(3, 4),
      ...TASKROUTER_SCENES.slice(2, 3),
    ];
    for (const scene of callersOf) {
      const { problems, results } = await play(scene, await MEMORY.make(), trouble);
      expect(problems, scene.name).toEqual([]);
      expect(results, scene.name).toEqual(scene.ends);
    }
  });

  it('a late copy of the first request, when the fallback is due, does not count as if the caller had heard it', async () => {
    const [refused] = REPEATED_SCENES;
    const trouble = { faults: [{ on: 'document', nth: 1, does: { copyAfterMs: 200 } }] } as const;
    const played = refused && (await play(refused, await MEMORY.make(), trouble));
    expect(played).toMatchObject({ problems: [], results: ['unanswered'] });
  });

  it('questions to the store fail, lose their answers, or hang', async () => {
    expect(troubles(await storeFaultsEverywhere(options))).toEqual([]);
  });
});
