import { describe, expect, it } from 'vitest';
import { bundle } from '../../../../scripts/bundle.mjs';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { killRedis, promoteReplica } from '../../src/prove/redis-crashes.js';

describe.skipIf(!hasRedis())('a Redis that is killed during writes', () => {
  it('a killed Redis loses nothing that was acknowledged', async () => {
    const writer = await bundle('packages/verification/src/prove/processes/redis-writer.ts', undefined, {
      native: true,
    });
    const { kills, acked, lost, problems } = await killRedis({ times: 3, seed: 7, writer });
    expect(problems).toEqual([]);
    expect({ kills, lost }).toEqual({ kills: 3, lost: 0 });
    expect(acked).toBeGreaterThan(100);
  });

  it('a killed Redis leaves everything to the replica that takes its place, if its copy was waited for', async () => {
    const writer = await bundle('packages/verification/src/prove/processes/redis-writer.ts', undefined, {
      native: true,
    });
    const { kills, acked, lost, problems } = await promoteReplica({ times: 1, seed: 7, writer });
    expect(problems).toEqual([]);
    expect({ kills, lost }).toEqual({ kills: 1, lost: 0 });
    expect(acked).toBeGreaterThan(50);
  });
});
