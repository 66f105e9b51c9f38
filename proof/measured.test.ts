import { expect, it } from 'vitest';
import { importsOf, sourcesOf } from '../test/helpers/sources.js';
import { MEASURING } from './measured.js';

it('every test that measures real time is run by `npm run prove`', () => {
  const measuring = ['packages', 'examples', 'proof', 'test']
    .flatMap(sourcesOf)
    .filter(({ path }) => path.endsWith('.test.ts'))
    .filter((source) => importsOf(source).some(({ target }) => target === 'test/helpers/measured.ts'))
    .map(({ path }) => path)
    .sort();
  expect(measuring).toEqual([...MEASURING].sort());
});
