/** What an entry of the timeline is about. */
export type TimelineKind =
  | 'call' // status of a call
  | 'request' // a TwiML request and its answer
  | 'callback' // a notification: status callback, conference event, detection result
  | 'verb' // TwiML being executed
  | 'conference'
  | 'detection'
  | 'person' // what a person on the phone did
  | 'taskrouter' // events of TaskRouter, sent or not
  | 'rest'
  | 'debugger';

/** One thing that happened. */
export interface TimelineEntry {
  /** Epoch ms. */
  readonly at: number;
  /** Ms since the simulator was created. */
  readonly ms: number;
  /** CallSid or ConferenceSid. */
  readonly call: string | undefined;
  readonly kind: TimelineKind;
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>> | undefined;
}
