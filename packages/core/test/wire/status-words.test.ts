import { describe, expect, test } from 'vitest';
import { formatRef, parseRef } from '@amd/core';
import { parseAnsweredBy } from '../../src/wire/answered-by.js';
import { CALL_STATUSES, isFinalStatus, parseCallStatus } from '../../src/wire/call-status.js';
import { parseForm } from '../../src/wire/params.js';
import { digitsField, wordField } from '../../src/wire/fields.js';
import { hiddenParam } from '../../src/wire/hidden.js';
import { signedUrls } from '../../src/wire/signature.js';
import { escapeAttribute, escapeText } from '../../src/wire/xml-text.js';
import { CALLER } from '../helpers/webhooks.js';

describe('the status of a call', () => {
  test.each([
    ['queued', false],
    ['initiated', false],
    ['ringing', false],
    ['in-progress', false],
    ['completed', true],
    ['busy', true],
    ['failed', true],
    ['no-answer', true],
    ['canceled', true],
  ] as const)('the status %s is final: %s', (status, final) => {
    expect(parseCallStatus(status)).toBe(status);
    expect(isFinalStatus(status)).toBe(final);
  });

  test('a status is one of nine', () => {
    expect(CALL_STATUSES).toHaveLength(9);
    for (const other of [undefined, '', 'Ringing', 'answered']) expect(parseCallStatus(other)).toBeUndefined();
  });
});

describe('who answered', () => {
  test.each([
    ['human', 'human'],
    ['machine_start', 'machine_start'],
    ['machine_end_beep', 'machine_end_beep'],
    ['machine_end_silence', 'machine_end_silence'],
    ['machine_end_other', 'machine_end_other'],
    ['fax', 'fax'],
    ['unknown', 'unknown'],
    ['machine_of_tomorrow', 'machine_end_other'],
    ['a machine', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('the verdict %s is read as %s', (value, expected) => {
    expect(parseAnsweredBy(value)).toBe(expected);
  });
});

describe('the reference of a callback', () => {
  const ref = { flow: 'forwarding', key: CALLER, visit: 12, leg: 0, purpose: 'leg.answered' } as const;

  test('a reference is read as it was written', () => {
    expect(formatRef(ref)).toBe(`forwarding.${CALLER}.12.0`);
    expect(parseRef(formatRef(ref), 'leg.answered')).toEqual(ref);
    expect(parseRef(`taskrouter.${CALLER}.1.99999`, 'leg.status')).toEqual({
      flow: 'taskrouter',
      key: CALLER,
      visit: 1,
      leg: 99_999,
      purpose: 'leg.status',
    });
    expect(formatRef({ ...ref, part: 2 })).toBe(`forwarding.${CALLER}.12.0.2`);
    expect(parseRef(`forwarding.${CALLER}.12.0.2`, 'leg.answered')).toEqual({ ...ref, part: 2 });
  });

  test.each([
    null,
    undefined,
    '',
    `forwarding.${CALLER}.1`,
    `forwarding.${CALLER}.0.1`,
    `forwarding.${CALLER}.01.1`,
    `forwarding.${CALLER}.1.01`,
    `forwarding.${CALLER}.1.100000`,
    `forwarding.${CALLER}.1.1.0`,
    `forwarding.${CALLER}.1.1.10`,
    `forwarding.${CALLER}.1.1.1.1`,
    ` forwarding.${CALLER}.1.1`,
    `Forwarding.${CALLER}.1.1`,
    `${'f'.repeat(21)}.${CALLER}.1.1`,
    `.${CALLER}.1.1`,
    'forwarding.CA12.1.1',
    `forwarding.WT${CALLER.slice(2)}.1.1`,
  ])('the text %s is not a reference', (text) => {
    expect(parseRef(text, 'leg.answered')).toBeUndefined();
  });
});

describe('a form that is refused says why', () => {
  test.each([
    ['A=1&A=2', 'parameter "A" is there twice'],
    ['=1', 'parameter "" is not a name'],
    [`${'A'.repeat(256)}=`, `parameter "${'A'.repeat(40)}" is not a name`],
  ])('a refused form says why: %s', (body, problem) => {
    expect(parseForm(body)).toEqual({ ok: false, status: 403, problem });
  });

  test('a form of too many parameters, or too long, says why', () => {
    const many = Array.from({ length: 201 }, (_, index) => `P${String(index)}=`).join('&');
    expect(parseForm(many)).toEqual({ ok: false, status: 413, problem: 'there are more than 200 parameters' });
    expect(parseForm('x'.repeat(65_537))).toEqual({
      ok: false,
      status: 413,
      problem: 'the body is longer than 64 KiB',
    });
    expect(parseForm('')).toEqual({ ok: true, params: new Map() });
  });
});

describe('a parameter that is hidden in another', () => {
  const reads = [wordField('AnsweredBy'), digitsField('Digits', 9)];
  test.each<[Record<string, string>, string | null]>([
    [{ AnsweredB: 'yhuman' }, 'AnsweredBy is missing, but hidden in the name or value of another'],
    [{ AnsweredBy: '!', Caller: '' }, null],
    [{ AnsweredBy: 'humanCa', ller: '' }, 'AnsweredBy has the next parameter in it'],
    [{ CallerName: 'xDigits1' }, 'Digits is missing, but hidden in the name or value of another'],
    [{ AnsweredBy: 'human', Digits: '1' }, null],
    [{}, null],
  ])('hidden parameters are found in %j', (fields, expected) => {
    expect(hiddenParam(new Map(Object.entries(fields)), { reads })).toBe(expected);
  });
});

describe('an address that may have been signed', () => {
  test.each([
    ['http://[::]:3000/x', ['http://[::]/x', 'http://[::]:3000/x']],
    [
      'HTTPS://a.example/x',
      ['HTTPS://a.example/x', 'HTTPS://a.example:443/x', 'https://a.example/x', 'https://a.example:443/x'],
    ],
    ['http://a b/x', ['http://a b/x', 'http://a b:80/x']],
    ['see https://a.example/x', []],
    ['ftp://a.example/x', []],
  ])('the addresses that may have been signed are listed: %s', (url, expected) => {
    expect([...signedUrls(url)]).toEqual(expected);
  });
});

describe('text in a document', () => {
  test.each([
    ['', '', ''],
    ['plain 1-2?', 'plain 1-2?', 'plain 1-2?'],
    [`&<>"'`, `&amp;&lt;&gt;"'`, `&amp;&lt;&gt;&quot;'`],
    ['a\tb\nc\rd', 'a\tb\nc&#xD;d', 'a&#x9;b&#xA;c&#xD;d'],
    ['\u0000a', 'a', 'a'],
    ['a\u0000b', 'ab', 'ab'],
    ['ab\uFFFEc\uD800d', 'abcd', 'abcd'],
    ['é😀', 'é😀', 'é😀'],
  ])('%j is escaped in a document', (text, between, quoted) => {
    expect(escapeText(text)).toBe(between);
    expect(escapeAttribute(text)).toBe(quoted);
  });
});
