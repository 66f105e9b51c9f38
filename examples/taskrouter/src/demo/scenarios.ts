import type { TaskCallResult } from '@amd/core';
import {
  busy,
  fax,
  human,
  noAnswer,
  silent,
  unreachable,
  voicemail,
  type HangUpRule,
  type Person,
} from '@amd/simulator';

/** The workers of the tour; Dora has no phone. */
export type WorkerName = 'Ann' | 'Ben' | 'Cara' | 'Dora';

export interface Scenario {
  readonly name: string;
  /** Which workers are at work, and who answers their phone. */
  readonly workers: Partial<Readonly<Record<WorkerName, Person>>>;
  /** One for each caller; default: one who waits. */
  readonly callers?: readonly (HangUpRule | undefined)[];
  /** Seconds; default 120. */
  readonly reservationTimeout?: number;
  /** How long a task stays in the queue, in seconds; default: forever. */
  readonly workflowTimeout?: number;
  /** Twilio fails for our rejections. */
  readonly rejectionsFail?: boolean;
  /** When the first worker cools down, a person at the console moves them here. */
  readonly movedTo?: string;
  readonly outcome: TaskCallResult;
  /** Who talks with a caller. */
  readonly talks?: readonly WorkerName[];
  /** Who must hear why they are not connected. */
  readonly told?: WorkerName;
  /** Where workers are when all is over, if not back at work. */
  readonly end?: Partial<Readonly<Record<WorkerName, string>>>;
}

const TALK = { talkMs: 8_000 };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "the first worker's voicemail, then a human",
    workers: { Ann: voicemail({ ringMs: 8_000 }), Ben: human(TALK) },
    outcome: 'connected',
    talks: ['Ben'],
  },
  { name: 'a fax, then a human', workers: { Ann: fax(), Ben: human(TALK) }, outcome: 'connected', talks: ['Ben'] },
  { name: 'busy, then a human', workers: { Ann: busy(), Ben: human(TALK) }, outcome: 'connected', talks: ['Ben'] },
  {
    name: 'no answer, then a human',
    workers: { Ann: noAnswer(), Ben: human(TALK) },
    outcome: 'connected',
    talks: ['Ben'],
  },
  {
    name: 'a number that does not exist: its worker goes Offline',
    workers: { Ann: unreachable(), Ben: human(TALK) },
    outcome: 'connected',
    talks: ['Ben'],
    end: { Ann: 'Offline' },
  },
  {
    name: 'a worker without a phone goes Offline',
    workers: { Dora: human(), Ben: human(TALK) },
    outcome: 'connected',
    talks: ['Ben'],
    end: { Dora: 'Offline' },
  },
  {
    name: 'an unknown answer that confirms',
    workers: { Ann: silent({ ...TALK, key: '#' }) },
    outcome: 'connected',
    talks: ['Ann'],
  },
  {
    name: 'the caller hangs up while it rings',
    workers: { Ann: human(TALK) },
    callers: [{ when: 'leg-ringing', afterMs: 3_000 }],
    outcome: 'callerLeft',
  },
  {
    name: 'the caller hangs up during detection',
    workers: { Ann: human(TALK) },
    callers: [{ when: 'leg-detecting', afterMs: 1_000 }],
    outcome: 'callerLeft',
  },
  {
    name: 'the caller hangs up at the moment of joining',
    workers: { Ann: human(TALK) },
    callers: [{ when: 'leg-human', afterMs: 0 }],
    outcome: 'callerLeft',
    told: 'Ann',
  },
  {
    name: 'a reservation about to time out is given up in time',
    workers: { Ann: noAnswer(), Ben: human(TALK) },
    reservationTimeout: 18,
    outcome: 'connected',
    talks: ['Ben'],
  },
  {
    name: 'a reservation that times out all the same: the worker comes back',
    workers: { Ann: busy(), Ben: human(TALK) },
    reservationTimeout: 40,
    rejectionsFail: true,
    outcome: 'connected',
    talks: ['Ben'],
  },
  {
    name: 'the workflow times out while nobody is at work',
    workers: {},
    workflowTimeout: 30,
    outcome: 'unanswered',
  },
  {
    name: 'a worker who goes Offline during the cool-down stays there',
    workers: { Ann: voicemail({ ringMs: 5_000 }), Ben: human(TALK) },
    movedTo: 'Offline',
    outcome: 'connected',
    talks: ['Ben'],
    end: { Ann: 'Offline' },
  },
  {
    name: 'the cool-down ends, and the only worker is rung again',
    workers: { Ann: noAnswer() },
    callers: [{ afterMs: 75_000 }],
    outcome: 'callerLeft',
  },
  {
    name: 'two callers and three workers',
    workers: { Ann: voicemail({ ringMs: 8_000 }), Ben: human(TALK), Cara: human(TALK) },
    callers: [undefined, undefined],
    outcome: 'connected',
    talks: ['Ben', 'Cara'],
  },
];
