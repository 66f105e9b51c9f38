import type { Call, DocumentUrl } from './call.js';
import type { DialRecording } from './dial-recording.js';
import { durationSeconds } from './status-callback.js';

/** How a `<Dial>` came out, as its action is told. */
export interface DialOutcome {
  /** `DialCallStatus`. */
  readonly status: string;
  /** Conferences and queues have no child leg. */
  readonly child?: Call;
  /** The child was redirected away by REST, and lives on. */
  readonly away?: boolean;
}

/** The `<Dial>` that a call executes. */
export interface Dialling {
  readonly action: DocumentUrl | undefined;
  readonly recording: DialRecording;
  /** As things are now: a caller may hang up at any time. */
  outcome: DialOutcome;
  /** Whether the call has heard somebody through this `<Dial>`. */
  readonly bridged: () => boolean;
}

/** What ties a child leg to the `<Dial>` that made it, until it is over or redirected away. */
export interface Tie {
  /** It rings. */
  rings(): void;
  /** Somebody, or something, picked up. */
  picksUp(): void;
  /** Nothing more to be said to them alone: they have the caller. */
  connect(): void;
  /** It goes its own way. */
  letGo(): void;
}

/** Parameters of a `<Dial action>` (twilio.com/docs/voice/twiml/dial#action). */
export function dialParams({ outcome, bridged, recording }: Dialling): readonly (readonly [string, string])[] {
  const { status, child, away } = outcome;
  return [
    ['DialCallStatus', status],
    ...(child === undefined ? [] : ([['DialCallSid', child.sid]] as const)),
    ...(child === undefined || away === true ? [] : ([['DialCallDuration', String(durationSeconds(child))]] as const)),
    ['DialBridged', String(bridged())],
    ...recording.params(),
  ];
}
