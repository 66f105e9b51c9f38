import type { Call, DocumentUrl } from './call.js';
import type { DialRecording } from './dial-recording.js';
import { durationSeconds } from './status-callback.js';

/** How a `<Dial>` ended, as reported to its action. */
export interface DialOutcome {
  /** `DialCallStatus`. */
  readonly status: string;
  /** Conferences and queues have no child leg. */
  readonly child?: Call;
  /** The child was redirected away by REST, and goes on. */
  readonly away?: boolean;
}

/** The `<Dial>` that a call executes. */
export interface Dialling {
  readonly action: DocumentUrl | undefined;
  readonly recording: DialRecording;
  /** The current outcome: a caller may hang up at any time. */
  outcome: DialOutcome;
  /** True if the call has heard another party through this `<Dial>`. */
  readonly bridged: () => boolean;
}

/** What ties a child leg to the `<Dial>` that created it, until it is over or redirected away. */
export interface Tie {
  /** It rings. */
  rings(): void;
  /** A person or machine picked up. */
  picksUp(): void;
  /** Its own document is over: it gets the caller. */
  connect(): void;
  /** It is no longer tied to the `<Dial>`. */
  letGo(): void;
}

/** Returns the parameters of a `<Dial action>` (twilio.com/docs/voice/twiml/dial#action). */
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
