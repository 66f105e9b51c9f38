import { describe, expect, it } from 'vitest';
import { memoryDatabase } from './databases.js';
import { crashEverywhere, restFaultsEverywhere, storeFaultsEverywhere, type Campaign } from './everywhere.js';
import { FORWARDING_SCENES } from './forwarding-scenes.js';

const options = { scenes: FORWARDING_SCENES, database: memoryDatabase };

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
    expect(troubles(await crashEverywhere({ ...options, everyWebhookTwice: true }))).toEqual([]);
  }, 120_000);

  it('every request to Twilio meets every fault there is', async () => {
    expect(troubles(await restFaultsEverywhere(options))).toEqual([]);
  }, 120_000);

  it('every question to the store fails, loses its answer, or hangs', async () => {
    expect(troubles(await storeFaultsEverywhere(options))).toEqual([]);
  }, 120_000);
});
