import { isCallSid, isConferenceSid, type CallSid, type ConferenceSid } from '../kernel/ids.js';
import { parseAnsweredBy, type AnsweredBy } from './answered-by.js';
import { parseCallStatus, type CallStatus } from './call-status.js';
import { READINGS } from './fields.js';
import { hiddenParam } from './hidden.js';
import { param, type Params, type Parsed } from './params.js';

/** Parameters of every voice webhook (twilio.com/docs/voice/twiml#request-parameters). */
export interface CallParams {
  readonly sid: CallSid;
  readonly status: CallStatus;
}

export interface InboundParams extends CallParams {
  /**
   * As received: a number, `anonymous`, `client:…`, or empty; also empty if it is missing, or if it begins like a number and is
   * not one.
   */
  readonly from: string;
  readonly to: string;
  /** Still percent-encoded after form decoding, and passed back unchanged. A credential. */
  readonly token?: string;
  /**
   * The party that forwarded the call to the called number, if their carrier says so
   * (twilio.com/docs/voice/twiml#request-parameters).
   */
  readonly forwardedFrom?: string;
  readonly calledVia?: string;
}

export interface LegParams extends CallParams {
  /** `null`: detection is off, or has not decided yet. */
  readonly answeredBy: AnsweredBy | null;
  /** Empty when no key was pressed. */
  readonly digits: string;
  /** What the callee said; untrusted text. */
  readonly speech?: string;
}

export interface VerdictParams {
  readonly sid: CallSid;
  /** A missing verdict says nothing, so it counts as `unknown`. */
  readonly answeredBy: AnsweredBy;
  /** How long detection listened, in ms. */
  readonly durationMs: number | null;
}

export interface StatusParams extends CallParams {
  readonly answeredBy: AnsweredBy | null;
  readonly sipCode: number | null;
}

export interface ConferenceParams {
  /** `null`: an event we did not subscribe to. */
  readonly event: 'start' | 'end' | 'join' | 'leave' | null;
  /** Always present when a participant joins or leaves. */
  readonly sid: CallSid | null;
  readonly conference: ConferenceSid;
  readonly reason: string | null;
  readonly status: CallStatus | null;
}

export function parseCall(params: Params): Parsed<CallParams> {
  const sid = param(params, 'CallSid');
  if (!isCallSid(sid)) return { ok: false, problem: 'CallSid is missing or not a Call SID' };
  const status = parseCallStatus(param(params, 'CallStatus'));
  if (status === undefined) return { ok: false, problem: 'CallStatus is missing or not a status of a call' };
  return { ok: true, sid, status };
}

/** Parses the first request of an inbound call. A hidden number, or one that Twilio could not read, is accepted all the same. */
export function parseInbound(params: Params): Parsed<InboundParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, READINGS.inbound);
  if (hidden !== null) return { ok: false, problem: hidden };
  const to = params.get('To');
  if (to === undefined) return { ok: false, problem: 'To is missing' };
  const from = params.get('From') ?? '';
  const [token, forwardedFrom, calledVia] = ['CallToken', 'ForwardedFrom', 'CalledVia'].map((name) =>
    param(params, name),
  );
  return {
    ...call,
    // A value that begins like a number and is not one says nothing.
    from: /^\+(?![0-9]{1,20}$)/.test(from) ? '' : from.slice(0, MAX_PARTY),
    to: to.slice(0, MAX_PARTY),
    ...(forwardedFrom === undefined ? {} : { forwardedFrom: forwardedFrom.slice(0, MAX_PARTY) }),
    ...(calledVia === undefined ? {} : { calledVia: calledVia.slice(0, MAX_PARTY) }),
    ...(token === undefined ? {} : { token }),
  };
}

/** Longer than any caller's address. */
const MAX_PARTY = 1024;

/** True for words like Twilio's own, which can hide nothing else. */
function isWord(value: string | undefined): boolean {
  return value === undefined || /^[a-z0-9_-]{1,64}$/.test(value);
}

/** What a request of a leg, or of a caller who pressed a key, may report. */
export type LegReading = 'answered' | 'key' | 'callerKey' | 'asked';

/**
 * Parses an outbound call's request for what to do next. Only what `reading` names is checked: parameters that a route does not
 * read may have any value.
 */
