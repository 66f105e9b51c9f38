import { createMemoryStore, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createDialRules, createPeopleLists, type PeopleLists } from '@amd/dashboard';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCases } from '../../core/test/helpers/met.js';

const OURS = '+14155550199';
const ANN = { name: 'Ann', to: '+14155550142' };
const BEN = { name: 'Ben', to: '+14155550143' };
const rules = createDialRules({ allow: ['+1415*', '+44*', '+1876*', '+870*'], ownNumbers: [OURS] });

function lists(store: Store = createMemoryStore()): PeopleLists {
  return createPeopleLists({
    store,
    clock: manualClock(),
    configured: new Map([['*', [ANN]]]),
    inboundNumbers: [OURS],
    problem: (to) => rules.problem(to),
  });
}

describe('whom to ring', () => {
  it('the configured list applies until a list is saved, and again when it is reset', async () => {
    const people = lists();
    expect(await people.for(OURS)).toEqual([ANN]);
    expect(await people.save({ inbound: OURS, revision: 0, people: [BEN] })).toMatchObject({ ok: true });
    expect(await people.for(OURS)).toEqual([BEN]);
    expect(await people.for('+14155550100')).toEqual([ANN]);
    expect(await people.save({ inbound: OURS, revision: 1, people: null })).toMatchObject({
      ok: true,
      list: { revision: 2, source: 'configured' },
    });
    expect(await people.for(OURS)).toEqual([ANN]);
  });

  it('of many who save at once one wins; the others see what is stored', async () => {
    const people = lists();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        people.save({ inbound: OURS, revision: 0, people: [{ ...BEN, name: `Ben ${String(index)}` }] }),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    const conflicts = results.filter((result) => !result.ok && result.code === 'conflict');
    expect(conflicts).toHaveLength(19);
    expect(conflicts[0]).toMatchObject({ list: { revision: 1, source: 'saved' } });
  });

  it('a watcher learns once of what any process has written', async () => {
    const store = createMemoryStore();
    const [here, there] = [lists(store), lists(store)];
    const wereWritten = here.watch();
    expect(await wereWritten()).toBe(false);
    await there.save({ inbound: OURS, revision: 0, people: [BEN] });
    expect(await wereWritten()).toBe(true);
    expect(await wereWritten()).toBe(false);
    await there.save({ inbound: OURS, revision: 0, people: [ANN] });
    expect(await wereWritten()).toBe(false);
  });

  it.each([
    ['a premium-rate number', [{ name: '', to: '+449098790000' }], 0, 'to', 'premium-rate'],
    ['a number nobody allowed', [{ name: '', to: '+4930123456' }], 0, 'to', 'DIAL_ALLOW'],
    ['a number of ours', [{ name: '', to: OURS }], 0, 'to', 'our own'],
    ['no number', [ANN, { name: 'Ben', to: '' }], 1, 'to', 'is missing'],
    ['a word', [{ name: '', to: 'Ann' }], 0, 'to', 'full phone number'],
    ['a number twice', [ANN, { name: 'x', to: ANN.to }], 1, 'to', 'at place 1'],
    ['a name that cannot be seen', [{ name: 'A\u202enn', to: ANN.to }], 0, 'name', 'invisible'],
    ['a long name', [{ name: 'x'.repeat(81), to: ANN.to }], 0, 'name', 'at most 80'],
    ['nobody', [], null, 'list', 'at least one'],
    [
      'too many',
      Array.from({ length: 201 }, (_, at) => ({ name: '', to: `+1415555${String(1000 + at)}` })),
      null,
      'list',
      'at most 200',
    ],
  ])('saving refuses %s, naming place and field', async (_, people, index, field, sentence) => {
    const result = await lists().save({ inbound: OURS, revision: 0, people });
    expect(result).toMatchObject({ ok: false, code: 'invalid' });
    const { problems } = result as Extract<typeof result, { code: 'invalid' }>;
    expect(problems).toMatchObject([{ index, field, message: expect.stringContaining(sentence) }]);
  });

  it('saving accepts only a list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (input) => {
        expect(await lists().save(input)).toMatchObject({ ok: false, code: 'invalid' });
      }),
      { numRuns: 500 },
    );
    expect(await lists().save({ inbound: '+14155550111', revision: 0, people: [ANN] })).toMatchObject({ ok: false });
  });

  it('a failing store is reported on saving, and throws on asking whom to ring', async () => {
    const broken = { ...createMemoryStore(), commit: () => Promise.reject(new Error('away')) };
    expect(await lists(broken).save({ inbound: OURS, revision: 0, people: [ANN] })).toMatchObject({
      ok: false,
      code: 'failed',
    });
    const unreadable = { ...createMemoryStore(), read: () => Promise.reject(new Error('away')) };
    await expect(lists(unreadable).for(OURS)).rejects.toThrow('away');
  });
});

