import type { CallSid } from '../kernel/brand.js';
import { parseCallStatus, type CallStatus } from './call-status.js';
import { param, type Params, type Parsed } from './params.js';
import { parseCall } from './payloads.js';
import { hiddenParam } from './signature.js';

export interface RecordingParams {
  readonly sid: string;
  readonly url: string;
  readonly seconds: number;
}

/** How a fallback of ours came out: the action of its Record or of its Dial. */
export interface FallbackParams {
  readonly sid: CallSid;
  readonly status: CallStatus;
  /** `null`: nothing was recorded. */
  readonly recording: RecordingParams | null;
  /** Whether the number answered; `null`: none was dialled. */
  readonly answered: boolean | null;
}

const FIELDS = ['RecordingSid', 'RecordingUrl', 'RecordingDuration'];
const STATUSES = ['in-progress', 'completed', 'absent'];

export function parseFallback(params: Params): Parsed<FallbackParams> {
  const call = parseCall(params);
  if (!call.ok) return call;
  const hidden = hiddenParam(params, [...FIELDS, 'DialCallStatus']);
  if (hidden !== null) return { ok: false, problem: hidden };
  const dialed = param(params, 'DialCallStatus');
  if (dialed !== undefined && dialed !== 'answered' && parseCallStatus(dialed) === undefined) {
    return { ok: false, problem: 'DialCallStatus is not a status of a call' };
  }
  // The action of a Dial may name a recording of the talk, which is told of by its own callback.
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

/** A recording's own callback (twilio.com/docs/voice/twiml/record#attributes-recording-status-callback). */
export function parseRecording(params: Params): Parsed<{ readonly recording: RecordingParams | null }> {
  const hidden = hiddenParam(params, [...FIELDS, 'RecordingStatus']);
  if (hidden !== null) return { ok: false, problem: hidden };
  const status = param(params, 'RecordingStatus') ?? '';
  if (!STATUSES.includes(status)) return { ok: false, problem: 'RecordingStatus is missing or not a status' };
  return status === 'completed' ? recordingOf(params) : { ok: true, recording: null };
}

/** `null`: none, or an empty one. */
function recordingOf(params: Params): Parsed<{ readonly recording: RecordingParams | null }> {
  const url = param(params, 'RecordingUrl');
  const duration = param(params, 'RecordingDuration');
  if (url === undefined && duration === undefined) return { ok: true, recording: null };
  const [, sid = ''] = /^https:\/\/[^\s]{1,400}\/Recordings\/(RE[0-9a-f]{32})$/i.exec(url ?? '') ?? [];
  if (url === undefined || sid === '') return { ok: false, problem: 'RecordingUrl is not the address of a recording' };
  if ((param(params, 'RecordingSid') ?? sid) !== sid) {
    return { ok: false, problem: 'RecordingSid is not that of RecordingUrl' };
  }
  if (duration === undefined || !/^[0-9]{1,5}$/.test(duration)) {
    return { ok: false, problem: 'RecordingDuration is missing or not a number of seconds' };
  }
  const seconds = Number(duration);
  return { ok: true, recording: seconds === 0 ? null : { sid, url, seconds } };
}
