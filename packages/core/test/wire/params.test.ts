import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { countCases } from '../helpers/met.js';
import { sign } from '../../src/http/security/signature.js';
import { parseForm } from '../../src/wire/params.js';
import { parseCall, parseConference, parseInbound, parseLeg, parseStatus } from '../../src/wire/payloads.js';
import { CALLER, common, LEG, TOKEN } from '../helpers/webhooks.js';

const ROOM = `CF${'3'.repeat(32)}`;
const answered = (form: ReadonlyMap<string, string>) => parseLeg(form, 'answered');
const keyed = (form: ReadonlyMap<string, string>) => parseLeg(form, 'key');
const params = (fields: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(fields));

describe('the form', () => {
  test('a form is decoded, empty values and unknown parameters included', () => {
    const form = parseForm('From=%2B12125550123&FromCity=&ToCity=SAN+FRANCISCO&NewIn2027=x');
    expect(form.ok && [...form.params]).toEqual([
      ['From', '+12125550123'],
      ['FromCity', ''],
      ['ToCity', 'SAN FRANCISCO'],
      ['NewIn2027', 'x'],
    ]);
  });

  test("a SIP caller's form may carry header names with dashes", () => {
    expect(parseForm('SipHeader_X-Customer-Id=7&SipDomain=a').ok).toBe(true);
  });

  test.each([
    ['a repeated parameter', 'CallStatus=ringing&CallStatus=in-progress', 403, 'twice'],
    ['a repeated parameter with the same value', 'CallSid=a&CallSid=a', 403, 'twice'],
    ['an empty name', '=x', 403, 'not a name'],
    ['everything folded into one name', `A${'b'.repeat(300)}=`, 403, 'not a name'],
    ['more than 64 KiB', `A=${'x'.repeat(65_535)}`, 413, '64 KiB'],
    ['more than 200 parameters', Array.from({ length: 201 }, (_, i) => `P${String(i)}=`).join('&'), 413, '200'],
  ])('a form with %s is refused', (_, body, status, problem) => {
    expect(parseForm(body)).toMatchObject({ ok: false, status, problem: expect.stringContaining(problem) as string });
  });

  test.each([
    'msg',
    'agent-id',
    'constructor',
    '__proto__',
    'A[b]',
    'Caller name',
    '_id',
    'Größe',
    'Digits2',
    'x'.repeat(255),
  ])('a form may have the name %j: a client app chooses those of its parameters', (name) => {
    const form = parseForm(new URLSearchParams([[name, 'x']]).toString());
    expect(form.ok && [...form.params]).toEqual([[name, 'x']]);
  });

  test('a form may repeat what is not Twilio’s own, and is signed as Twilio’s library signs it', () => {
    const form = parseForm('SipHeader_X-Tag=b&SipHeader_X-Tag=a&SipHeader_X-Tag=b&a%5B%5D=2&a%5B%5D=1');
    if (!form.ok) throw new Error(form.problem);
    const repeated = { 'SipHeader_X-Tag': ['b', 'a', 'b'], 'a[]': ['2', '1'] };
    const signature = twilio.getExpectedTwilioSignature(TOKEN, 'https://a.example/x', repeated);
    expect(sign(TOKEN, 'https://a.example/x', form.params)).toBe(signature);
  });

  test('a form of 64 KiB and 200 parameters is accepted', () => {
    expect(parseForm(`A=${'x'.repeat(65_534)}`).ok).toBe(true);
    expect(parseForm(Array.from({ length: 200 }, (_, i) => `P${String(i)}=`).join('&')).ok).toBe(true);
  });

  test('parsing a form never throws, and returns what was sent', () => {
    const { met, expectAll } = countCases('read', 'refused');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('A=1&=2', 'A=1&A=2')), (body) => {
        const form = parseForm(body);
        const sent = [...new URLSearchParams(body)];
        const isOnce = new Set(sent.map(([name]) => name)).size === sent.length;
        met(form.ok ? 'read' : 'refused');
        if (form.ok && isOnce) expect([...form.params]).toEqual(sent);
      }),
    );
    expectAll();
  });
});

