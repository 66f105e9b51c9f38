import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMORY } from './databases.js';
import { play, type Played } from './play.js';
import { sceneOf, seededPlay, type SeededPlay } from './seeded.js';
import { shrink } from './shrink.js';

/** Plays one, on memory. */
export async function playSeed(one: SeededPlay): Promise<Played> {
  return play(sceneOf(one), await MEMORY.make(), one.trouble);
}

/** A failing play with no fault and no caller that it fails without. */
export async function smallest(one: SeededPlay): Promise<SeededPlay> {
  const fails = async (other: SeededPlay): Promise<boolean> => (await playSeed(other)).problems.length > 0;
  const callers = await shrink(one.callers, (some) => fails({ ...one, callers: some }));
  const fewer = { ...one, callers };
  const faults = await shrink(fewer.trouble.faults ?? [], (some) =>
    fails({ ...fewer, trouble: { ...fewer.trouble, faults: some } }),
  );
  const least = { ...fewer, trouble: { ...fewer.trouble, faults } };
  const { disorder: _, ...inOrder } = least.trouble;
  return (await fails({ ...least, trouble: inOrder })) ? { ...least, trouble: inOrder } : least;
}

/** Plays seeds; one that fails is made smaller and kept in the folder. Returns what was wrong, by seed. */
export async function playSeeds(
  seeds: readonly number[],
  folder: string,
  onProgress?: (played: number) => void,
): Promise<{ readonly failed: ReadonlyMap<number, string>; readonly deaths: number; readonly calls: number }> {
  const failed = new Map<number, string>();
  let [deaths, calls] = [0, 0];
  for (const [index, seed] of seeds.entries()) {
    const one = seededPlay(seed);
    const played = await playSeed(one);
    deaths += played.deaths;
    calls += played.results.length;
    if (played.problems.length > 0) {
      const found = played.problems.join('; ');
      failed.set(seed, found);
      mkdirSync(folder, { recursive: true });
      const kept: SeededPlay = { ...(await smallest(one)), found };
      writeFileSync(join(folder, `${String(seed)}.json`), `${JSON.stringify(kept, undefined, 2)}\n`);
    }
    onProgress?.(index + 1);
  }
  return { failed, deaths, calls };
}

/** The plays that failed once. */
export function keptSeeds(folder: string): readonly { readonly name: string; readonly one: SeededPlay }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, one: JSON.parse(readFileSync(join(folder, name), 'utf8')) as SeededPlay }));
}
