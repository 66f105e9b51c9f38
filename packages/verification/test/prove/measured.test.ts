import { expect, it } from 'vitest';
import { importsOf, sourcesOf } from '../helpers/sources.js';
import { MEASURING } from '../../src/prove/measured.js';

it('every test that measures real time is run by `npm run prove`', () => {
  const measuring = ['packages', 'examples']
    .flatMap(sourcesOf)
    .filter(({ path }) => path.endsWith('.test.ts'))
    .filter((source) => importsOf(source).some(({ target }) => target === 'packages/core/test/helpers/measured.ts'))
    .map(({ path }) => path)
    .sort();
  expect(measuring).toEqual([...MEASURING].sort());
});
