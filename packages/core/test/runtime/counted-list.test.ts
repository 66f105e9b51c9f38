import { describe, expect, it } from 'vitest';
import { append, EMPTY_LIST, listOf, parseList, type Counted } from '../../src/runtime/counted-list.js';

const [ann, ben, cyd]: readonly [Counted, Counted, Counted] = [
  ['CA1', 1000],
  ['CA2', 2000],
  ['CA3', 1500],
];

describe('a list of counted calls', () => {
  it('a counted list that grew equals one built anew', () => {
    const list = append(append(append(EMPTY_LIST, [ann]), [ben, cyd]), []);
    expect(list.data).toBe(listOf([ann, ben, cyd]).data);
    expect(parseList('limits:at-once', list.data).calls).toEqual([ann, ben, cyd]);
    expect(list.latest).toBe(2000);
    expect(['CA1', 'CA2', 'CA3', 'CA4'].map((sid) => list.has(sid))).toEqual([true, true, true, false]);
  });

  it('a counted list does not change when another is derived from it', () => {
    const before = listOf([ann]);
    append(before, [ben]);
    expect(before.has('CA2')).toBe(false);
    expect(before.calls).toEqual([ann]);
  });

  it('a counted list extended twice, as after a conflict, keeps both results apart', () => {
    const before = listOf([ann]);
    const one = append(before, [ben]);
    const other = append(before, [cyd]);
    const third = append(one, [cyd]);
    expect([one.has('CA2'), one.has('CA3')]).toEqual([true, false]);
    expect([other.has('CA2'), other.has('CA3')]).toEqual([false, true]);
    expect([third.has('CA1'), third.has('CA2'), third.has('CA3')]).toEqual([true, true, true]);
  });

  it('a counted list may name a call twice, as other processes may have written it', () => {
    const list = append(listOf([ann, ann]), [ben]);
    expect([list.has('CA1'), list.has('CA2')]).toEqual([true, true]);
    expect(list.calls).toHaveLength(3);
  });
});
