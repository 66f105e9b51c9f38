import { describe, expect, it } from 'vitest';
import {
  isAccountSid,
  isActivitySid,
  isCallSid,
  isConferenceSid,
  isE164,
  isReservationSid,
  isTaskSid,
  isWorkerSid,
  isWorkflowSid,
  isWorkspaceSid,
  callSid,
  e164,
} from '../../src/kernel/ids.js';
import { assertNever } from '../../src/kernel/draft.js';
import { AmdError, isAmdError } from '../../src/kernel/errors.js';

const HEX = '0123456789abcdef'.repeat(2);

describe('identifiers', () => {
  it.each([
    ['CA', isCallSid],
    ['AC', isAccountSid],
    ['CF', isConferenceSid],
    ['WS', isWorkspaceSid],
    ['WW', isWorkflowSid],
    ['WK', isWorkerSid],
    ['WT', isTaskSid],
    ['WR', isReservationSid],
    ['WA', isActivitySid],
  ] as const)('%s and 32 hexadecimal digits, in either case, are a SID, and nothing else', (prefix, is) => {
    expect(is(prefix + HEX)).toBe(true);
    expect(is(prefix + HEX.toUpperCase())).toBe(true);
    for (const wrong of [`XX${HEX}`, HEX, prefix, `${prefix}${HEX}0`, `${prefix}${HEX.slice(1)}`, ` ${prefix}${HEX}`]) {
      expect(is(wrong), wrong).toBe(false);
    }
    // Something that only looks like one when converted to a string.
    expect(is({ toString: () => prefix + HEX })).toBe(false);
    expect(is([prefix + HEX])).toBe(false);
    expect(is(undefined)).toBe(false);
  });

  it('a number has a plus and 7 to 15 digits', () => {
    expect(isE164('+1415555')).toBe(true);
    expect(isE164('+141555501234567')).toBe(true);
    for (const wrong of ['+141555', '+1415555012345678', '14155550142', '+04155550142', ['+14155550142']]) {
      expect(isE164(wrong), String(wrong)).toBe(false);
    }
  });

  it('a wrong identifier is refused by the name of its option, with the given value cut short', () => {
    expect(e164('+14155550142', 'to')).toBe('+14155550142');
    expect(() => e164('12', 'to')).toThrow(
      new TypeError('"to" must be a phone number in E.164 form, such as +14155550142; got "12"'),
    );
    expect(callSid(`CA${HEX}`, 'sid')).toBe(`CA${HEX}`);
    expect(() => callSid('x'.repeat(100), 'sid')).toThrow(
      new TypeError(`"sid" must be a Call SID (CA and 32 hexadecimal digits); got "${'x'.repeat(60)}"`),
    );
    expect(() => callSid(12, 'sid')).toThrow('got number');
  });
});

describe('errors of this library', () => {
  it('errors of this library are known by name and code, including those of another copy', () => {
    expect(isAmdError(new AmdError('ERR_STOPPED', 'stopped'))).toBe(true);
    const other = Object.assign(new Error('stopped'), { name: 'AmdError', code: 'ERR_STOPPED' });
    expect(isAmdError(other)).toBe(true);
  });

  it.each([
    ['another error', new Error('stopped')],
    ['an error with a code', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
    ['one without a code', Object.assign(new Error('stopped'), { name: 'AmdError' })],
    ['something that is no error', { name: 'AmdError', code: 'ERR_STOPPED' }],
    ['nothing', undefined],
  ])('%s is not an error of this library', (_, error) => {
    expect(isAmdError(error)).toBe(false);
  });

  it('errors of this library carry their name, code, message and cause', () => {
    const cause = new Error('why');
    const error = new AmdError('ERR_TIMEOUT', 'too long', { cause });
    expect(error).toMatchObject({ name: 'AmdError', code: 'ERR_TIMEOUT', message: 'too long', cause });
  });
});

it('assertNever shows the value that the types exclude', () => {
  expect(() => assertNever({ type: 'new' } as never)).toThrow(new TypeError('unexpected value {"type":"new"}'));
});
