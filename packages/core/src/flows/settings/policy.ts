import { entriesOf, oneOf } from '../../kernel/check.js';
import type { AnsweredBy } from '../../wire/answered-by.js';

/** What an answer may mean. */
const ANSWER_ACTIONS = [
  /** This person gets the caller. */
  'bridge',
  /** They are asked for a key. */
  'confirm',
  /** The next one is tried. */
  'hang up',
  /** A machine that has finished its greeting hears `texts.message` first; only for `machine_end_…`. */
  'leave a message',
] as const;

export type AnswerAction = (typeof ANSWER_ACTIONS)[number];

/** What it may mean that a call was over before anybody could be asked. */
const END_ACTIONS = [
  /** The next one is tried. */
  'go on',
  /** Nobody new is rung: who declines wants the caller to be told. */
  'fall back',
] as const;

export type EndAction = (typeof END_ACTIONS)[number];

/** How a call ends before anybody could be asked. `hungUp`: picked up and hung up. */
export const LEG_ENDS = ['busy', 'noAnswer', 'failed', 'hungUp'] as const;

export type LegEnd = (typeof LEG_ENDS)[number];

/** Exhaustively typed: a new kind of answer or end does not compile until somebody decided what it means. */
export type AnswerPolicy = Readonly<Record<AnsweredBy, AnswerAction> & Record<LegEnd, EndAction>>;

/** Fail-safe: a human is bridged, an unknown is asked for a key, everything else is hung up on. */
const balanced: AnswerPolicy = {
  human: 'bridge',
  unknown: 'confirm',
  machine_start: 'hang up',
  machine_end_beep: 'hang up',
  machine_end_silence: 'hang up',
  machine_end_other: 'hang up',
  fax: 'hang up',
  busy: 'go on',
  noAnswer: 'go on',
  failed: 'go on',
  hungUp: 'go on',
};

export const POLICIES = {
  /** Only who is heard as a human. */
  strict: { ...balanced, unknown: 'hang up' },
  balanced,
  /** Nobody is lost to a wrong verdict: an unknown is bridged, and what sounds like a machine may still press a key. */
  lenient: {
    ...balanced,
    unknown: 'bridge',
    machine_start: 'confirm',
    machine_end_silence: 'confirm',
    machine_end_other: 'confirm',
  },
} as const satisfies Readonly<Record<string, AnswerPolicy>>;

export type PolicyName = keyof typeof POLICIES;

export const DEFAULT_POLICY: AnswerPolicy = POLICIES.balanced;

/** Who is asked for a key, whatever the policy says: nobody, those it is not sure of, or everybody. */
export const CONFIRM = ['never', 'when-unsure', 'always'] as const;

export type Confirm = (typeof CONFIRM)[number];

/**
 * When detection listens. `sync`: before the callee hears anything. `async`: while they hear who is calling.
 * `off`: not at all, so that only a key tells a human from a machine.
 */
export const AMD_MODES = ['sync', 'async', 'off'] as const;

export type AmdMode = (typeof AMD_MODES)[number];

/** How phones that screen their calls are spoken to. */
export interface Screening {
  /** What such a robot says, in lower case without punctuation. */
  readonly phrases: readonly string[];
  /** How long a machine is listened to for one of them, and how long the person may take afterwards. */
  readonly listenSeconds: number;
  readonly waitSeconds: number;
}

/** Of phones that ask who is calling before they ring; none of them is what a voicemail says. */
export const SCREENING_PHRASES: readonly string[] = [
  'name and reason for calling',
  'reason for your call',
  'why you re calling',
  'why you are calling',
  'screening service',
  'see if this person is available',
  'before i try to connect you',
];

const PRESETS = Object.keys(POLICIES) as PolicyName[];

/**
 * A preset, or `balanced` with what was given.
 * @throws TypeError naming the answer
 */
export function policyOf(value: unknown): AnswerPolicy {
  if (typeof value === 'string') return POLICIES[oneOf(value, PRESETS, 'policy')];
  const given = entriesOf(value, 'policy', Object.keys(DEFAULT_POLICY));
  for (const [answer, action] of Object.entries(given)) {
    const option = `policy.${answer}`;
    if (LEG_ENDS.some((end) => end === answer)) oneOf(action, END_ACTIONS, option);
    else oneOf(action, ANSWER_ACTIONS, option);
  }
  return { ...DEFAULT_POLICY, ...given };
}
