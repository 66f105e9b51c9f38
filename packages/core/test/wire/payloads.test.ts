import { describe, expect, it } from 'vitest';
import {
  parseCall,
  parseConference,
  parseInbound,
  parseLeg,
  parseStatus,
  parseVerdict,
} from '../../src/wire/payloads.js';
import type { Params } from '../../src/wire/params.js';
import { CALLER, common, LEG } from '../helpers/webhooks.js';

const answered = (params: Params) => parseLeg(params, 'answered');
const keyed = (params: Params) => parseLeg(params, 'key');
const ROOM = `CF${'3'.repeat(32)}`;
const of = (fields: Record<string, string>): Params => new Map(Object.entries(fields));
/** A field may be given in many ways; `undefined` omits it. */
const callOf = (sid: string, fields: Record<string, string> = {}): Params => of(common(sid, fields));
const leave = (fields: Record<string, string>): Params =>
  of({ StatusCallbackEvent: 'participant-leave', ConferenceSid: ROOM, CallSid: CALLER, ...fields });

describe('refusals name the parameter and the reason', () => {
  it.each<[problem: string, parse: (params: Params) => unknown, params: Params]>([
    ['CallSid is missing or not a Call SID', parseCall, of({ CallStatus: 'ringing' })],
    ['CallSid is missing or not a Call SID', parseVerdict, of({ AnsweredBy: 'human' })],
    ['CallSid is missing or not a Call SID', parseVerdict, of({ CallSid: ROOM, AnsweredBy: 'human' })],
    ['CallStatus is missing or not a status of a call', parseCall, of({ CallSid: CALLER, CallStatus: 'over' })],
    ['CallToken is missing, but hidden', parseInbound, callOf(CALLER, { Called: '', CallT: 'CallTokenabc' })],
    ['Called is missing, but hidden', parseInbound, callOf(CALLER, { CallToken: 'abcCalled+1' })],
    ['Digits has something else than keys in it', keyed, callOf(LEG, { Digits: '1e' })],
    ['Digits has something else than keys in it', keyed, callOf(LEG, { Digits: 'x1' })],
    ['Digits has something else than keys in it', keyed, callOf(LEG, { Digits: '1'.repeat(33) })],
    ['AnsweredBy is not a kind of answer', answered, callOf(LEG, { AnsweredBy: 'Human' })],
    ['AnsweredBy is not a kind of answer', parseStatus, callOf(LEG, { AnsweredBy: ' human' })],
    ['AnsweredBy has the next parameter in it', answered, callOf(LEG, { AnsweredBy: 'humanApi' })],
    ['AnsweredBy ', parseVerdict, of({ CallSid: LEG, AnsweredBy: 'human!' })],
    ['AnsweredBy ', parseVerdict, of({ CallSid: LEG, AnsweredBy: 'x'.repeat(65) })],
    ['AnsweredBy is missing, but hidden', answered, callOf(LEG, { AccountZ: 'AnsweredByhuman' })],
    ['AnsweredBy is missing, but hidden', parseStatus, callOf(LEG, { AccountZ: 'AnsweredByhuman' })],
    ['AnsweredBy is missing, but hidden', parseVerdict, of({ CallSid: LEG, Account: 'AnsweredByhuman' })],
    [
      'MachineDetectionDuration is missing, but hidden',
      parseVerdict,
      of({ CallSid: LEG, AnsweredBy: 'human', Extra: 'MachineDetectionDuration1' }),
    ],
    ['Digits is missing, but hidden', keyed, callOf(LEG, { CallerName: 'Digits1' })],
    ['SpeechResult is missing, but hidden', keyed, callOf(LEG, { FromCity: 'SpeechResultyes' })],
    ['SipResponseCode is missing, but hidden', parseStatus, callOf(LEG, { FromCity: 'SipResponseCode404' })],
    ['SipResponseCode is not a code', parseStatus, callOf(LEG, { SipResponseCode: '4 04' })],
    ['StatusCallbackEvent is missing', parseConference, of({ ConferenceSid: ROOM })],
    ['StatusCallbackEvent is not an event', parseConference, leave({ StatusCallbackEvent: 'a b' })],
    ['CallSid is not a Call SID', parseConference, leave({ CallSid: 'CA1' })],
    ['CallSid is missing', parseConference, of({ StatusCallbackEvent: 'participant-leave', ConferenceSid: ROOM })],
    ['ConferenceSid is missing or not a Conference SID', parseConference, leave({ ConferenceSid: CALLER })],
    ['ReasonParticipantLeft is not a reason', parseConference, leave({ ReasonParticipantLeft: 'a b' })],
    ['ParticipantCallStatus is not a status', parseConference, leave({ ParticipantCallStatus: 'a b' })],
    [
      'ConferenceSid is missing, but hidden',
      parseConference,
      of({ StatusCallbackEvent: 'conference-end', Coaching: `falseConferenceSid${ROOM}` }),
    ],
    ['ReasonParticipantLeft is missing, but hidden', parseConference, leave({ Other: 'ReasonParticipantLeftx' })],
    ['ParticipantCallStatus is missing, but hidden', parseConference, leave({ Other: 'ParticipantCallStatusbusy' })],
  ])('%s', (problem, parse, params) => {
    expect(parse(params)).toMatchObject({ ok: false, problem: expect.stringMatching(`^${problem}`) as string });
  });
});

