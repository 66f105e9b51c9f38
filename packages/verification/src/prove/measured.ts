import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measured } from '../../../core/test/helpers/measured.js';
import type { Facts } from './facts.js';

/** Tests that measure real time on request: all that import `measured.ts` (a test says so). */
export const MEASURING = [
  'examples/shared/test/open-redis.test.ts',
  'packages/store-redis/test/redis-store.test.ts',
  'packages/verification/test/browser/cluster-page.test.ts',
  'packages/verification/test/browser/door-firefox.test.ts',
  'packages/verification/test/browser/live.test.ts',
  'packages/verification/test/browser/many-calls.test.ts',
  'packages/verification/test/browser/many-workers.test.ts',
  'packages/verification/test/e2e/cluster.test.ts',
];

/** Runs those tests one after the other, while nothing else runs, and collects their measurements. */
export async function measure(root: string): Promise<Facts> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-measured-'));
  const file = join(folder, 'figures');
  writeFileSync(file, '');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run', '--no-file-parallelism', ...MEASURING], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, AMD_MEASURED: file, NO_COLOR: '1' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const [code] = (await once(child, 'close')) as [number | null];
    const measured = readFileSync(file, 'utf8').split('\n').filter(Boolean).map(read);
    const late = measured.filter(({ ms, atMostMs }) => ms > atMostMs);
    const skipped = /SKIPPED[^]*?(?=\n\n|$)/.exec(said)?.[0];
    return {
      figures: Object.fromEntries(measured.map(({ what, ms }) => [what, Math.round(ms)])),
      problems: [
        ...late.map(({ what, ms, atMostMs }) => `${what}: ${String(Math.round(ms))} ms, not ${String(atMostMs)}`),
        ...(code === 0 ? [] : [said.slice(-2000)]),
        ...(skipped === undefined ? [] : [skipped]),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(line: string): Measured {
  return JSON.parse(line) as Measured;
}
