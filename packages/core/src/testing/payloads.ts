import type { AnsweredBy } from '../wire/answered-by.js';
import type { CallStatus } from '../wire/call-status.js';
import type { ConferenceEvent } from '../flows/forwarding/events.js';
import { ofCaller, ofLeg, progress, timestamp, type Payload, type ProgressOptions } from './payload-parts.js';
import { sids } from './sids.js';

/** What a webhook about the caller's call says; what is left out is as usual. */
export interface CallerPayload {
  readonly sid?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: CallStatus;
}
/** What a webhook about a leg says; what is left out is as usual. */
export interface LegPayload extends CallerPayload {
  /** Starts at 1; decides the SID and the number unless they are given. */
  readonly leg?: number;
}
/** What a webhook about the room says; what is left out is as usual. `at` is in epoch ms. */
export interface ConferencePayload {
  readonly event: ConferenceEvent;
  /** The leg the event is about: 0, the default, is the caller. */
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
 * Creates form bodies as Twilio posts them, with every parameter it documents. They are plain records: spread one to change it,
 * as in `{ ...payloads.inbound(), From: 'anonymous' }`.
 */
export const payloads = {
  /** The number's voice URL. The token is percent-encoded, even after the form is decoded. */
  inbound: (options: CallerPayload & { readonly token?: string } = {}): Payload => ({
    ...ofCaller({ status: 'ringing', ...options }),
    CallToken: options.token ?? '%7B%22parentCallInfoToken%22%3A%22test%22%7D',
    StirVerstat: 'TN-Validation-Passed-A',
  }),
  /** The caller's `<Dial action>`. */
  callerEnded: (options: CallerPayload = {}): Payload => ({ ...ofCaller(options), ...dialResult }),
  /** The document that a redirect of the caller leads to. */
  callerDocument: (options: CallerPayload = {}): Payload => ofCaller(options),
  /** The number's own status callback, which reports only the end. */
  callerStatus: (options: CallerPayload & ProgressOptions = {}): Payload => {
    const { status = 'completed', ...rest } = options;
    return { ...ofCaller({ ...rest, status }), ...progress(status, rest) };
  },
  /** The `Url` of an outbound call, requested when machine detection has its verdict. */
  answered: (options: LegPayload & { readonly answeredBy?: AnsweredBy } = {}): Payload => ({
    ...ofLeg(options),
    AnsweredBy: options.answeredBy ?? 'human',
  }),
  /** `AsyncAmdStatusCallback`: few parameters, and no status. */
  verdict: (
    options: LegPayload & { readonly answeredBy?: AnsweredBy; readonly durationMs?: number } = {},
  ): Payload => ({
    AccountSid: sids.account(),
    CallSid: options.sid ?? sids.call(options.leg ?? 1),
    AnsweredBy: options.answeredBy ?? 'human',
    MachineDetectionDuration: String(options.durationMs ?? 2600),
  }),
  /** `<Gather action>`: keys, or speech. */
  key: (options: LegPayload & { readonly digits?: string; readonly speech?: string } = {}): Payload => ({
    ...ofLeg(options),
    msg: 'Gather End',
    ...(options.speech === undefined
      ? { Digits: options.digits ?? '1' }
      : { SpeechResult: options.speech, Confidence: '0.91' }),
  }),
  /** The action of a voicemail's `<Record>`. */
  recorded: (options: CallerPayload & { readonly seconds?: number } = {}): Payload => ({
    ...ofCaller(options),
    ...recording(options.seconds),
    Digits: 'hangup',
  }),
  /** `recordingStatusCallback`: the file is ready. */
  recording: (options: { readonly seconds?: number } = {}): Payload => ({
    AccountSid: sids.account(),
    CallSid: sids.call(0),
    ...recording(options.seconds),
    RecordingStatus: 'completed',
    RecordingSource: 'RecordVerb',
    RecordingChannels: '1',
  }),
  /** The same for a talk in a conference. */
  talkRecorded: (options: { readonly seconds?: number } = {}): Payload => ({
    AccountSid: sids.account(),
    CallSid: sids.call(0),
    ConferenceSid: sids.conference(),
    ...recording(options.seconds),
    RecordingStatus: 'completed',
    RecordingSource: 'Conference',
    RecordingChannels: '1',
  }),
  /** Requests what plays on hold or when a call is connected. */
  listening: (): Payload => ({ AccountSid: sids.account(), CallSid: sids.call(0), CallStatus: 'in-progress' }),
  /** The redirect that a Gather falls through to. */
  visit: (options: LegPayload = {}): Payload => ofLeg(options),
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

function recording(seconds = 12): Payload {
  const sid = `RE${'1'.repeat(32)}`;
  return {
    RecordingSid: sid,
    RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${sids.account()}/Recordings/${sid}`,
    RecordingDuration: String(seconds),
  };
}

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
