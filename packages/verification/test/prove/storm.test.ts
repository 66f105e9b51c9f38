import { describe, expect, it } from 'vitest';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { storms } from '../../src/prove/storm.js';

describe.skipIf(!hasRedis())('many callees of one call, reported at one instant', () => {
  it('many callees keep no one waiting: the human who picks up, the other phones and the other callers are all served', async () => {
    // A busy machine gets enough time; `npm run prove` measures.
    const { figures, problems } = await storms([50], 600_000);
    expect(problems).toEqual([]);
    expect(figures).toMatchObject({ storms: 4, people: 200 });
  });
});
