import type { AnsweredBy } from '../wire/answered-by.js';
import type { CallStatus } from '../wire/call-status.js';
import type { ConferenceEvent } from '../flows/forwarding/events.js';
import { ofCaller, ofLeg, progress, timestamp, type Payload, type ProgressOptions } from './payload-parts.js';
import { sids } from './sids.js';

export interface CallerPayload {
  readonly sid?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: CallStatus;
}
export interface LegPayload extends CallerPayload {
  /** From 1; decides the SID and the number unless they are given. */
  readonly leg?: number;
}
export interface ConferencePayload {
  readonly event: ConferenceEvent;
  /** Whose event it is: 0, the default, is the caller. */
  readonly leg?: number;
  readonly sid?: string;
  /** `ReasonParticipantLeft`. */
  readonly reason?: string;
  /** `ParticipantCallStatus`. */
  readonly status?: CallStatus;
  readonly sequence?: number;
  readonly at?: number;
}

/**
 * Form bodies as Twilio posts them, with every parameter it documents. They are plain records: spread one to bend it,
 * as in `{ ...payloads.inbound(), From: 'anonymous' }`.
 */
export const payloads = {
  /** The number's voice URL. The token comes percent-encoded, also after the form was decoded. */
  inbound: (options: CallerPayload & { readonly token?: string } = {}): Payload => ({
    ...ofCaller({ status: 'ringing', ...options }),
    CallToken: options.token ?? '%7B%22parentCallInfoToken%22%3A%22test%22%7D',
    StirVerstat: 'TN-Validation-Passed-A',
  }),
  /** The caller's `<Dial action>`. */
  callerEnded: (options: CallerPayload = {}): Payload => ({ ...ofCaller(options), ...dialResult }),
  /** The document that a redirect of the caller asks for. */
  callerDocument: (options: CallerPayload = {}): Payload => ofCaller(options),
  /** The number's own status callback; tells the end only. */
  callerStatus: (options: CallerPayload & ProgressOptions = {}): Payload => {
    const { status = 'completed', ...rest } = options;
    return { ...ofCaller({ ...rest, status }), ...progress(status, rest) };
  },
  /** The `Url` of an outbound call, asked for when machine detection has its verdict. */
  answered: (options: LegPayload & { readonly answeredBy?: AnsweredBy } = {}): Payload => ({
    ...ofLeg(options),
    AnsweredBy: options.answeredBy ?? 'human',
  }),
  /** `<Gather action>`. */
  key: (options: LegPayload & { readonly digits?: string } = {}): Payload => ({
    ...ofLeg(options),
    msg: 'Gather End',
    Digits: options.digits ?? '1',
  }),
  /** The redirect that a Gather falls through to. */
  round: (options: LegPayload = {}): Payload => ofLeg(options),
  legDocument: (options: LegPayload = {}): Payload => ofLeg(options),
  /** A leg's `<Dial action>`. */
  legEnded: (options: LegPayload = {}): Payload => ({ ...ofLeg(options), ...dialResult }),
  status: (options: LegPayload & ProgressOptions & { readonly status: CallStatus }): Payload => ({
    ...ofLeg(options),
    ...progress(options.status, options),
  }),
  /** `<Conference statusCallback>`: not a call-progress event, so without `CallStatus`, `From` and `To`. */
  conference: (options: ConferencePayload): Payload => {
    const { event, leg = 0, sid = sids.call(leg), sequence = 1, at } = options;
    return {
      StatusCallbackEvent: event === 'start' || event === 'end' ? `conference-${event}` : `participant-${event}`,
      ConferenceSid: sids.conference(),
      FriendlyName: `amd-${sids.call(0)}`,
      AccountSid: sids.account(),
      SequenceNumber: String(sequence),
      Timestamp: timestamp(at),
      ...participant(options, sid),
    };
  },
};

/** For a conference there is no child leg, hence no `DialCallSid` (twilio.com/docs/voice/twiml/dial). */
const dialResult: Payload = { DialCallStatus: 'answered', DialBridged: 'true' };

function participant({ event, reason, status }: ConferencePayload, sid: string): Payload {
  if (event === 'end') {
    return {
      CallSidEndingConference: sid,
      ReasonConferenceEnded: 'participant-with-end-conference-on-exit-left',
      Reason: 'Participant left',
    };
  }
  const present = {
    CallSid: sid,
    Muted: 'false',
    Hold: 'false',
    Coaching: 'false',
    EndConferenceOnExit: 'true',
    StartConferenceOnEnter: 'true',
  };
  if (event !== 'leave') return present;
  return {
    ...present,
    ParticipantCallStatus: status ?? 'completed',
    ReasonParticipantLeft: reason ?? 'participant_hung_up',
  };
}