export function parseLeg(params: Params, reading: LegReading): Parsed<LegParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, READINGS[reading]);
  if (hidden !== null) return { ok: false, problem: hidden };
  const digits = reading === 'key' || reading === 'callerKey' ? (params.get('Digits') ?? '') : '';
  if (!/^[0-9*#A-Da-dwW]{0,32}$/.test(digits))
    return { ok: false, problem: 'Digits has something else than keys in it' };
  const answeredBy = reading === 'answered' ? param(params, 'AnsweredBy') : undefined;
  if (!isWord(answeredBy)) return { ok: false, problem: 'AnsweredBy is not a kind of answer' };
  const speech = reading === 'key' ? param(params, 'SpeechResult')?.slice(0, MAX_SPEECH) : undefined;
  return {
    ...call,
    answeredBy: answeredBy === undefined ? null : parseAnsweredBy(answeredBy),
    digits,
    ...(speech === undefined ? {} : { speech }),
  };
}

/** Longer than any robot speaks before we answer. */
const MAX_SPEECH = 1000;

/** Parses the callback of asynchronous detection (twilio.com/docs/voice/answering-machine-detection), which carries no status. */
export function parseVerdict(params: Params): Parsed<VerdictParams> {
  const sid = param(params, 'CallSid');
  if (!isCallSid(sid)) return { ok: false, problem: 'CallSid is missing or not a Call SID' };
  const hidden = hiddenParam(params, READINGS.verdict);
  if (hidden !== null) return { ok: false, problem: hidden };
  const answeredBy = param(params, 'AnsweredBy');
  const duration = param(params, 'MachineDetectionDuration');
  if (!isWord(answeredBy)) return { ok: false, problem: 'AnsweredBy is not a kind of answer' };
  return {
    ok: true,
    sid,
    answeredBy: parseAnsweredBy(answeredBy),
    durationMs: /^[0-9]{1,6}$/.test(duration ?? '') ? Number(duration) : null,
  };
}

/** Parses a status callback (twilio.com/docs/voice/api/call-resource#statuscallback). */
export function parseStatus(params: Params): Parsed<StatusParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, READINGS.status);
  if (hidden !== null) return { ok: false, problem: hidden };
  const answeredBy = param(params, 'AnsweredBy');
  const sipCode = param(params, 'SipResponseCode');
  if (!isWord(answeredBy)) return { ok: false, problem: 'AnsweredBy is not a kind of answer' };
  if (!isWord(sipCode)) return { ok: false, problem: 'SipResponseCode is not a code' };
  return {
    ...call,
    answeredBy: answeredBy === undefined ? null : parseAnsweredBy(answeredBy),
    sipCode: /^[1-6][0-9]{2}$/.test(sipCode ?? '') ? Number(sipCode) : null,
  };
}

const CONFERENCE_EVENTS: ReadonlyMap<string, NonNullable<ConferenceParams['event']>> = new Map([
  ['conference-start', 'start'],
  ['conference-end', 'end'],
  ['participant-join', 'join'],
  ['participant-leave', 'leave'],
]);

/** Parses an event of a conference (twilio.com/docs/voice/twiml/conference#attributes-statusCallback). */
export function parseConference(params: Params): Parsed<ConferenceParams> {
  const name = param(params, 'StatusCallbackEvent');
  if (name === undefined) return { ok: false, problem: 'StatusCallbackEvent is missing' };
  const event = CONFERENCE_EVENTS.get(name) ?? null;
  const sid = param(params, 'CallSid');
  if (sid !== undefined && !isCallSid(sid)) return { ok: false, problem: 'CallSid is not a Call SID' };
  const hidden = hiddenParam(params, READINGS.conference);
  if (hidden !== null) return { ok: false, problem: hidden };
  const reason = param(params, 'ReasonParticipantLeft');
  const status = param(params, 'ParticipantCallStatus');
  const conference = param(params, 'ConferenceSid');
  if (!isConferenceSid(conference)) return { ok: false, problem: 'ConferenceSid is missing or not a Conference SID' };
  if (!isWord(name)) return { ok: false, problem: 'StatusCallbackEvent is not an event' };
  if (!isWord(reason)) return { ok: false, problem: 'ReasonParticipantLeft is not a reason' };
  if (!isWord(status)) return { ok: false, problem: 'ParticipantCallStatus is not a status' };
  if (sid === undefined && (event === 'join' || event === 'leave')) return { ok: false, problem: 'CallSid is missing' };
  return {
    ok: true,
    event,
    sid: sid ?? null,
    conference,
    reason: reason ?? null,
    status: parseCallStatus(status) ?? null,
  };
}
