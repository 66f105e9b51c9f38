import type { CallSid, ConferenceSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { InboundCall } from '../call/call.js';
import type { FallbackEnded, InboundDecided, ListenRequest, RecordingMade } from '../caller/events.js';
import type { OutcomeEvent, TimerEvent } from '../effects.js';
import type { LegRequest, LegStatusEvent, LegVerdictEvent } from '../leg/events.js';
import type { CallSettings } from './options.js';

/** Callbacks that name the caller or the room. A callback of an earlier visit (default: the current one) changes nothing. */
interface OfVisit {
  readonly at: EpochMs;
  readonly visit?: number;
}

/** Requests for TwiML. */
export type ForwardingRequest =
  | {
      readonly type: 'inbound';
      readonly at: EpochMs;
      readonly call: InboundCall;
      readonly settings: CallSettings;
      /** The call's state was lost, and this was its visit: legs still out belong to no record. */
      readonly lostVisit?: number;
    }
  | InboundDecided
  /** The caller left the room: `<Dial action>`. */
  | ({ readonly type: 'caller.ended'; readonly status: CallStatus } & OfVisit)
  | FallbackEnded
  | ListenRequest
  /** The caller was redirected. */
  | ({
      readonly type: 'caller.document';
      readonly status: CallStatus;
      readonly sid?: CallSid;
      /** The part of the fallback that the redirect leads to. */
      readonly part?: number;
    } & OfVisit)
  | LegRequest;

/** What happened in the room: it starts or ends, or somebody joins or leaves. */
export type ConferenceEvent = 'start' | 'end' | 'join' | 'leave';

/** Notifications, answered 204. Any of them may be lost, late or repeated. */
export type ForwardingNotification =
  | { readonly type: 'caller.status'; readonly at: EpochMs; readonly status: CallStatus }
  /** The HTTP endpoint told the caller goodbye because the store or our code failed for too long. */
  | ({ readonly type: 'caller.goodbye' } & OfVisit)
  | ({
      readonly type: 'conference';
      readonly event: ConferenceEvent;
      readonly sid: CallSid | null;
      /** `ReasonParticipantLeft`. */
      readonly reason: string | null;
      /** `ParticipantCallStatus`. */
      readonly status: CallStatus | null;
      readonly conference?: ConferenceSid | null;
    } & OfVisit)
  | LegStatusEvent
  | LegVerdictEvent
  | RecordingMade;

/** Every event of the forwarding flow: requests for TwiML, notifications, outcomes and timers. */
export type ForwardingEvent = ForwardingRequest | ForwardingNotification | OutcomeEvent | TimerEvent;
