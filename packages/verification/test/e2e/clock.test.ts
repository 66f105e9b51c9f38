import { expect, it } from 'vitest';
import { playCrowd } from '../../src/crowds/crowd.js';

it('a crowd is served normally while the clock is set back by up to an hour and forward again', async () => {
  const quiet = await playCrowd({ calls: 25, seed: 7 });
  expect(quiet.problems).toEqual([]);
  expect(await playCrowd({ calls: 25, seed: 7, clockBackMs: 3_600_000 })).toEqual(quiet);
});
