import type { E164 } from '@amd/core';
import { describe, expect, it } from 'vitest';
import { NUMBERS } from '@amd/core/testing';
import type { EpochMs } from '../../src/kernel/flow.js';
import { legDrafts } from '../../src/flows/call/leg.js';
import { newLeg, type Leg } from '../../src/flows/call/leg.js';

const AT = 1000 as EpochMs;
const legs: readonly Leg[] = [1, 2, 3].map((id) => newLeg(id, { to: NUMBERS.ann as E164 }, 'own', AT));
const isSecond = ({ id }: Leg): boolean => id === 2;

describe('the legs of a transition', () => {
  it('unchanged legs are the same list as before', () => {
    const drafts = legDrafts(legs);
    drafts.find(isSecond);
    for (const leg of drafts) leg.joined = false;
    expect(drafts.after()).toBe(legs);
  });

  it('a changed leg is another object; the others and the earlier state stay as they were', () => {
    const drafts = legDrafts(legs);
    const second = drafts.find(isSecond);
    if (second !== undefined) second.phase = 'ringing';
    const after = drafts.after();
    expect(after.map((leg, index) => leg === legs[index])).toEqual([true, false, true]);
    expect(after.map(({ phase }) => phase)).toEqual(['requested', 'ringing', 'requested']);
    expect(legs.map(({ phase }) => phase)).toEqual(['requested', 'requested', 'requested']);
  });

  it('a leg is the same draft however it is accessed', () => {
    const drafts = legDrafts(legs);
    const second = drafts.find(isSecond);
    expect([...drafts][1]).toBe(second);
    expect(drafts.find(isSecond)).toBe(second);
    if (second !== undefined) second.phase = 'ended';
    expect(drafts.some(({ phase }) => phase === 'ended')).toBe(true);
    expect(drafts.some(({ phase }) => phase === 'ringing')).toBe(false);
  });

  it('a leg that is changed and changed back is the object from before', () => {
    const drafts = legDrafts(legs);
    for (const leg of drafts) leg.phase = 'ringing';
    for (const leg of drafts) leg.phase = 'requested';
    expect(drafts.after()).toBe(legs);
  });

  it('an added leg is included when iterating, and a removed one is not', () => {
    const drafts = legDrafts(legs);
    const met: number[] = [];
    for (const { id } of drafts) {
      met.push(id);
      if (id === 3) drafts.push(newLeg(4, { to: NUMBERS.ben as E164 }, 'own', AT));
    }
    drafts.remove(2);
    expect(met).toEqual([1, 2, 3, 4]);
    expect(drafts.after().map(({ id }) => id)).toEqual([1, 3, 4]);
    expect(drafts.find(isSecond)).toBeUndefined();
    expect(legs).toHaveLength(3);
  });
});
