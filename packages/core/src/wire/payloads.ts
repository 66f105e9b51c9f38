import { isCallSid, isConferenceSid, type CallSid, type ConferenceSid } from '../kernel/brand.js';
import { parseAnsweredBy, type AnsweredBy } from './answered-by.js';
import { parseCallStatus, type CallStatus } from './call-status.js';
import { param, type Params, type Parsed } from './params.js';
import { hiddenParam } from './signature.js';

/** What every voice webhook says (twilio.com/docs/voice/twiml#request-parameters). */
export interface CallParams {
  readonly sid: CallSid;
  readonly status: CallStatus;
}

export interface InboundParams extends CallParams {
  /** As received: a number, `anonymous`, `client:…`, or empty. */
  readonly from: string;
  readonly to: string;
  /** Still percent-encoded after form decoding, and passed back as it is. A credential. */
  readonly token?: string;
}

export interface LegParams extends CallParams {
  /** `null`: nobody has listened, or nobody yet. */
  readonly answeredBy: AnsweredBy | null;
  /** Empty when no key was pressed. */
  readonly digits: string;
  /** What the callee said; a stranger's words. */
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
  /** `null`: an event we did not ask for. */
  readonly event: 'start' | 'end' | 'join' | 'leave' | null;
  /** Always there when somebody joins or leaves. */
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

/** The first request of an inbound call. */
export function parseInbound(params: Params): Parsed<InboundParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const from = params.get('From');
  const to = params.get('To');
  if (from === undefined || !isParty(from)) return { ok: false, problem: 'From is missing or not a party of a call' };
  if (to === undefined || !isParty(to)) return { ok: false, problem: 'To is missing or not a party of a call' };
  // `Called` comes right behind the token, whose own form is opaque.
  const hidden = hiddenParam(params, ['CallToken', 'Called']);
  if (hidden !== null) return { ok: false, problem: hidden };
  const token = param(params, 'CallToken');
  return {
    ...call,
    from,
    to,
    ...(token === undefined ? {} : { token }),
  };
}

/** What begins like a number is nothing but a number; withheld callers, SIP and client addresses are opaque. */
function isParty(value: string): boolean {
  return value.startsWith('+') ? /^\+[0-9]{1,20}$/.test(value) : value.length <= 1024;
}

/** Words like Twilio's own, so that nothing else hides in them. */
function isWord(value: string | undefined): boolean {
  return value === undefined || /^[a-z0-9_-]{1,64}$/.test(value);
}

/** A request of an outbound call for what to do next. */
export function parseLeg(params: Params): Parsed<LegParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  // Words may have anything in them, also the parameter that follows them in the signed text.
  const always = params.has('SpeechResult') ? ['Confidence', 'To'] : [];
  const hidden = hiddenParam(params, ['AnsweredBy', 'Digits', 'SpeechResult', ...always]);
  if (hidden !== null) return { ok: false, problem: hidden };
  const digits = params.get('Digits') ?? '';
  if (!/^[0-9*#A-Da-dwW]{0,32}$/.test(digits))
    return { ok: false, problem: 'Digits has something else than keys in it' };
  const answeredBy = param(params, 'AnsweredBy');
  if (!isWord(answeredBy)) return { ok: false, problem: 'AnsweredBy is not a kind of answer' };
  const speech = param(params, 'SpeechResult')?.slice(0, MAX_SPEECH);
  return {
    ...call,
    answeredBy: answeredBy === undefined ? null : parseAnsweredBy(answeredBy),
    digits,
    ...(speech === undefined ? {} : { speech }),
  };
}

/** Longer than any robot speaks before we answer. */
const MAX_SPEECH = 1000;

/** The callback of asynchronous detection (twilio.com/docs/voice/answering-machine-detection); it tells no status. */
export function parseVerdict(params: Params): Parsed<VerdictParams> {
  const sid = param(params, 'CallSid');
  if (!isCallSid(sid)) return { ok: false, problem: 'CallSid is missing or not a Call SID' };
  const hidden = hiddenParam(params, ['AnsweredBy', 'MachineDetectionDuration']);
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

/** A status callback (twilio.com/docs/voice/api/call-resource#statuscallback). */
export function parseStatus(params: Params): Parsed<StatusParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, ['AnsweredBy', 'SipResponseCode']);
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

/** An event of a room (twilio.com/docs/voice/twiml/conference#attributes-statusCallback). */
export function parseConference(params: Params): Parsed<ConferenceParams> {
  const name = param(params, 'StatusCallbackEvent');
  if (name === undefined) return { ok: false, problem: 'StatusCallbackEvent is missing' };
  const event = CONFERENCE_EVENTS.get(name) ?? null;
  const sid = param(params, 'CallSid');
  if (sid !== undefined && !isCallSid(sid)) return { ok: false, problem: 'CallSid is not a Call SID' };
  const hidden = hiddenParam(params, ['ConferenceSid', 'ParticipantCallStatus', 'ReasonParticipantLeft']);
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
