import { describe, expect, it } from 'vitest';
import { callSettings, SCREENING_PHRASES } from '@amd/core';

const of = (options: object) => callSettings({ forwardTo: [], ...options });
const screening = (given: object) => ({ amd: { mode: 'async' }, screening: given });

describe('leg options', () => {
  it.each<[message: string, options: object]>([
    ['"confirmSeconds" must be a whole number from 4 to 60; got 3', { confirmSeconds: 3 }],
    ['"confirmSeconds" must be a whole number from 4 to 60; got 61', { confirmSeconds: 61 }],
    ['"timeLimitSeconds" must be a whole number from 60 to 14400; got 59', { timeLimitSeconds: 59 }],
    ['"timeLimitSeconds" must be a whole number from 60 to 14400; got 14401', { timeLimitSeconds: 14_401 }],
    ['"deadlineSeconds" must be a whole number from 10 to 3600; got 9', { deadlineSeconds: 9 }],
    ['"screening.phrases" must be a list of words; got a value of type string', screening({ phrases: 'who is it' })],
    ['"screening.phrases[1]" must have a word in it', screening({ phrases: ['who is it', ' - '] })],
    ['"screening.phrases[0]" must be a string; got a value of type number', screening({ phrases: [5] })],
    ['"screening.listenSeconds" must be a whole number from 4 to 60; got 3', screening({ listenSeconds: 3 })],
    ['"screening.waitSeconds" must be a whole number from 5 to 120; got 121', screening({ waitSeconds: 121 })],
    ['"policy.busy" must be "go on" or "fall back"; got "bridge"', { policy: { busy: 'bridge' } }],
    [
      '"policy.human" must be "bridge" or "confirm" or "hang up" or "leave a message"; got "go on"',
      { policy: { human: 'go on' } },
    ],
    [
      '"policy.unknown" asks for a key, but "confirm" is "never": change one of them',
      { policy: { unknown: 'confirm' }, confirm: 'never' },
    ],
  ])('%s', (message, options) => {
    expect(() => of(options)).toThrow(message);
  });

  it('leg options accept their limits', () => {
    for (const confirmSeconds of [4, 60]) expect(of({ confirmSeconds })).toMatchObject({ confirmSeconds });
    for (const timeLimitSeconds of [60, 14_400]) expect(of({ timeLimitSeconds })).toMatchObject({ timeLimitSeconds });
    for (const given of [
      { listenSeconds: 4, waitSeconds: 5 },
      { listenSeconds: 60, waitSeconds: 120 },
    ]) {
      expect(of(screening(given)).screening).toEqual({ phrases: SCREENING_PHRASES, ...given });
    }
  });

  it('screening options have defaults, and are off by default', () => {
    expect(of(screening({})).screening).toEqual({ phrases: SCREENING_PHRASES, listenSeconds: 12, waitSeconds: 30 });
    expect(of({}).screening).toBeNull();
  });
});

describe('confirm never', () => {
  it.each<[string, object]>([
    ['a policy of their own that asks nobody by name', { human: 'bridge', machine_start: 'hang up' }],
    ['no policy', {}],
  ])('with %s, confirm "never" overrides the preset', (_, policy) => {
    expect(of({ policy, confirm: 'never' })).toMatchObject({ confirm: 'never', policy: { unknown: 'confirm' } });
  });

  it.each(['strict', 'balanced', 'lenient'] as const)('confirm "never" overrides the preset %s', (policy) => {
    expect(of({ policy, confirm: 'never' })).toMatchObject({ confirm: 'never' });
  });
});