describe('parties of a call', () => {
  it.each([
    '+12125550123',
    `+${'1'.repeat(20)}`,
    '',
    'anonymous',
    'client:ann',
    'sip:ann@example.com',
    'x'.repeat(1024),
    'Ann of FromCity',
  ])('the caller %j is accepted as it came', (party) => {
    expect(parseInbound(callOf(CALLER, { From: party }))).toMatchObject({ ok: true, from: party });
    expect(parseInbound(callOf(CALLER, { To: party }))).toMatchObject({ ok: true, to: party });
  });
});

describe('a request of a leg', () => {
  it("a leg's request accepts all keys of a phone, and no more than 32", () => {
    for (const digits of ['0123456789*#', 'ABCDabcdwW', '1'.repeat(32)]) {
      expect(keyed(callOf(LEG, { Digits: digits }))).toMatchObject({ ok: true, digits });
    }
  });

  it("a leg's request accepts speech as long as a robot speaks", () => {
    const said = { SpeechResult: 'x'.repeat(2000), Confidence: '0.9' };
    const heard = keyed(callOf(LEG, said));
    expect(heard.ok && heard.speech).toBe('x'.repeat(1000));
    expect(keyed(callOf(LEG, { SpeechResult: '', Confidence: '' }))).not.toHaveProperty('speech');
    expect(keyed(callOf(LEG))).not.toHaveProperty('speech');
  });

  it('speech that contains a parameter’s name does not count as hiding it', () => {
    const said = { SpeechResult: 'To whom?', Confidence: '0.9', To: '+14155550199' };
    expect(keyed(callOf(LEG, said))).toMatchObject({ ok: true, speech: 'To whom?' });
    const without = new Map(Object.entries(common(LEG, { SpeechResult: 'To whom?', Confidence: '0.9' })));
    without.delete('To');
    expect(keyed(without)).toMatchObject({ ok: false, problem: expect.stringMatching(/^To is missing/) as string });
  });
});

describe('the verdict of asynchronous detection', () => {
  const verdictOf = (fields: Record<string, string>) => parseVerdict(of({ CallSid: LEG, ...fields }));

  it('the verdict says who answered and how long it took', () => {
    expect(verdictOf({ AnsweredBy: 'machine_start', MachineDetectionDuration: '3200' })).toEqual({
      ok: true,
      sid: LEG,
      answeredBy: 'machine_start',
      durationMs: 3200,
    });
  });

  it('an empty verdict is unknown', () => {
    expect(verdictOf({})).toMatchObject({ answeredBy: 'unknown', durationMs: null });
    expect(verdictOf({ AnsweredBy: '' })).toMatchObject({ answeredBy: 'unknown' });
  });

  it.each(['', '-1', '3.2', 'soon', '1234567', '3200 ', ' 3200'])('a duration of %j is none', (duration) => {
    expect(verdictOf({ AnsweredBy: 'human', MachineDetectionDuration: duration })).toMatchObject({ durationMs: null });
  });

  it.each(['0', '999999'])('a duration of %s is accepted', (duration) => {
    expect(verdictOf({ MachineDetectionDuration: duration })).toMatchObject({ durationMs: Number(duration) });
  });
});

describe('a status callback', () => {
  it.each([
    ['100', 100],
    ['699', 699],
    ['000', null],
    ['700', null],
    ['4040', null],
    ['x404', null],
    ['40', null],
  ])('a status callback is read with the SIP code %s', (code, sipCode) => {
    expect(parseStatus(callOf(LEG, { SipResponseCode: code }))).toMatchObject({ ok: true, sipCode });
  });
});

describe('an event of a room', () => {
  it.each([
    ['conference-start', 'start'],
    ['conference-end', 'end'],
    ['participant-join', 'join'],
    ['participant-leave', 'leave'],
    ['participant-speech-start', null],
  ])('the conference event %s is read', (name, event) => {
    expect(parseConference(leave({ StatusCallbackEvent: name }))).toMatchObject({ ok: true, event, sid: CALLER });
  });

  it('a conference event with an unknown status is accepted without it', () => {
    expect(parseConference(leave({ ParticipantCallStatus: 'parked' }))).toMatchObject({ ok: true, status: null });
    expect(parseConference(leave({ ParticipantCallStatus: 'busy' }))).toMatchObject({ ok: true, status: 'busy' });
  });
});
