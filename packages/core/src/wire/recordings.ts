import type { CallSid } from '../kernel/ids.js';
import { parseCallStatus, type CallStatus } from './call-status.js';
import { digitsField, IN_CALL, oneOfField, sidField, textField, wordField } from './fields.js';
import { hiddenParam, type Reading } from './hidden.js';
import { param, type Params, type Parsed } from './params.js';
import { parseCall } from './payloads.js';

/** What a webhook says about a recording. It is passed on and never fetched here. */
export interface RecordingParams {
  /** Its SID, or its address if Twilio names no SID. */
  readonly sid: string;
  /** Any https address: Twilio's, or that of the account's own storage. Empty if recording failed and there is none. */
  readonly url: string;
  /** `null`: Twilio does not say, or says something that is not a length. */
  readonly seconds: number | null;
  /** Twilio could not create the file. */
  readonly failed?: true;
}

/** How a fallback ended: parameters of its Record's or Dial's action. */
export interface FallbackParams {
  readonly sid: CallSid;
  readonly status: CallStatus;
  /** `null`: nothing was recorded. */
  readonly recording: RecordingParams | null;
  /** Whether the number answered; `null`: none was dialled. */
  readonly answered: boolean | null;
}

const URL_FIELD = textField('RecordingUrl', /^https:\/\/./s);
const SID = sidField('RecordingSid', 'RE');
const DURATION = digitsField('RecordingDuration', 9);
const DIALED = ['answered', 'completed', 'busy', 'no-answer', 'failed', 'canceled'];
const FALLBACK: Reading = {
  reads: [SID, URL_FIELD, DURATION, oneOfField('DialCallStatus', DIALED)],
  ...IN_CALL,
};
const RECORDING: Reading = {
  reads: [SID, URL_FIELD, DURATION, wordField('RecordingStatus'), sidField('CallSid', 'CA')],
  always: [sidField('AccountSid', 'AC')],
};

export function parseFallback(params: Params): Parsed<FallbackParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, FALLBACK);
  if (hidden !== null) return { ok: false, problem: hidden };
  const dialed = param(params, 'DialCallStatus');
  if (dialed !== undefined && dialed !== 'answered' && parseCallStatus(dialed) === undefined) {
    return { ok: false, problem: 'DialCallStatus is not a status of a call' };
  }
  // The action of a Dial may name a recording of the talk, which its own callback reports.
  const found = dialed === undefined ? recordingOf(params) : { ok: true as const, recording: null };
  if (!found.ok) return found;
  return {
    ok: true,
    sid: call.sid,
    status: call.status,
    recording: found.recording,
    answered: dialed === undefined ? null : dialed === 'completed' || dialed === 'answered',
  };
}

/**
 * Parses a recording's own callback (twilio.com/docs/voice/twiml/record#attributes-recording-status-callback). A status other
 * than `completed` and `failed` means that there is no sound, or none yet.
 */
export function parseRecording(params: Params): Parsed<{ readonly recording: RecordingParams | null }> {
  const hidden = hiddenParam(params, RECORDING);
  if (hidden !== null) return { ok: false, problem: hidden };
  const status = param(params, 'RecordingStatus') ?? '';
  if (!/^[a-z_-]{1,64}$/.test(status)) return { ok: false, problem: 'RecordingStatus is missing or not a status' };
  if (status === 'completed') return recordingOf(params);
  return status === 'failed' ? failedOf(params) : { ok: true, recording: null };
}

/** `null`: none, or an empty one. */
function recordingOf(params: Params): Parsed<{ readonly recording: RecordingParams | null }> {
  const url = param(params, 'RecordingUrl');
  const duration = param(params, 'RecordingDuration');
  if (url === undefined && duration === undefined) return { ok: true, recording: null };
  if (url === undefined || !isAddress(url)) return { ok: false, problem: 'RecordingUrl is not an https address' };
  const sid = sidOf(params, url);
  if (isCutShort(params, url)) return { ok: false, problem: 'RecordingUrl goes on in the next parameter' };
  if (RUN_ON.test(url)) return { ok: false, problem: 'RecordingUrl has the next parameter in it' };
  const seconds = DURATION.value.test(duration ?? '') ? Number(duration) : null;
  return { ok: true, recording: seconds === 0 ? null : { sid, url, seconds } };
}

function failedOf(params: Params): Parsed<{ readonly recording: RecordingParams | null }> {
  const given = param(params, 'RecordingUrl') ?? '';
  const url = isAddress(given) ? given : '';
  const sid = sidOf(params, url);
  if (sid === '') return { ok: false, problem: 'RecordingSid is missing or not a Recording SID' };
  if (isCutShort(params, url)) return { ok: false, problem: 'RecordingUrl goes on in the next parameter' };
  return { ok: true, recording: { sid, url, seconds: null, failed: true } };
}

function isAddress(text: string): boolean {
  return /^https:\/\/[^\s/]\S{0,4095}$/.test(text);
}

function sidOf(params: Params, url: string): string {
  const sid = param(params, 'RecordingSid') ?? '';
  if (SID.value.test(sid)) return sid;
  return /\/Recordings\/(RE[0-9a-f]{32})(?![0-9a-z])/i.exec(url)?.[1] ?? url;
}

/** What follows the SID in an address is nothing, or a character an address may have there; a name would begin with a letter. */
const RUN_ON = /\/RE[0-9a-f]{32}[\p{L}_]/iu;
const SID_IN_PATH = /\/RE[0-9a-f]{32}/i;

/** True if the signed text behind the address is the rest of it: Twilio's address has the SID in it. */
function isCutShort(params: Params, url: string): boolean {
  const next = [...params.keys()].sort().find((name) => name > 'RecordingUrl');
  return next !== undefined && !SID_IN_PATH.test(url) && SID_IN_PATH.test(url + next + (params.get(next) ?? ''));
}
