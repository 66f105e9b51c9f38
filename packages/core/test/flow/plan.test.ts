import { describe, expect, it } from 'vitest';
import { atOnce, callSettings, inOrder, staggered, waves } from '@amd/core';

const ANN = '+14155550142';
const BEN = '+14155550143';
const NEITHER = 'must be a phone number in E.164 form, such as +14155550142, or an object with it as "to"; got';

describe('wrong plans', () => {
  it.each<[message: string, forwardTo: unknown]>([
    ['"forwardTo" must be a list of numbers, targets or steps; got a value of type object', {}],
    ['"forwardTo[0].targets" must be a list of numbers or targets; got a value of type string', [{ targets: ANN }]],
    [`"forwardTo[0]" ${NEITHER} a value of type number`, [14155550142]],
    [`"forwardTo[1]" ${NEITHER} null`, [ANN, null]],
    [`"forwardTo[1]" ${NEITHER} undefined`, [ANN, undefined]],
    [`"forwardTo[0]" ${NEITHER} a list`, [[ANN]]],
    [`"forwardTo[0].targets[1]" ${NEITHER} a list`, [{ targets: [ANN, [BEN]] }]],
    [
      '"forwardTo[0].after" is not an option (did you mean "nextAfterSeconds"?); there are targets, nextAfterSeconds',
      [{ targets: [ANN], after: 5 }],
    ],
    [
      '"forwardTo[0].nextAfterSeconds" must be a whole number from 1 to 600; got 601',
      [{ targets: [ANN], nextAfterSeconds: 601 }],
    ],
    [
      '"forwardTo[0].number" is not an option; there are to, name, ringSeconds, callerId, detection, confirm',
      [{ to: ANN, number: BEN }],
    ],
    ['"forwardTo[0].confirm" must be "never" or "when-unsure" or "always"; got "no"', [{ to: ANN, confirm: 'no' }]],
  ])('a wrong plan is refused: %s', (message, forwardTo) => {
    expect(() => callSettings({ forwardTo } as never)).toThrow(message);
  });

  it.each<[message: string, make: () => unknown]>([
    ['"groups" must be a list of lists of numbers or targets; got a value of type string', () => waves(ANN as never)],
    ['"groups[1]" must be a list of numbers or targets; got a value of type string', () => waves([[], ANN as never])],
    ['"targets" must be a list of numbers or targets; got a value of type string', () => atOnce(ANN as never)],
    [`"targets[1]" ${NEITHER} undefined`, () => inOrder([ANN, undefined as never])],
    ['"seconds" must be a whole number from 1 to 600; got 0', () => waves([[ANN]], 0)],
    ['"seconds" must be a whole number from 1 to 600; got 601', () => staggered(601, [ANN])],
  ])('a wrong plan is refused where it is made: %s', (message, make) => {
    expect(make).toThrow(message);
  });
});

describe('steps', () => {
  it('steps keep what each of them says', () => {
    const own = {
      to: ANN,
      name: 'Ann',
      ringSeconds: 12,
      callerId: BEN,
      confirm: 'always',
    } as const;
    expect(callSettings({ forwardTo: [{ targets: [own, BEN], nextAfterSeconds: 600 }, own] }).plan).toEqual([
      { targets: [own, { to: BEN }], nextAfterSeconds: 600 },
      { targets: [own], nextAfterSeconds: null },
    ]);
  });

  it('helpers make steps', () => {
    expect(inOrder([ANN, BEN])).toEqual([{ targets: [{ to: ANN }] }, { targets: [{ to: BEN }] }]);
    expect(atOnce([ANN, BEN])).toEqual([{ targets: [{ to: ANN }, { to: BEN }] }]);
    expect(staggered(1, [ANN, BEN])).toEqual([
      { targets: [{ to: ANN }], nextAfterSeconds: 1 },
      { targets: [{ to: BEN }], nextAfterSeconds: 1 },
    ]);
    expect(waves([[ANN], [BEN]])).toEqual([{ targets: [{ to: ANN }] }, { targets: [{ to: BEN }] }]);
    expect(waves([[ANN], []], 600)).toEqual([
      { targets: [{ to: ANN }], nextAfterSeconds: 600 },
      { targets: [], nextAfterSeconds: 600 },
    ]);
  });
});
