import { describe, expect, it } from 'vitest';
import { MEMORY, sqliteDatabases } from './databases.js';
import { crashEverywhere, restFaultsEverywhere, storeFaultsEverywhere, type Campaign } from './everywhere.js';
import { FORWARDING_SCENES } from './forwarding-scenes.js';
import { TASKROUTER_SCENES } from './taskrouter-scenes.js';

// All scenes on all stores are played by `npm run prove`; here those that differ most.
const scenes = [...FORWARDING_SCENES.slice(0, 3), ...TASKROUTER_SCENES.slice(0, 1)];
const options = { scenes, database: MEMORY.make };

/** What went wrong, so that a failing test can be read. */
function troubles({ bad }: Campaign): string[] {
  return bad.map(
    ({ scene, trouble, played }) => `${scene}, ${JSON.stringify(trouble.faults)}: ${played.problems.join('; ')}`,
  );
}

describe('one fault at every place, in a play of its own each', () => {
  it('the process dies before or after every question to the store and every request to Twilio: all calls end well', async () => {
    const campaign = await crashEverywhere(options);
    expect(troubles(campaign)).toEqual([]);
    expect(campaign.deaths).toBe(campaign.runs);
    // What differs are calls of which Twilio may or may not know: they are never created again.
    expect(campaign.same / campaign.calls).toBeGreaterThan(0.9);
    expect(campaign.slowestTakeOverMs).toBeLessThanOrEqual(20_000);
  }, 120_000);

  it('the same when every webhook is delivered twice', async () => {
    const one = { ...options, scenes: scenes.slice(1, 2), everyWebhookTwice: true };
    expect(troubles(await crashEverywhere(one))).toEqual([]);
  }, 120_000);

  it('the same on a file that is opened anew after each death', async () => {
    const databases = sqliteDatabases();
    expect(troubles(await crashEverywhere({ scenes: scenes.slice(2, 3), database: databases.make }))).toEqual([]);
    await databases.end();
  }, 120_000);

  it('every request to Twilio meets every fault there is', async () => {
    expect(troubles(await restFaultsEverywhere(options))).toEqual([]);
  }, 120_000);

  it('every question to the store fails, loses its answer, or hangs', async () => {
    expect(troubles(await storeFaultsEverywhere(options))).toEqual([]);
  }, 120_000);
});
