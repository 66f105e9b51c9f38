import { describe, expect, it } from 'vitest';
import * as check from '../../src/kernel/check.js';

describe('options of a create… function', () => {
  const known = { accountSid: true, authToken: true, log: true } as const;

  it.each<readonly [given: string, meant: string]>([
    ['acountSid', 'accountSid'],
    ['accountSID', 'accountSid'],
    ['authTokn', 'authToken'],
    ['authTokens', 'authToken'],
    ['token', 'authToken'],
    ['lgo', 'log'],
  ])('%s is taken for %s', (given, meant) => {
    expect(() => {
      check.onlyKnown({ [given]: 1 }, 'createThing', known);
    }).toThrow(
      new TypeError(
        `"${given}" (a value of type number) is not an option of createThing (did you mean "${meant}"?); there are accountSid, authToken, log`,
      ),
    );
  });

  it.each(['a', 'lo g x', 'logAll', 'banana', 'sid3'])('%s is taken for none', (given) => {
    expect(() => {
      check.onlyKnown({ [given]: 'some' }, 'createThing', known);
    }).toThrow(
      new TypeError(`"${given}" ("some") is not an option of createThing; there are accountSid, authToken, log`),
    );
  });

  it('an option that is undefined is as good as none', () => {
    expect(() => {
      check.onlyKnown({ misspelt: undefined, log: 1 }, 'createThing', known);
    }).not.toThrow();
  });

  it.each<readonly [value: unknown, got: string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'a value of type string'],
    [[], 'a list'],
  ])('%j instead of the options is refused', (value, got) => {
    expect(() => {
      check.onlyKnown(value, 'createThing', known);
    }).toThrow(new TypeError(`"createThing" takes an object of options; got ${got}`));
  });
});

describe('values of options', () => {
  it.each(['https://a', 'http://a.example/path?x=1', 'HTTPS://A'])('%s is an address', (value) => {
    expect(check.url(value, 'base')).toBe(value);
  });

  it.each(['', 'a.example', 'ftp://a', ' https://a', 'https://', 'https:///path', 'https://a b', 1, null])(
    '%j is no address',
    (value) => {
      expect(() => check.url(value, 'base')).toThrow(new TypeError('"base" must be an absolute http(s) URL'));
    },
  );

  it.each([2, 3, 4])('%d is within 2 and 4', (value) => {
    expect(check.within(value, 2, 4, 'seconds')).toBe(value);
  });

  it.each<readonly [value: unknown, got: string]>([
    [1, '1'],
    [5, '5'],
    [2.5, '2.5'],
    [Number.NaN, 'NaN'],
    ['3', 'a value of type string'],
    [null, 'null'],
  ])('%j is not within 2 and 4', (value, got) => {
    expect(() => check.within(value, 2, 4, 'seconds')).toThrow(
      new RangeError(`"seconds" must be a whole number from 2 to 4; got ${got}`),
    );
  });

  it('a value in a message is cut, and one that may be secret is only described', () => {
    expect(() => check.oneOf('x'.repeat(99), ['a', 'b'], 'mode')).toThrow(
      new TypeError(`"mode" must be "a" or "b"; got "${'x'.repeat(40)}"`),
    );
    expect(() => check.flag('yes', 'isOn')).toThrow(new TypeError('"isOn" must be true or false; got "yes"'));
    expect(() => check.text(['secret'], 'token')).toThrow(new TypeError('"token" must be a string; got a list'));
  });

  it('holes of a list are values that are not there', () => {
    // eslint-disable-next-line no-sparse-arrays -- JavaScript has them
    expect(check.listOf([1, , 2], 'people', 'people')).toEqual([1, undefined, 2]);
  });
});
