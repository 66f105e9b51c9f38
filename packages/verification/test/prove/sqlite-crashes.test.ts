import { expect, it } from 'vitest';
import { bundle } from '../../../../scripts/bundle.mjs';
import { killSqlite } from '../../src/prove/sqlite-crashes.js';

it('a process killed while it writes to SQLite loses nothing that was acknowledged', async () => {
  const writer = await bundle('packages/verification/src/prove/processes/sqlite-writer.ts', undefined, {
    native: true,
  });
  const { kills, acked, lost, problems } = await killSqlite({ times: 4, seed: 7, writer });
  expect(problems).toEqual([]);
  expect({ kills, lost }).toEqual({ kills: 4, lost: 0 });
  expect(acked).toBeGreaterThan(100);
});
