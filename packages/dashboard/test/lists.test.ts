import { createMemoryStore, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createDialRules, createPeopleLists, type PeopleLists } from '@amd/dashboard';
import { describe, expect, it } from 'vitest';

const OURS = '+14155550199';
const OTHER = '+14155550198';
const ANN = { name: 'Ann', to: '+14155550142' };
const BEN = { name: 'Ben', to: '+14155550143' };
const CARA = { name: 'Cara', to: '+14155550144' };
const clock = manualClock();

function lists(
  options: { readonly store?: Store; readonly configured?: ReadonlyMap<string, readonly (typeof ANN)[]> } = {},
): PeopleLists {
  return createPeopleLists({
    store: options.store ?? createMemoryStore(),
    clock,
    configured: options.configured ?? new Map([['*', [ANN]]]),
    inboundNumbers: [OURS],
    problem: () => null,
  });
}

describe('the lists that there are', () => {
  it('there is a list for each of our numbers and each configured one, once, with the one for all others last', async () => {
    const configured = new Map([
      ['*', [ANN]],
      [OTHER, [BEN]],
      [OURS, [CARA]],
    ]);
    const all = await lists({ configured }).all();
    expect(all.map(({ inbound, people }) => [inbound, people])).toEqual([
      [OTHER, [BEN]],
      [OURS, [CARA]],
      ['*', [ANN]],
    ]);
  });

  it('lists are empty without configuration, and there is always one for all others', async () => {
    const empty = { revision: 0, source: 'configured', people: [], savedAt: null };
    expect(await lists({ configured: new Map() }).all()).toEqual([
      { inbound: OURS, ...empty },
      { inbound: '*', ...empty },
    ]);
  });

  it('lists say what was saved, when, and the revision; and nothing of it once it was reset', async () => {
    const people = lists();
    const saved = { inbound: OURS, revision: 1, source: 'saved', people: [BEN], savedAt: clock.now() };
    expect(await people.save({ inbound: OURS, revision: 0, people: [BEN] })).toEqual({ ok: true, list: saved });
    expect((await people.all())[0]).toEqual(saved);
    await people.save({ inbound: OURS, revision: 1, people: null });
    const back = { inbound: OURS, revision: 2, source: 'configured', people: [], savedAt: null };
    expect((await people.all())[0]).toEqual(back);
  });
});

describe('whom to ring', () => {
  it('a number with a list of its own uses it, others use the list for all others', async () => {
    const people = lists({
      configured: new Map([
        ['*', [ANN]],
        [OURS, [BEN]],
      ]),
    });
    expect(await people.for(OURS)).toEqual([BEN]);
    expect(await people.for(OTHER)).toEqual([ANN]);
    expect(await people.for('*')).toEqual([ANN]);
  });

  it('nobody is rung without configuration', async () => {
    expect(await lists({ configured: new Map() }).for(OURS)).toEqual([]);
  });

  it('the list for all others may be saved too, and applies to every number without a list of its own', async () => {
    const people = lists();
    await people.save({ inbound: '*', revision: 0, people: [CARA] });
    expect([await people.for(OURS), await people.for(OTHER)]).toEqual([[CARA], [CARA]]);
  });

  it('a saved list of a number that no longer has one is never used', async () => {
    const store = createMemoryStore();
    const with2 = createPeopleLists({
      store,
      clock,
      configured: new Map(),
      inboundNumbers: [OTHER],
      problem: () => null,
    });
    await with2.save({ inbound: OTHER, revision: 0, people: [BEN] });
    expect(await with2.for(OTHER)).toEqual([BEN]);
    expect(await lists({ store }).for(OTHER)).toEqual([ANN]);
  });

  it('whom to ring is not guessed when the stored list cannot be read', async () => {
    const store = createMemoryStore();
    const data = JSON.stringify({ v: 2, at: 1, people: [] });
    const commit = { expected: 0, data, expiresAt: null, now: clock.now(), put: [], drop: [] };
    await store.commit({ key: `people:${OURS}`, ...commit });
    await expect(lists({ store }).for(OURS)).rejects.toThrow();
  });
});

