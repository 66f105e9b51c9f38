import { expect, it } from 'vitest';
import { foreignRequests } from '../../src/foreign/campaign.js';

/** Ten thousand of each are part of the proof: `npm run prove -- --only foreign`. */
const COUNT = 400;

it('every genuine request is accepted, whatever guests name in it, and no shifted one with another meaning', async () => {
  const found = await foreignRequests(1, COUNT);
  expect(found.problems).toEqual([]);
  expect(found.genuine).toBeGreaterThanOrEqual(COUNT);
  expect(found.mutants).toBeGreaterThanOrEqual(COUNT);
  // Otherwise nothing would have been tried.
  expect(found.same).toBeGreaterThan(0);
  expect(found.twoRequests).toBeGreaterThan(0);
});
