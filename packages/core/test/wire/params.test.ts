import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseForm } from '../../src/wire/params.js';
import { parseCall, parseConference, parseInbound, parseLeg, parseStatus } from '../../src/wire/payloads.js';
import { CALLER, common, LEG } from '../helpers/webhooks.js';

const ROOM = `CF${'3'.repeat(32)}`;
const params = (fields: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(fields));

describe('the form', () => {
  test('is decoded, empty values and unknown parameters included', () => {
    const form = parseForm('From=%2B12125550123&FromCity=&ToCity=SAN+FRANCISCO&NewIn2027=x');
    expect(form.ok && [...form.params]).toEqual([
      ['From', '+12125550123'],
      ['FromCity', ''],
      ['ToCity', 'SAN FRANCISCO'],
      ['NewIn2027', 'x'],
    ]);
  });

  test('of a SIP caller may carry header names with dashes', () => {
    expect(parseForm('SipHeader_X-Customer-Id=7&SipDomain=a').ok).toBe(true);
  });

  test.each([
    ['a repeated parameter', 'CallStatus=ringing&CallStatus=in-progress', 403, 'twice'],
    ['a repeated parameter with the same value', 'CallSid=a&CallSid=a', 403, 'twice'],
    ['__proto__', '__proto__=x', 403, 'not a parameter name'],
    ['a name in brackets', 'A[b]=x', 403, 'not a parameter name'],
    ['an empty name', '=x', 403, 'not a parameter name'],
    ['a verdict shifted into the name', 'AnsweredBymachine_start=', 403, 'AnsweredBy'],
    ['a key shifted into the name', 'Digits1=', 403, 'Digits'],
    ['speech shifted into the name', 'SpeechResultyes=', 403, 'SpeechResult'],
    ['everything folded into one name', `A${'b'.repeat(300)}=`, 403, 'not a parameter name'],
    ['more than 64 KiB', `A=${'x'.repeat(65_535)}`, 413, '64 KiB'],
    ['more than 200 parameters', Array.from({ length: 201 }, (_, i) => `P${String(i)}=`).join('&'), 413, '200'],
  ])('with %s is refused', (_, body, status, problem) => {
    expect(parseForm(body)).toMatchObject({ ok: false, status, problem: expect.stringContaining(problem) as string });
  });

  test('may have names in lower case: a Gather says `msg`, a browser phone anything', () => {
    const form = parseForm('msg=Gather+End&agent-id=7&constructor=x');
    expect(form.ok && [...form.params.keys()]).toEqual(['msg', 'agent-id', 'constructor']);
  });

  test('of 64 KiB and 200 parameters is not', () => {
    expect(parseForm(`A=${'x'.repeat(65_534)}`).ok).toBe(true);
    expect(parseForm(Array.from({ length: 200 }, (_, i) => `P${String(i)}=`).join('&')).ok).toBe(true);
  });

  test('never throws, and gives back what was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (body) => {
        const form = parseForm(body);
        if (form.ok) expect([...form.params]).toEqual([...new URLSearchParams(body)]);
      }),
    );
  });
});

describe('payloads', () => {
  test('an inbound call; its token stays as it came', () => {
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

  test('a withheld caller without a token', () => {
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
    for (const parse of [parseCall, parseInbound, parseLeg, parseStatus]) {
      expect(parse(params(fields))).toMatchObject({ ok: false, problem: expect.stringContaining(name) as string });
    }
  });

  test.each([
    ['From', { From: '+12125550123FromState' }],
    ['From', { From: '+' }],
    ['To', { To: '+15551234567To+14155550199' }],
  ])('a %s with something shifted into it is refused', (name, fields) => {
    const problem = expect.stringContaining(name) as string;
    expect(parseInbound(params(common(CALLER, fields)))).toMatchObject({ ok: false, problem });
  });

  test('a missing From or To is refused: Twilio sends both, also when they are empty', () => {
    for (const name of ['From', 'To']) {
      const without = new Map(Object.entries(common(CALLER)));
      without.delete(name);
      expect(parseInbound(without)).toMatchObject({ ok: false });
    }
  });

  test.each([
    [parseLeg, { AnsweredBy: 'humanApiVersion2010-04-01' }],
    [parseStatus, { AnsweredBy: 'human ' }],
    [parseStatus, { SipResponseCode: '200StirStatusB' }],
    [parseLeg, { CallerName: 'xAnsweredByhuman' }],
    [parseLeg, { CallerName: 'xDigits1' }],
    [parseLeg, { AnsweredB: 'yhuman' }],
    [parseStatus, { Other: 'SipResponseCode404' }],
    [parseInbound, { CallToken: '%7BCalled+14155550199' }],
    [parseConference, { StatusCallbackEvent: 'conference-end', Other: 'ReasonParticipantLeftx' }],
    [parseConference, { StatusCallbackEvent: 'conference-endTimestamp' }],
    [parseConference, { StatusCallbackEvent: 'conference-end', ReasonParticipantLeft: 'a!' }],
    [parseConference, { StatusCallbackEvent: 'conference-end', ParticipantCallStatus: 'a!' }],
  ] as const)('a word with something shifted into it is refused', (parse, fields) => {
    expect(parse(params(common(LEG, fields as Record<string, string>)))).toMatchObject({ ok: false });
  });

  test('a leg: verdict and key', () => {
    expect(parseLeg(params(common(LEG, { AnsweredBy: 'human' })))).toMatchObject({ answeredBy: 'human', digits: '' });
    expect(parseLeg(params(common(LEG, { Digits: '#' })))).toMatchObject({ answeredBy: null, digits: '#' });
    expect(parseLeg(params(common(LEG, { Digits: '' })))).toMatchObject({ digits: '' });
    expect(parseLeg(params(common(LEG, { AnsweredBy: 'machine_new' })))).toMatchObject({
      answeredBy: 'machine_end_other',
    });
    expect(parseLeg(params(common(LEG, { Digits: '1CallerCity' })))).toMatchObject({ ok: false });
  });

  test('a status callback', () => {
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

  test('events of a room', () => {
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
