/** A replaced word: where it may still occur, and what is said now. */
export interface Replaced {
  readonly pattern: RegExp;
  readonly now: string;
  /** Beginnings of paths in which it may occur. */
  readonly allowed?: readonly string[];
}

/** Changesets and decisions may mention older names. */
const HISTORY = ['.changeset/', 'docs/decisions/'];

const name = (pattern: string, now: string): Replaced => ({
  pattern: new RegExp(`\\b(?:${pattern})\\b`),
  now,
  allowed: HISTORY,
});

/** One word for one thing: names that nothing has any longer, and phrases that a reader has to guess at. */
export const REPLACED: readonly Replaced[] = [
  name('LegHost|LegWork|CallerWork|RecordingWork', 'LegContext, CallerContext, RecordingContext'),
  name(
    'endLeg|fetchNotice|askLeg|askCaller|askTask|askReservation',
    'hangUpLeg, expectHangup, redirectToFarewell, refresh…',
  ),
  name('noticeGiven|noticeTries|noticeMs', 'farewellDelivered, farewellTries, farewellMs'),
  name(
    'isHopeful|heedEnd|huntOn|doubtCaller|lookAtBoth|backFromRoom',
    'canStillAnswer, applyEndPolicy, startNextStep, verify…',
  ),
  name(
    'presentFallback|giveFallback|fallbackGiven|offerFallback|fallbackIsOver',
    'currentFallback, serveFallback, startFallback',
  ),
  name('LastStop|lastStopOf|leadsBack|handedOn', 'FinalFallback, wouldLoop, handedOff'),
  name(
    'stepFrom|queuedBy|roomBy|claimedAt|taskLost|workerTold|lostRound',
    'firstLegOfStep, inQueueBy, inRoomBy, wonAt, taskCanceled',
  ),
  name(
    'outOfIt|takeCaller|fetchFromNothing|talkIsOver|tellWorker',
    'onLegOut, queueVerb, redirectUnjoined, onTalkEnded, notifyWorker',
  ),
  name('presentRest|endRestsBefore|restTimer|isResting', 'currentCoolDown, endCoolDownsBefore, coolDownTimer'),
  name('wishAnswered|wishTimedOut|forgetWish|isWished', 'onChangeOutcome, onChangeTimeout, clearChange, isRequested'),
  name('introduceWorkers|createWorkerSwitch|SwitchWorker', 'syncWorkers, createAvailabilitySwitch, SetAvailability'),
  name('PlainRequest|PlainResponse|failureDocument|Admitted', 'HttpRequest, HttpResponse, fallbackTwiml, Verified'),
  name('CALLBACK_PATHS|CONFIGURED_PATHS|asksForTwiml', 'CALLBACKS, CONFIGURED, wantsTwiml'),
  name(
    'CallStory|LegStory|TaskCallStory|measureCall|measureLegs',
    'CallTimestamps, LegTimestamps, callMetrics, legMetrics',
  ),
  name(
    'RestEffect|RestResult|createPerformer|createCommitter|createPace',
    'CallEffect, TwilioResult, createEffectRunner …',
  ),
  name('AgentRow|AgentTotals|createAgentDashboard|createAgentFeed', 'WorkersRow, WorkerTotals, createWorkerDashboard'),
  name('playAside|AsideEnd|Aside|createPump', 'BackgroundDocument, playInBackground, createSettleLoop'),
  name('Stage|Patient|Ward', 'VerbContext, SimulatedTwilio, DoctorTarget, HealthySetUp'),
  name(
    'Deaths|PlannedDeaths|planDeaths|DeadlyScenario|DeadlyPlayed|Tally|tally',
    'CrashReport, PlannedCrashes, Ledger …',
  ),
  {
    ...name('storyOf|StoryProps|DraftPerson|draftOf', 'timelineOf, TimelineProps, FormPerson, formOf'),
    allowed: [...HISTORY, 'packages/core/test/runtime/metrics.test.ts'],
  },
  name(
    'Life|Sight|TakeOvers|slowestTakeOverMs|judgeCalls|judgeLine|plantedClient|plantedStore',
    'ProcessLife, Observation, Failovers, checkCalls, faultyClient, faultyStore',
  ),
  name(
    'TaskRouterScene|TraceScene|crowdScene|forwardingScene|taskRouterScene|SeededPlay|Surroundings',
    '…Scenario, SeededRun, CallEnvironment',
  ),
  {
    ...name('Trouble', 'FaultPlan'),
    allowed: [...HISTORY, 'packages/dashboard/src/page/', 'packages/simulator/'],
  },
  {
    pattern: /amd_round|outbound\/round|leg\.round|reservation\.rest\b/,
    now: 'amd_visit, /outbound/poll, leg.poll',
    allowed: HISTORY,
  },
  { pattern: /speed of life|faster than life/, now: 'real time' },
  { pattern: /bends no call/, now: 'does not affect calls in progress' },
];
