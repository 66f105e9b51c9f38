import { human, voicemail, type HangUpRule, type Person } from '@amd/simulator';
import type { CallOptions } from '@amd/core';

/**
 * What has just happened at Twilio when the app is killed. `calling`: a caller is about to call. `verdict`: the app has committed
 * who answered, and Twilio never receives the reply.
 */
export type Moment = 'calling' | 'greeted' | 'ringing' | 'pickedUp' | 'verdict' | 'talking' | 'recording';

/** When the app is killed. */
export interface PlannedCrash {
  readonly when: Moment;
  /** How much later the app is killed, in ms of the simulator. */
  readonly afterMs?: number;
}

/** How a call may end well. `fallback`: the caller hears what is configured for calls while the app is down. */
export type Ending = 'talk' | 'message' | 'told' | 'fallback' | 'hungUp';

/** One call, and when the app is killed in the middle of it. */
export interface CrashScenario {
  readonly name: string;
  /** Rung in this order. */
  readonly people: readonly { readonly name: string; readonly person: Person }[];
  readonly options?: Omit<CallOptions, 'forwardTo'>;
  readonly crashes: readonly PlannedCrash[];
  readonly hangUp?: HangUpRule;
  readonly ending: Ending;
  /** The people of whom one is to talk with the caller. */
  readonly talksTo?: readonly string[];
  /** How long they talk at least, ms: a talk that is cut by the app's crash does not count. */
  readonly talkMs?: number;
}

const TALK_MS = 12_000;
/** Enough time for the app to come back before they pick up, or before detection has decided. */
const SLOW = { ringMs: 9_000, verdictMs: 9_000, talkMs: TALK_MS };

export const CRASH_SCENARIOS: readonly CrashScenario[] = [
  {
    name: 'killed while the caller is greeted',
    people: [
      { name: 'Ann', person: human(SLOW) },
      // What may have been sent is never sent twice: if Ann is lost at that very moment, Ben is rung.
      { name: 'Ben', person: human(SLOW) },
    ],
    crashes: [{ when: 'greeted', afterMs: 500 }],
    ending: 'talk',
    talksTo: ['Ann', 'Ben'],
    talkMs: TALK_MS,
  },
  {
    name: 'killed while a phone rings',
    people: [{ name: 'Ann', person: human(SLOW) }],
    crashes: [{ when: 'ringing', afterMs: 2_000 }],
    ending: 'talk',
    talksTo: ['Ann'],
    talkMs: TALK_MS,
  },
  {
    name: 'killed while detection listens',
    people: [{ name: 'Ann', person: human(SLOW) }],
    crashes: [{ when: 'pickedUp', afterMs: 1_000 }],
    ending: 'talk',
    talksTo: ['Ann'],
    talkMs: TALK_MS,
  },
  {
    name: 'killed while detection listens, and not back when it has decided',
    people: [
      { name: 'Ann', person: human({ talkMs: TALK_MS, verdictMs: 1_200 }) },
      { name: 'Ben', person: human({ talkMs: TALK_MS }) },
    ],
    crashes: [{ when: 'pickedUp', afterMs: 1_000 }],
    ending: 'talk',
    talksTo: ['Ben'],
    talkMs: TALK_MS,
  },
  {
    name: 'killed between the human verdict and the bridge',
    people: [
      { name: 'Ann', person: human({ talkMs: TALK_MS, verdictMs: 1_500 }) },
      { name: 'Ben', person: human({ talkMs: TALK_MS }) },
    ],
    options: { amd: { mode: 'async' } },
    crashes: [{ when: 'verdict' }],
    ending: 'talk',
    talksTo: ['Ann', 'Ben'],
    talkMs: TALK_MS,
  },
  {
    name: 'killed while they talk',
    people: [{ name: 'Ann', person: human({ talkMs: 20_000 }) }],
    crashes: [{ when: 'talking', afterMs: 3_000 }],
    ending: 'talk',
    talksTo: ['Ann'],
    talkMs: 20_000,
  },
  {
    name: 'killed three times in one call',
    people: [
      { name: 'Ann', person: voicemail({ ringMs: 9_000, verdictMs: 9_000 }) },
      { name: 'Ben', person: human(SLOW) },
    ],
    crashes: [
      { when: 'ringing', afterMs: 1_000 },
      { when: 'pickedUp', afterMs: 1_000 },
      { when: 'talking', afterMs: 2_000 },
    ],
    ending: 'talk',
    talksTo: ['Ben'],
    talkMs: TALK_MS,
  },
  {
    name: 'nobody human, and killed while the caller leaves a message',
    people: [{ name: 'Ann', person: voicemail({ ringMs: 2_000 }) }],
    options: { fallback: { kind: 'voicemail' } },
    crashes: [{ when: 'recording', afterMs: 3_000 }],
    hangUp: { afterMs: 45_000 },
    ending: 'message',
  },
  {
    name: 'killed, and the caller hangs up before the app is back',
    people: [{ name: 'Ann', person: human(SLOW) }],
    crashes: [{ when: 'ringing', afterMs: 2_000 }],
    hangUp: { when: 'leg-ringing', afterMs: 2_300 },
    ending: 'hungUp',
  },
  {
    name: 'somebody calls while the app is dead',
    people: [{ name: 'Ann', person: human(SLOW) }],
    crashes: [{ when: 'calling' }],
    ending: 'fallback',
  },
];
