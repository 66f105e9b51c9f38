import { NUMBERS, START, numberOf } from './defaults.js';
import { sids } from './sids.js';

/** A form body as Twilio sends it. */
export type Payload = Readonly<Record<string, string>>;

/** Parameters of every request that concerns a call (twilio.com/docs/voice/twiml, "Request parameters"). */
export function ofCaller(options: { sid?: string; from?: string; to?: string; status?: string }): Payload {
  const { sid = sids.call(0), from = NUMBERS.caller, to = NUMBERS.ours, status = 'in-progress' } = options;
  return { ...common(sid, from, to, status), Direction: 'inbound' };
}

export function ofLeg(options: { leg?: number; sid?: string; from?: string; to?: string; status?: string }): Payload {
  const { leg = 1, sid = sids.call(leg), from = NUMBERS.caller, to = numberOf(leg), status = 'in-progress' } = options;
  return { ...common(sid, from, to, status), Direction: 'outbound-api' };
}

function common(sid: string, from: string, to: string, status: string): Payload {
  return {
    AccountSid: sids.account(),
    ApiVersion: '2010-04-01',
    CallSid: sid,
    CallStatus: status,
    From: from,
    To: to,
    Caller: from,
    Called: to,
    ...geography('From'),
    ...geography('Caller'),
    ...geography('To'),
    ...geography('Called'),
  };
}

/** Best effort on Twilio's side, and often empty. */
function geography(whose: string): Payload {
  return { [`${whose}City`]: '', [`${whose}State`]: '', [`${whose}Zip`]: '', [`${whose}Country`]: 'US' };
}

/** RFC 2822, as in voice callbacks. */
export function timestamp(at = START): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

const FINAL = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];
const SIP_CODES: Payload = { completed: '200', busy: '486', failed: '404', 'no-answer': '487', canceled: '487' };

export interface ProgressOptions {
  readonly answeredBy?: string;
  readonly sipCode?: number;
  readonly sequence?: number;
  readonly at?: number;
  /** In seconds; Twilio also sends it in minutes, as `Duration`. */
  readonly seconds?: number;
}

/** Parameters that status callbacks add (twilio.com/docs/voice/api/call-resource, "StatusCallback parameters"). */
export function progress(status: string, options: ProgressOptions): Payload {
  const { answeredBy, sipCode, sequence = 0, at, seconds = status === 'completed' ? 47 : 0 } = options;
  const ended = FINAL.includes(status);
  return {
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
    Timestamp: timestamp(at),
    ...(ended
      ? {
          CallDuration: String(seconds),
          Duration: String(Math.ceil(seconds / 60)),
          SipResponseCode: sipCode === undefined ? (SIP_CODES[status] ?? '200') : String(sipCode),
        }
      : {}),
    ...(ended && answeredBy !== undefined ? { AnsweredBy: answeredBy } : {}),
    ...(status === 'ringing' || status === 'in-progress' ? { StirStatus: 'B' } : {}),
  };
}