describe('what may be dialled', () => {
  it.each([
    ['+14155550142', null],
    ['+447911123456', null],
    ['+447012345678', 'personal number'],
    ['+449098790000', 'premium-rate'],
    ['+870773111632', 'satellite'],
    ['+18765551234', null],
    ['+493012345678', 'not among the numbers'],
    ['+1415555014２', 'full phone number'],
    ['+14155550142;ext=9', 'full phone number'],
    ['911', 'full phone number'],
    ['+19005551234', 'premium-rate'],
    ['+999123456789', 'does not'],
    [OURS, 'our own'],
  ])('%s: %s', (to, problem) => {
    if (problem === null) expect(rules.problem(to)).toBeNull();
    else if (problem === 'does not') expect(rules.mayDial(to)).toBe(false);
    else expect(rules.problem(to)).toContain(problem);
  });

  it('+1* allows only the United States and Canada', () => {
    const all = createDialRules({ allow: ['+1*'], ownNumbers: [] });
    expect(['+14155550142', '+16135550142', '+18765551234', '+18095551234'].map((to) => all.mayDial(to))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('nothing outside the list is allowed, over 20,000 numbers and 200 lists', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{6,14}$/);
    const { met, expectAll } = countCases('a number of the list', 'a prefix of the list', 'refused');
    fc.assert(
      fc.property(
        fc.array(digits, { maxLength: 4 }),
        fc.array(fc.stringMatching(/^[1-9][0-9]{0,4}$/), { maxLength: 3 }),
        fc.array(fc.oneof(digits, fc.stringMatching(/^1(415|900|876)555[0-9]{4}$/)), {
          minLength: 100,
          maxLength: 100,
        }),
        (numbers, prefixes, tried) => {
          const allow = [...numbers.map((number) => `+${number}`), ...prefixes.map((prefix) => `+${prefix}*`)];
          const some = createDialRules({ allow, ownNumbers: [] });
          // Chance alone finds no number of the list, and few of its prefixes.
          const near = prefixes.flatMap((prefix) => tried.slice(0, 10).map((text) => `${prefix}${text}`.slice(0, 15)));
          for (const to of [...numbers, ...near, ...tried].map((text) => `+${text}`)) {
            if (!some.mayDial(to)) {
              met('refused');
              continue;
            }
            met(allow.includes(to) ? 'a number of the list' : 'a prefix of the list');
            expect(allow.includes(to) || prefixes.some((prefix) => to.startsWith(`+${prefix}`))).toBe(true);
            expect(to).not.toMatch(/^\+(1900|870|878|881|882|883|888|979|808)/);
          }
        },
      ),
      { numRuns: 200 },
    );
    expectAll();
  });

  it.each([['+1415'.repeat(9)], ['4155550142'], ['+*'], ['+1415**']])('the entry %s is refused by name', (entry) => {
    expect(() => createDialRules({ allow: [entry], ownNumbers: [] })).toThrow(JSON.stringify(entry).slice(0, 20));
  });
});
