import { fileURLToPath } from 'node:url';
import { createMemoryStore } from '@amd/core';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/chaos/cluster.js';
import { memoryDatabase } from '../../src/chaos/databases.js';
import { crashEverywhere } from '../../src/chaos/everywhere.js';
import { FORWARDING_SCENARIOS } from '../../src/chaos/forwarding-scenarios.js';
import { keptSeeds, runSeed } from '../../src/chaos/run-seeds.js';
import { seededRun } from '../../src/chaos/seeded.js';
import { shrink } from '../../src/chaos/shrink.js';

const kept = keptSeeds(fileURLToPath(new URL('../seeds/', import.meta.url)));

describe('faults by seed', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8].map((n) => Number(process.env['AMD_SEED'] ?? 0) + n))(
    'all calls end well with crashed nodes, lost answers, late and repeated webhooks, and differing clocks (seed %i)',
    async (seed) => {
      expect((await runSeed(seededRun(seed))).problems).toEqual([]);
    },
    60_000,
  );

  it('a run is the same for the same seed', async () => {
    expect(seededRun(7)).toEqual(seededRun(7));
    const [one, other] = [await runSeed(seededRun(7)), await runSeed(seededRun(7))];
    expect(one).toEqual(other);
    expect(one.deaths).toBeGreaterThan(0);
  });

  it.each(kept.map(({ name, one }) => [name, one] as const))(
    '%s, which failed once, no longer fails',
    async (_, one) => {
      expect((await runSeed(one)).problems).toEqual([]);
    },
  );
});

describe('reducing a failing run', () => {
  it('a failing run is reduced to the faults that make it fail', async () => {
    const all = Array.from({ length: 40 }, (_, n) => n);
    let tries = 0;
    const fails = (some: readonly number[]): Promise<boolean> => {
      tries += 1;
      return Promise.resolve(some.includes(7) && some.includes(31));
    };
    expect(await shrink(all, fails)).toEqual([7, 31]);
    expect(tries).toBeLessThan(120);
  });

  it('a failing run is reduced to no faults if it fails without any', async () => {
    expect(await shrink([1, 2, 3], () => Promise.resolve(true))).toEqual([]);
  });
});

describe('the checks of a run', () => {
  /** A store that forgets how often a task was tried: the mistake that creates calls twice. */
  async function forgetful(): Promise<Database> {
    const store = createMemoryStore();
    const database = await memoryDatabase();
    return {
      ...database,
      open: () =>
        Promise.resolve({
          ...store,
          claim: async (options) => (await store.claim(options)).map((claim) => ({ ...claim, attempt: 1 })),
        }),
      look: async (prefix) => (await store.list({ prefix, limit: 1000 })).records,
    };
  }

  it('the checks of a run find a callee who was rung twice', async () => {
    const { bad } = await crashEverywhere({ scenarios: FORWARDING_SCENARIOS.slice(0, 1), database: forgetful });
    const said = bad.flatMap(({ result }) => result.problems).join('\n');
    expect(said).toMatch(/was dialled 2 times/);
  });
});
