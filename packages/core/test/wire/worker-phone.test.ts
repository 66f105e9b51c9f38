import { describe, expect, it } from 'vitest';
import { checkPhoneAttributes, phoneIn } from '../../src/wire/worker-phone.js';

const ANN = '+14155550142';
const none = (attribute: string | null) => ({ phone: null, attribute });

describe("the number in a worker's attributes", () => {
  it.each([
    ANN,
    '\t+14155550142 ',
    '+1 415 555 0142',
    '+1 (415) 555-0142',
    '+1.415.555.0142',
    '+1\u00a0415\u202f555\u20110142',
    '+1 [415] 555\u20130142',
  ])('a number is read as people write it: %j', (phone) => {
    expect(phoneIn(JSON.stringify({ phone }))).toEqual({ phone: ANN, attribute: 'phone' });
  });

  it.each([
    ['4155550142', 'no country code'],
    ['+44 (0)20 7946 0958', 'a zero that only some countries dial'],
    ['client:ann', 'an app'],
    ['sip:ann@example.com', 'an address'],
    ['+1415555O142', 'a letter'],
    ['+1', 'too short'],
    ['+14155550142;ext=7', 'an extension'],
    ['++14155550142', 'two signs'],
  ])('a number is not guessed: %j, %s', (phone) => {
    expect(phoneIn(JSON.stringify({ phone }))).toEqual(none('phone'));
  });

  it.each([14155550142, true, {}, [ANN]])('a number is not read from %j', (phone) => {
    expect(phoneIn(JSON.stringify({ phone }))).toEqual(none('phone'));
  });

  it.each([
    '{"phone":""}',
    '{"phone":" "}',
    '{"phone":null}',
    '{"tel":"+14155550142"}',
    '["+1"]',
    'null',
    '"+1"',
    '{',
    '',
  ])('a number is missing in %j', (json) => {
    expect(phoneIn(json)).toEqual(none(null));
  });
});

describe('the attribute that holds the number', () => {
  it('the attribute is `phone`, then `contact_uri`, and the first that can be read', () => {
    expect(phoneIn(JSON.stringify({ contact_uri: ANN }))).toEqual({ phone: ANN, attribute: 'contact_uri' });
    expect(phoneIn(JSON.stringify({ contact_uri: '+14155550143', phone: ANN })).phone).toBe(ANN);
    expect(phoneIn(JSON.stringify({ contact_uri: ANN, phone: 'ask reception' })).phone).toBe(ANN);
    expect(phoneIn(JSON.stringify({ contact_uri: 'client:ann', phone: '' }))).toEqual(none('contact_uri'));
  });

  it('the attribute is the configured one, and never a property of every object', () => {
    expect(phoneIn(JSON.stringify({ phone: '+14155550143', mobile: ANN }), ['mobile'])).toMatchObject({ phone: ANN });
    expect(phoneIn('{}', ['constructor', '__proto__'])).toEqual(none(null));
  });

  it.each([[[]], ['phone'], [['']], [[1]], [null]])('an option that names no attribute is refused: %j', (names) => {
    expect(() => checkPhoneAttributes(names)).toThrow('"phoneAttributes" must be a list');
  });
});
