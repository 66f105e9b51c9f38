/**
 * What Twilio's documentation leaves open, one switch each. The first value is the default: the assumption that most sources
 * support. A correct application passes its tests under every value.
 */
export const TOGGLE_VALUES = {
  /** REST `Status=canceled` on a call in progress: nothing happens (200), or 400/21220. */
  cancelInProgress: ['noop', 'error'],
  /** Final status after REST `Status=completed` on a queued call. */
  completeWhileQueued: ['canceled', 'completed'],
  /** Final status after REST `Status=completed` on a ringing call. */
  completeWhileRinging: ['canceled', 'completed', 'no-answer'],
  /** Whether the `answered` callback leaves at pick-up, before the `Url` request of synchronous detection, or after it. */
  answeredBeforeUrl: [true, false],
  /** Callee hangs up during synchronous detection: no `Url` request, or one with `AnsweredBy=unknown` just before the end. */
  hangupDuringAmd: ['noUrl', 'urlUnknown'],
  /** `<Dial action>` of a leg redirected by REST: not requested, or requested late with its answer ignored. */
  dialActionOnRedirect: ['none', 'late'],
  /** Whether `<Dial action>` is requested when the caller hangs up. */
  dialActionOnHangup: [true, false],
  /** Asynchronous detection callback of a call that ended before a verdict. */
  asyncResultAfterHangup: ['none', 'unknown'],
  /** `conference-end` of a conference that never started. */
  conferenceEndWithoutStart: [true, false],
  /** Whether `endConferenceOnExit` also drops those who wait in a conference that never started. */
  endOnExitWithoutStart: [true, false],
  /** REST redirect of a queued or ringing call: 400/21220, or accepted. */
  redirectWhileRinging: ['21220', 'ok'],
  /** `MachineDetectionDuration` on the `Url` request of synchronous detection. */
  machineDetectionDurationOnSync: ['absent', 'ms'],
  /** `AnsweredBy` on the final status callback when there was a verdict. */
  answeredByOnCompleted: ['present', 'absent'],
  /** `AnsweredBy` on the final status callback when detection never finished. */
  answeredByWhenUnfinished: ['absent', 'unknown'],
  /** Final status of an inbound call whose caller leaves before TwiML answered. */
  inboundGivenUp: ['no-answer', 'canceled'],
  /** A TwiML request answered with nothing (204 or an empty body): the call ends, or it counts as a failure. */
  emptyDocument: ['hangup', 'failure'],
  /** `ErrorCode` and `ErrorMessage` on the status callback of a failed call. */
  errorCodeOnStatus: ['absent', 'present'],
  /** Whether a `CallToken` is still good when its inbound call has ended. */
  callTokenAfterEnd: ['refused', 'accepted'],
  /** `<Enqueue action>` of a caller redirected by REST: requested with its answer ignored, or not. */
  enqueueActionOnRedirect: ['redirected', 'none'],
  /** An assignment callback answered with 204: treated like 200 with nothing, or with a warning as well. */
  emptyAssignment204: ['accepted', 'warning'],
  /** Which leg wins a `<Dial>` of several numbers with a `url`: the first to pick up, or the first whose document is over. */
  dialRace: ['first-pick-up', 'first-connected'],
  /** `DialCallStatus` after a `<Dial><Queue>` that failed. */
  dialQueueFailureStatus: ['failed', 'completed'],
  /** After a bridge, a task of a multitasking workspace waits in `wrapping` to be completed, or is completed at once. */
  wrapAfterBridge: ['multitask', 'never'],
  /** Whether a cancelled task takes its call out of the queue. */
  taskCancelUnqueuesCall: [false, true],
  /** `TaskCanceledReason` when the caller hung up. */
  taskCanceledReason: ['hangup', 'Task canceled'],
  /** `I-Twilio-Idempotency-Token` of a request that is sent again: that of the first attempt, or a new one. */
  retryToken: ['same', 'new'],
} as const;

/** The switches with the values each may take. */
export type Toggles = { -readonly [Name in keyof typeof TOGGLE_VALUES]: (typeof TOGGLE_VALUES)[Name][number] };

/** Every switch at its default. */
export const DEFAULT_TOGGLES: Readonly<Toggles> = Object.freeze(
  Object.fromEntries(Object.entries(TOGGLE_VALUES).map(([name, values]) => [name, values[0]])) as Toggles,
);

/** For each switch, the values that are not the default: `for (const [name, values] of Object.entries(ALTERNATIVES))`. */
export const ALTERNATIVES: Readonly<{ [Name in keyof Toggles]: readonly Toggles[Name][] }> = Object.freeze(
  Object.fromEntries(Object.entries(TOGGLE_VALUES).map(([name, values]) => [name, values.slice(1)])) as unknown as {
    [Name in keyof Toggles]: readonly Toggles[Name][];
  },
);