describe('what may be saved', () => {
  const refused = async (people: unknown, more: object = {}): Promise<unknown> => {
    const result = await lists().save({ inbound: OURS, revision: 0, people, ...more });
    return result.ok || result.code !== 'invalid' ? result : result.problems;
  };
  const sentence = (index: number | null, field: string, message: string) => ({ index, field, message });
  const FORM = [sentence(null, 'list', 'The list has the wrong form: load the page again.')];

  it('problems are sentences that name the place, the field and what to do', async () => {
    expect(await refused([], { inbound: OTHER })).toEqual([
      sentence(null, 'list', 'Calls to this number have no list of their own.'),
    ]);
    expect(await refused([])).toEqual([
      sentence(null, 'list', 'Add at least one person, or go back to the configured list.'),
    ]);
    const many = Array.from({ length: 201 }, (_, at) => ({ name: '', to: String(at) }));
    expect(await refused(many)).toEqual([sentence(null, 'list', 'Ring at most 200 people.')]);
    expect(await refused([ANN, { name: 'x'.repeat(81), to: '' }, ANN])).toEqual([
      sentence(1, 'name', 'The name must have at most 80 characters.'),
      sentence(1, 'to', 'The number is missing.'),
      sentence(2, 'to', 'The number is in the list already, at place 1.'),
    ]);
    expect(await refused([{ name: 'A\u200enn', to: ANN.to }])).toEqual([
      sentence(0, 'name', 'The name contains invisible characters: type it again.'),
    ]);
  });

  it('a list has at most two hundred people, with names of eighty characters, trimmed', async () => {
    const people = Array.from({ length: 200 }, (_, at) => ({
      name: ` ${'x'.repeat(80)} `,
      to: ` +1415555${String(1000 + at)} `,
    }));
    const result = await lists().save({ inbound: OURS, revision: 0, people });
    expect(result).toMatchObject({ ok: true, list: { people: { length: 200 } } });
    if (result.ok) expect(result.list.people[0]).toEqual({ name: 'x'.repeat(80), to: '+14155551000' });
  });

  it('several people without a number are each named, and do not count as duplicates', async () => {
    const nobody = { name: 'x', to: ' ' };
    expect(await refused([nobody, nobody])).toEqual([
      sentence(0, 'to', 'The number is missing.'),
      sentence(1, 'to', 'The number is missing.'),
    ]);
  });

  it.each([
    ['a revision below zero', [ANN], { revision: -1 }],
    ['half a revision', [ANN], { revision: 0.5 }],
    ['a field more', [ANN], { more: 1 }],
    ['a field more of a person', [{ ...ANN, more: 1 }], {}],
    ['no people', undefined, {}],
    ['a number that is none', [{ ...ANN, to: 1 }], {}],
    ['a name of 401 characters', [{ ...ANN, name: 'x'.repeat(401) }], {}],
    ['a number of 61 characters', [{ ...ANN, to: '1'.repeat(61) }], {}],
    ['an inbound number of 41 characters', [ANN], { inbound: '1'.repeat(41) }],
  ])('a list with %s is refused', async (_, people, more) => {
    expect(await refused(people, more)).toEqual(FORM);
  });

  it.each(['\u0000', '\u007f', '\u0085', '\ud800', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'])(
    'a name with %j in it is refused',
    async (character) => {
      expect(await refused([{ name: `A${character}n`, to: ANN.to }])).toMatchObject([{ index: 0, field: 'name' }]);
    },
  );

  it('any other name is accepted', async () => {
    for (const name of ['Zoë 🙂', '李雷', "O'Brien-Smith", ''])
      expect(await lists().save({ inbound: OURS, revision: 0, people: [{ name, to: ANN.to }] })).toMatchObject({
        ok: true,
      });
  });

  it('the problem of a number is a sentence', async () => {
    const people = createPeopleLists({
      store: createMemoryStore(),
      configured: new Map(),
      inboundNumbers: [OURS],
      problem: (to) => (to === BEN.to ? 'is a pager' : null),
    });
    expect(await people.save({ inbound: OURS, revision: 0, people: [ANN, BEN] })).toMatchObject({
      problems: [sentence(1, 'to', 'The number is a pager.')],
    });
  });

  it('saving says what to do when the store is down, whether writing or reading back fails', async () => {
    const message = 'The list could not be stored. Nothing was changed: try again.';
    const away = (): Promise<never> => Promise.reject(new Error('away'));
    for (const part of [{ commit: away }, { read: away }])
      expect(
        await lists({ store: { ...createMemoryStore(), ...part } }).save({ inbound: OURS, revision: 0, people: [ANN] }),
      ).toEqual({ ok: false, code: 'failed', message });
  });
});

describe('what may be dialled', () => {
  const rules = createDialRules({ allow: ['+14155550142', '+44*', '+49*', '+1*', '+878*'], ownNumbers: [OURS] });

  it.each([
    ['14155550142', 'must be a full phone number, with + and the country code, such as +14155550142'],
    [OURS, 'is a number of our own: the call would come back to us'],
    ['+1415555014', 'is not a phone number that exists: check it'],
    ['+999123456789', 'is not a phone number that exists: check it'],
    ['+870773111632', 'is of a satellite or global network'],
    ['+878101234567890', 'is of a satellite or global network'],
    ['+881612345678', 'is of a satellite or global network'],
    ['+88216123456', 'is of a satellite or global network'],
    ['+883510012345', 'is of a satellite or global network'],
    ['+88812345678901', 'is of a satellite or global network'],
    ['+979123456789', 'is of a satellite or global network'],
    ['+80812345678', 'is of a satellite or global network'],
    ['+449098790000', 'is a premium-rate number'],
    ['+491801234567', 'is a shared-cost number'],
    ['+49177991234567', 'is a voicemail access number'],
    ['+447012345678', 'is a personal number, which is billed like a premium-rate one'],
    ['+447640123456', 'is a pager'],
    ['+33612345678', 'is not among the numbers that may be dialled: whoever runs this has to allow it (DIAL_ALLOW)'],
    ['+18765551234', 'is not among the numbers that may be dialled: whoever runs this has to allow it (DIAL_ALLOW)'],
  ])('the rules refuse %s, which %s', (to, problem) => {
    expect(rules.problem(to)).toBe(problem);
    expect(rules.mayDial(to)).toBe(false);
  });

  it('the rules allow numbers of the list, of the prefixes, and of the United States and Canada for +1*', () => {
    for (const to of ['+14155550142', '+447911123456', '+493012345678', '+12125550123', '+16135550142']) {
      expect(rules.problem(to)).toBeNull();
      expect(rules.mayDial(to)).toBe(true);
    }
  });

  it('the rules allow a number of another country of +1 if the list has it, or a longer prefix', () => {
    for (const entry of ['+18765551234', '+1876*'])
      expect(createDialRules({ allow: [entry], ownNumbers: [] }).mayDial('+18765551234')).toBe(true);
  });

  it('the rules allow no number for being the beginning of an allowed one', () => {
    const one = createDialRules({ allow: ['+14155550142'], ownNumbers: [] });
    expect(['+14155550142', '+14155550143', '+12125550123'].map((to) => one.mayDial(to))).toEqual([true, false, false]);
  });

  it.each([
    [['x'], [], '"allow" has "x": write +14155550142, or +1415* for all that begin so'],
    [['+14155550142 '], [], '"allow" has "+14155550142 ": write +14155550142, or +1415* for all that begin so'],
    [
      [`+${'1'.repeat(50)}`],
      [],
      `"allow" has "+${'1'.repeat(39)}": write +14155550142, or +1415* for all that begin so`,
    ],
    [[['+1*']], [], '"allow" has object: write +14155550142, or +1415* for all that begin so'],
    [[7], [], '"allow" has number: write +14155550142, or +1415* for all that begin so'],
    [['+0*'], [], '"allow" has "+0*": write +14155550142, or +1415* for all that begin so'],
    [['x+1*'], [], '"allow" has "x+1*": write +14155550142, or +1415* for all that begin so'],
    [['+1*x'], [], '"allow" has "+1*x": write +14155550142, or +1415* for all that begin so'],
    [[], ['+1415*'], '"ownNumbers" has "+1415*": write it like +14155550142'],
  ])('the lists %j and %j are refused, and the entry is named', (allow, ownNumbers, message) => {
    expect(() => createDialRules({ allow: allow as unknown as string[], ownNumbers })).toThrow(new TypeError(message));
  });
});
