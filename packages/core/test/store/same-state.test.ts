import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { sameState } from '../../src/kernel/same-state.js';

test('two states are the same when they are stored alike', () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  fc.assert(
    fc.property(json, json, (one, other) => {
      expect(sameState(one, JSON.parse(JSON.stringify(one)))).toBe(true);
      expect(sameState({ one }, { one, other })).toBe(false);
      expect(sameState([one], [one, other])).toBe(false);
      expect(sameState(one, other)).toBe(isDeepStrictEqual(one, other));
    }),
  );
});

test.each([
  [null, {}],
  [[], {}],
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [{ a: { b: [1, 2] } }, { a: { b: [2, 1] } }],
  [0, ''],
])('%j is not the same state as %j', (one, other) => {
  expect(sameState(one, other)).toBe(false);
  expect(sameState(other, one)).toBe(false);
});
