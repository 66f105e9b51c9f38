import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameState } from '../../src/kernel/same-state.js';

/** As small as what differs in a state: few names, few values. */
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(0, 1, '', 'a', null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '0'), fc.oneof(tie('value'), fc.constant(undefined)), {
      noNullPrototype: true,
    }),
  ),
})).value;

describe('sameState', () => {
  it.each<readonly [what: string, one: unknown, other: unknown]>([
    ['a longer list', [1], [1, 2]],
    ['a shorter list', [1, 2], [1]],
    ['another item', [1, 2], [1, 3]],
    ['a list and an object with its items', [1], { 0: 1 }],
    ['an object and a list of its items', { 0: 1 }, [1]],
    ['another value', { a: 1 }, { a: 2 }],
    ['a value deep within', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    ['one name more', { a: 1 }, { a: 1, b: 1 }],
    ['one name less', { a: 1, b: 1 }, { a: 1 }],
    ['as many names, others', { a: undefined }, { b: undefined }],
    ['null and an object', null, {}],
    ['an object and null', {}, null],
    ['a text and an object', 'a', {}],
  ])('sameState tells %s apart', (_, one, other) => {
    expect(sameState(one, other)).toBe(false);
  });

  it('sameState takes copies for the same, whatever the order of their names', () => {
    expect(sameState({ a: [1, { b: null }], c: 'd' }, { c: 'd', a: [1, { b: null }] })).toBe(true);
  });

  it('sameState agrees with a comparison of all that is in two values', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(sameState(one, other)).toBe(isDeepStrictEqual(one, other));
        expect(sameState(one, structuredClone(one))).toBe(true);
      }),
    );
  });
});