describe('the form compared with URLSearchParams', () => {
  /** How forms were parsed before plain ASCII had its own path, with nothing refused. */
  const reference = (body: string): (readonly [string, string])[] => {
    const values = new Map<string, Set<string>>();
    for (const [name, value] of new URLSearchParams(body)) values.set(name, (values.get(name) ?? new Set()).add(value));
    return [...values].map(([name, all]) => [name, [...all].sort().join(name)]);
  };
  const wellFormed = (text: string): string => Buffer.from(text).toString();
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'aB1-_.~*+&=;?#/%[]"<> \t\n\u0000'.split('')) },
    { weight: 4, arbitrary: fc.constantFrom('From', 'CallSid', 'X-Tag', '&&', '==', '+1212', '=&=') },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`) },
    {
      weight: 2,
      arbitrary: fc.integer({ min: 0, max: 127 }).map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`),
    },
    {
      weight: 2,
      arbitrary: fc.string({ unit: 'binary', maxLength: 2 }).map((text) => encodeURIComponent(wellFormed(text))),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%', '%4', '%zz', '%C3%28', '%ED%A0%80', '%EF%BB%BF', '\uD800', 'ü', '😀'),
    },
  );
  const body = fc.oneof(
    // A client app may send a name of its own twice.
    fc
      .array(fc.tuple(fc.constantFrom('x', 'y[]', 'From'), fc.constantFrom('', '1', '2', '%31')), { maxLength: 6 })
      .map((pairs) => pairs.map((pair) => pair.join('=')).join('&')),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    fc
      .array(fc.tuple(fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 })
      .map((pairs) =>
        new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, wellFormed(value)])).toString(),
      ),
  );

  test('parseForm reads the same names and values in the same order, whatever is sent', () => {
    const { met, expectAll } = countCases('plain', 'unusual', 'repeated', 'refused');
    fc.assert(
      fc.property(body, (text) => {
        // Given
        const expected = reference(text);
        // When
        const form = parseForm(text);
        // Then
        if (form.ok) expect([...form.params]).toEqual(expected);
        else expect(form.problem).toMatch(/is not a name|is there twice/);
        met(form.ok ? (/[^ -~]|%(?![0-7])/.test(text) ? 'unusual' : 'plain') : 'refused');
        if (form.ok && expected.length < [...new URLSearchParams(text)].length) met('repeated');
      }),
      { numRuns: 3000 },
    );
    expectAll();
  });

  test.each([
    '?A=1',
    'x=1&x=1&x=2',
    'A=%zz&B=1',
    'A=%C3%BC',
    'A=%c3',
    'A=%7f&B=%80',
    'A=\uD800',
    'A=%EF%BB%BFx',
    '&&A&=',
    '\uFEFFA=1',
  ])('parseForm reads %j like URLSearchParams', (text) => {
    // Given
    const name = [...new URLSearchParams(text).keys()].at(-1);
    // When
    const form = parseForm(text);
    // Then
    expect(form.ok ? [...form.params] : form.status).toEqual(name === '' ? 403 : reference(text));
  });

  test('parsed parameters are signed as by Twilio’s library', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ maxLength: 12 })), (fields) => {
        // Given
        const sent = Object.fromEntries(Object.entries(fields).map(([name, value]) => [wellFormed(name), value]));
        const form = parseForm(new URLSearchParams(sent).toString());
        if (!form.ok) throw new Error(form.problem);
        // When
        const signature = sign(TOKEN, 'https://a.example/x', form.params);
        // Then
        expect(signature).toBe(twilio.getExpectedTwilioSignature(TOKEN, 'https://a.example/x', sent));
      }),
    );
  });
});

