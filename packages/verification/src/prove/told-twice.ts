import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Facts } from './facts.js';

/** The test of a flow's properties in every state, and the property that is played here. */
const PROPERTIES = 'packages/core/test/flow/totality.test.ts';
const PROPERTY = 'changes nothing the second time';

/** Repeats any event in any state: the property of `npm test`, many more times. A failure names fast-check's seed. */
export async function toldTwice({ root, full }: { readonly root: string; readonly full: boolean }): Promise<Facts> {
  const runs = full ? 100_000 : 20_000;
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', PROPERTIES, '-t', PROPERTY], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PROPERTY_RUNS: String(runs), NO_COLOR: '1' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  // After a rename it would pass without having run.
  const wasPlayed = said.includes(' 1 passed');
  const problems = code === 0 && wasPlayed ? [] : [said.slice(-4000)];
  return { figures: { runs: wasPlayed ? runs : 0 }, problems };
}
