import { describe, expect, it } from 'vitest';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { bursts } from '../../src/prove/burst.js';

describe.skipIf(!hasRedis())('callers who come at once', () => {
  it('all callers are served over each store, and three processes on one Redis never admit one too many', async () => {
    // A busy machine gets enough time; `npm run prove` measures.
    const size = { callers: 60, processes: 3, rounds: 2, replyBudgetMs: 600_000 };
    const { figures, problems } = await bursts(size);
    expect(problems).toEqual([]);
    expect(figures).toMatchObject({ callers: 360, served: 360, crowds: 2, tooMany: 0, tooFew: 0 });
  });
});