describe('payloads', () => {
  test('an inbound call is read; its token stays as it came', () => {
    const token = '%7B%22parentCallInfoToken%22%3A%22eyJ.sig%22%7D';
    expect(parseInbound(params(common(CALLER, { CallStatus: 'ringing', CallToken: token })))).toEqual({
      ok: true,
      sid: CALLER,
      status: 'ringing',
      from: '+12125550123',
      to: '+14155550199',
      token,
    });
  });

  test('a withheld caller without a token is read', () => {
    const inbound = parseInbound(params(common(CALLER, { From: '', CallToken: '' })));
    expect(inbound).toMatchObject({ ok: true, from: '' });
    expect(inbound).not.toHaveProperty('token');
  });

  test.each([
    ['CallSid', {}],
    ['CallSid', { CallSid: 'CA123', CallStatus: 'ringing' }],
    ['CallStatus', { CallSid: CALLER }],
    ['CallStatus', { CallSid: CALLER, CallStatus: 'answered' }],
  ])('a bad %s is named', (name, fields) => {
    for (const parse of [parseCall, parseInbound, answered, parseStatus]) {
      expect(parse(params(fields))).toMatchObject({ ok: false, problem: expect.stringContaining(name) as string });
    }
  });

  test.each([
    ['From', { From: '+12125550123FromCity' }],
    ['To', { To: '+14155550199ToCity' }],
    ['To', { To: '+15551234567To+14155550199' }],
  ])('a %s with the next parameter shifted into it is refused', (name, fields) => {
    const problem = expect.stringContaining(name) as string;
    const { FromCity: _, ...rest } = common(CALLER, fields);
    expect(parseInbound(params(rest))).toMatchObject({ ok: false, problem });
  });

  test('a missing To is refused: Twilio sends it even if it is empty', () => {
    const { To: _, ...rest } = common(CALLER);
    expect(parseInbound(params(rest))).toMatchObject({ ok: false, problem: 'To is missing' });
  });

  test.each(['+', '+1-212', '+1212x', `+${'1'.repeat(21)}`])('a caller with the odd number %s is withheld', (From) => {
    expect(parseInbound(params(common(CALLER, { From })))).toMatchObject({ ok: true, from: '' });
  });

  test('a caller without a number is withheld', () => {
    const { From: _, ...rest } = common(CALLER);
    expect(parseInbound(params(rest))).toMatchObject({ ok: true, from: '' });
    expect(parseInbound(params({ ...rest, CallerName: 'Message From Ann' }))).toMatchObject({ ok: true, from: '' });
    // The same bytes are a caller with a number.
    expect(parseInbound(params({ ...rest, Forwarded: 'xFrom+12125550123' }))).toMatchObject({ ok: false });
  });

  test.each([
    [answered, { AnsweredBy: 'humanApiVersion2010-04-01' }],
    [parseStatus, { AnsweredBy: 'human ' }],
    [parseStatus, { SipResponseCode: '200StirStatusB' }],
    [answered, { AnsweredB: 'yhuman' }],
    [answered, { AnsweredByhu: 'man' }],
    [answered, { Acme: 'xAnsweredByhuman' }],
    [keyed, { CallerName: 'xDigits1' }],
    [keyed, { CallerName: 'xDigits1Dinner' }],
    [parseStatus, { Other: 'SipResponseCode404' }],
    [parseInbound, { CallToken: '%7BCalled+14155550199' }],
    [parseConference, { StatusCallbackEvent: 'conference-endTimestamp' }],
    [parseConference, { StatusCallbackEvent: 'conference-end', ReasonParticipantLeft: 'a!' }],
    [parseConference, { StatusCallbackEvent: 'conference-end', ParticipantCallStatus: 'a!' }],
  ] as const)('a word with something shifted into it is refused', (parse, fields) => {
    expect(parse(params(common(LEG, fields as Record<string, string>)))).toMatchObject({ ok: false });
  });

  test.each([
    // Behind it, it would not sort; and what follows that is not a name.
    [answered, { CallerName: 'xAnsweredByhuman' }],
    [keyed, { CallerName: 'xDigits1zoo' }],
    [keyed, { CallerName: 'xDigits and more' }],
    // It is not read here.
    [answered, { CallerName: 'xDigits1' }],
    [parseCall, { CallerName: 'xDigits1' }],
    [parseInbound, { Digits2: '1', AnsweredByX: 'human', DigitsToDial: '5' }],
    // A header may have any name.
    [keyed, { SipHeader_SpeechResult: 'yes', 'SipHeader_A-SpeechResult': 'no' }],
    // JSON hides nothing.
    [keyed, { CallerX: '{"Digits":"Digits1"}' }],
  ] as const)('a name that contains no more than a name hides nothing', (parse, fields) => {
    expect(parse(params(common(LEG, fields as Record<string, string>)))).toMatchObject({ ok: true });
  });

  test("a leg's verdict and key are read", () => {
    expect(answered(params(common(LEG, { AnsweredBy: 'human', Digits: '1' })))).toMatchObject({
      answeredBy: 'human',
      digits: '',
    });
    expect(keyed(params(common(LEG, { Digits: '#' })))).toMatchObject({ answeredBy: null, digits: '#' });
    expect(keyed(params(common(LEG, { Digits: '' })))).toMatchObject({ digits: '' });
    expect(answered(params(common(LEG, { AnsweredBy: 'machine_new' })))).toMatchObject({
      answeredBy: 'machine_end_other',
    });
    expect(keyed(params(common(LEG, { Digits: '1CallerCity' })))).toMatchObject({ ok: false });
  });

  test('a status callback is read', () => {
    const ended = { CallStatus: 'failed', SipResponseCode: '404', SequenceNumber: '2' };
    expect(parseStatus(params(common(LEG, ended)))).toEqual({
      ok: true,
      sid: LEG,
      status: 'failed',
      answeredBy: null,
      sipCode: 404,
    });
    expect(parseStatus(params(common(LEG, { AnsweredBy: 'fax', SipResponseCode: '' })))).toMatchObject({
      answeredBy: 'fax',
      sipCode: null,
    });
  });

  test('conference events are read', () => {
    const leave = {
      StatusCallbackEvent: 'participant-leave',
      ConferenceSid: ROOM,
      CallSid: CALLER,
      ReasonParticipantLeft: 'participant_hung_up',
      ParticipantCallStatus: 'completed',
    };
    expect(parseConference(params(leave))).toEqual({
      ok: true,
      event: 'leave',
      sid: CALLER,
      conference: ROOM,
      reason: 'participant_hung_up',
      status: 'completed',
    });
    expect(parseConference(params({ StatusCallbackEvent: 'conference-end', ConferenceSid: ROOM }))).toEqual({
      ok: true,
      event: 'end',
      sid: null,
      conference: ROOM,
      reason: null,
      status: null,
    });
    expect(
      parseConference(params({ StatusCallbackEvent: 'participant-mute', ConferenceSid: ROOM, CallSid: LEG })),
    ).toMatchObject({
      event: null,
    });
    expect(parseConference(params({ StatusCallbackEvent: 'participant-join', ConferenceSid: ROOM }))).toMatchObject({
      ok: false,
    });
    expect(parseConference(params({ StatusCallbackEvent: 'conference-start' }))).toMatchObject({ ok: false });
    expect(parseConference(params({}))).toMatchObject({ ok: false });
  });
});
