import { describe, expect, it } from 'vitest';
import { MEMORY, sqliteDatabases } from '../../src/chaos/databases.js';
import {
  crashEverywhere,
  repeatsEverywhere,
  restFaultsEverywhere,
  storeFaultsEverywhere,
  type Campaign,
} from '../../src/chaos/everywhere.js';
import { FORWARDING_SCENARIOS } from '../../src/chaos/forwarding-scenarios.js';
import { runScenario } from '../../src/chaos/run-scenario.js';
import { REPEATED_SCENARIOS } from '../../src/chaos/repeated-scenarios.js';
import { TASKROUTER_SCENARIOS } from '../../src/chaos/taskrouter-scenarios.js';

// `npm run prove` plants every fault, in all scenarios, on all stores. Here: the scenarios that differ most, and one fault of
// thirteen, a number that covers every kind of fault.
const scenarios = [...FORWARDING_SCENARIOS.slice(0, 3), ...TASKROUTER_SCENARIOS.slice(0, 1)];
const options = { scenarios, database: MEMORY.make, oneOf: 13 };

/** Describes what went wrong, so that a failing test can be read. */
function failures({ bad }: Pick<Campaign, 'bad'>): string[] {
  return bad.map(
    ({ scenario, faultPlan, result }) =>
      `${scenario}, ${JSON.stringify(faultPlan.faults)}: ${result.problems.join('; ')}`,
  );
}

describe('one fault at many places, in a run of its own each', () => {
  it('all calls end well when the process crashes before or after requests to the store and to Twilio', async () => {
    // A crash is before or after a request: an odd step covers both.
    const campaign = await crashEverywhere({ ...options, oneOf: 9 });
    expect(failures(campaign)).toEqual([]);
    expect(campaign.deaths).toBe(campaign.runs);
    expect(campaign.runs).toBeGreaterThan(50);
    // Calls that end differently are those that Twilio may or may not know: they are never created again.
    expect(campaign.same / campaign.calls).toBeGreaterThan(0.9);
    expect(campaign.slowestFailoverMs).toBeLessThanOrEqual(20_000);
  });

  it('all calls end well when every webhook is also delivered twice', async () => {
    const one = { ...options, scenarios: scenarios.slice(1, 2), everyWebhookTwice: true };
    expect(failures(await crashEverywhere(one))).toEqual([]);
  });

  it('all calls end well on a file that is opened anew after each crash', async () => {
    const databases = sqliteDatabases();
    expect(
      failures(await crashEverywhere({ ...options, scenarios: scenarios.slice(2, 3), database: databases.make })),
    ).toEqual([]);
    await databases.end();
  });

  it('all calls end well when requests to Twilio get every fault there is', async () => {
    expect(failures(await restFaultsEverywhere(options))).toEqual([]);
  });

  it('all calls end well when requests for TwiML are retried and copied, in ten ways', async () => {
    const repeated = [...REPEATED_SCENARIOS, ...FORWARDING_SCENARIOS.slice(3, 4), ...TASKROUTER_SCENARIOS.slice(2, 3)];
    const { bad, runs } = await repeatsEverywhere({ ...options, scenarios: repeated, oneOf: 19 });
    expect(failures({ bad })).toEqual([]);
    expect(runs).toBeGreaterThan(10);
  });

  it('a caller acts on an answer from before we gave up, and is brought to the fallback all the same', async () => {
    // The retry of their first request is answered when the fallback is already due, and that answer is lost.
    const faultPlan = {
      faults: [{ on: 'document', nth: 1, does: { retryAfterMs: 14_000, actsOn: 'first' } }],
    } as const;
    const callersOf = [
      ...REPEATED_SCENARIOS.slice(0, 4),
      ...FORWARDING_SCENARIOS.slice(3, 4),
      ...TASKROUTER_SCENARIOS.slice(2, 3),
    ];
    for (const scenario of callersOf) {
      const { problems, results } = await runScenario(scenario, await MEMORY.make(), faultPlan);
      expect(problems, scenario.name).toEqual([]);
      expect(results, scenario.name).toEqual(scenario.ends);
    }
  });

  it('a late copy of the first request, when the fallback is due, does not count as if the caller had heard it', async () => {
    const [refused] = REPEATED_SCENARIOS;
    const faultPlan = { faults: [{ on: 'document', nth: 1, does: { copyAfterMs: 200 } }] } as const;
    const result = refused && (await runScenario(refused, await MEMORY.make(), faultPlan));
    expect(result).toMatchObject({ problems: [], results: ['unanswered'] });
  });

  it('all calls end well when requests to the store fail, lose their answers, or hang', async () => {
    expect(failures(await storeFaultsEverywhere(options))).toEqual([]);
  });
});
