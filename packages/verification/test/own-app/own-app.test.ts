import { expect, it } from 'vitest';
import { CASES, play } from './cases.js';

it.each(CASES)('in vitest: $name', async (one) => {
  expect(await play(one)).toEqual(one.expected);
});
