import type { Call, CallStatus } from './call.js';
import type { Execution } from './execution.js';
import type { Recording, RecordingCallback } from './recording.js';

export type ConferenceEvent =
  'start' | 'end' | 'join' | 'leave' | 'mute' | 'hold' | 'modify' | 'speaker' | 'announcement';

export type LeaveReason =
  | 'participant_hung_up'
  | 'participant_updated_via_api'
  | 'moderator_ended_conference'
  | 'conference_ended_via_api'
  | 'participant_add_failed';

export type EndReason =
  | 'last-participant-left'
  | 'last-participant-kicked'
  | 'participant-with-end-conference-on-exit-left'
  | 'participant-with-end-conference-on-exit-kicked'
  | 'conference-ended-via-api';

/** How a participant entered. */
export interface EntrySettings {
  readonly name: string;
  readonly startOnEnter: boolean;
  readonly endOnExit: boolean;
  readonly muted: boolean;
  readonly beep: 'true' | 'false' | 'onEnter' | 'onExit';
  readonly maxParticipants: number;
  readonly label: string | undefined;
  readonly callback: { url: string; method: 'GET' | 'POST'; events: ReadonlySet<ConferenceEvent> } | undefined;
  /** `record="record-from-start"`. */
  readonly record: { readonly callback: RecordingCallback | undefined } | undefined;
}

/** One call in one conference. */
export interface Membership {
  readonly conference: Conference;
  readonly call: Call;
  settings: EntrySettings;
  hold: boolean;
  muted: boolean;
  /** Epoch ms. */
  readonly since: number;
  /** The wait document being played. */
  waiting: Execution | undefined;
  /** An announcement that only they hear. */
  announcing: Execution | undefined;
  /** Ends the `<Dial>` when the call was taken out by other means. */
  readonly release: () => void;
}

/** A room. The settings of the first participant apply (twilio.com/docs/voice/twiml/conference). */
export class Conference {
  readonly sid: string;
  readonly name: string;
  status: 'init' | 'in-progress' | 'completed' = 'init';
  readonly createdAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  reasonEnded: EndReason | undefined;
  endedBy: string | undefined;
  sequence = 1;
  recording: Recording | undefined;
  readonly rules: EntrySettings;
  readonly members = new Map<string, Membership>();

  constructor(options: { sid: string; createdAt: number; rules: EntrySettings }) {
    this.sid = options.sid;
    this.name = options.rules.name;
    this.createdAt = options.createdAt;
    this.rules = options.rules;
  }

  get started(): boolean {
    return this.startedAt !== undefined;
  }
}

/** `ParticipantCallStatus` of a leave event. */
export type LeaveStatus = CallStatus;
