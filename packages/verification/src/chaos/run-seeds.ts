import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMORY } from './databases.js';
import { runScenario, type ScenarioResult } from './run-scenario.js';
import { scenarioOf, seededRun, type SeededRun } from './seeded.js';
import { shrink } from './shrink.js';

/** Runs one seed in memory. */
export async function runSeed(one: SeededRun): Promise<ScenarioResult> {
  return runScenario(scenarioOf(one), await MEMORY.make(), one.faultPlan);
}

/** Reduces a failing run to the faults and the callers without which it does not fail. */
export async function smallest(one: SeededRun): Promise<SeededRun> {
  const fails = async (other: SeededRun): Promise<boolean> => (await runSeed(other)).problems.length > 0;
  const callers = await shrink(one.callers, (some) => fails({ ...one, callers: some }));
  const fewer = { ...one, callers };
  const faults = await shrink(fewer.faultPlan.faults ?? [], (some) =>
    fails({ ...fewer, faultPlan: { ...fewer.faultPlan, faults: some } }),
  );
  const least = { ...fewer, faultPlan: { ...fewer.faultPlan, faults } };
  const { disorder: _, ...inOrder } = least.faultPlan;
  return (await fails({ ...least, faultPlan: inOrder })) ? { ...least, faultPlan: inOrder } : least;
}

/** Runs seeds; a failing one is made smaller and kept in the folder. Returns what was wrong, by seed. */
export async function runSeeds(
  seeds: readonly number[],
  folder: string,
  onProgress?: (done: number) => void,
): Promise<{ readonly failed: ReadonlyMap<number, string>; readonly deaths: number; readonly calls: number }> {
  const failed = new Map<number, string>();
  let [deaths, calls] = [0, 0];
  for (const [index, seed] of seeds.entries()) {
    const one = seededRun(seed);
    const result = await runSeed(one);
    deaths += result.deaths;
    calls += result.results.length;
    if (result.problems.length > 0) {
      const found = result.problems.join('; ');
      failed.set(seed, found);
      mkdirSync(folder, { recursive: true });
      const kept: SeededRun = { ...(await smallest(one)), found };
      writeFileSync(join(folder, `${String(seed)}.json`), `${JSON.stringify(kept, undefined, 2)}\n`);
    }
    onProgress?.(index + 1);
  }
  return { failed, deaths, calls };
}

/** Reads the runs that failed once. */
export function keptSeeds(folder: string): readonly { readonly name: string; readonly one: SeededRun }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, one: JSON.parse(readFileSync(join(folder, name), 'utf8')) as SeededRun }));
}
