import { entriesOf, oneOf } from '../../kernel/check.js';
import type { AnsweredBy } from '../../wire/answered-by.js';

/** What a policy can do after an answer. */
const ANSWER_ACTIONS = [
  /** Connects this callee to the caller. */
  'bridge',
  /** Asks this callee for a key. */
  'confirm',
  /** Hangs up and tries the next callee. */
  'hang up',
  /** Says `texts.message` to a machine that has finished its greeting, then hangs up; only for `machine_end_…`. */
  'leave a message',
] as const;

/** What to do when detection says who answered. */
export type AnswerAction = (typeof ANSWER_ACTIONS)[number];

/** What a policy can do after a call that ended before the callee could be asked. */
const END_ACTIONS = [
  /** Tries the next callee. */
  'go on',
  /** Rings no new callee: one who declines wants the caller to be told. */
  'fall back',
] as const;

/** What to do when a leg ends before anybody took the call: ring the next person, or give up. */
export type EndAction = (typeof END_ACTIONS)[number];

/** How a call ends before the callee can be asked. `hungUp`: picked up and hung up. */
export const LEG_ENDS = ['busy', 'noAnswer', 'failed', 'hungUp'] as const;

/** How a leg can end before anybody took the call; one of `LEG_ENDS`. */
export type LegEnd = (typeof LEG_ENDS)[number];

/** Exhaustively typed: a new kind of answer or end does not compile until it has an action. */
export type AnswerPolicy = Readonly<Record<AnsweredBy, AnswerAction> & Record<LegEnd, EndAction>>;

/** Fail-safe: a human is bridged, an unknown is asked for a key, every other answer is hung up on. */
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

/** The three policies to choose from by name; `balanced` is the default. */
export const POLICIES = {
  /** Bridges only what detection reports as human. */
  strict: { ...balanced, unknown: 'hang up' },
  balanced,
  /** Loses no callee to a wrong verdict: an unknown is bridged, and what sounds like a machine may still press a key. */
  lenient: {
    ...balanced,
    unknown: 'bridge',
    machine_start: 'confirm',
    machine_end_silence: 'confirm',
    machine_end_other: 'confirm',
  },
} as const satisfies Readonly<Record<string, AnswerPolicy>>;

/** The name of one of `POLICIES`. */
export type PolicyName = keyof typeof POLICIES;

/** The policy of a call that names none: `balanced`. */
export const DEFAULT_POLICY: AnswerPolicy = POLICIES.balanced;

/** Which callees are asked for a key, whatever the policy says: none, those the policy is not sure of, or all. */
export const CONFIRM = ['never', 'when-unsure', 'always'] as const;

/** Which callees are asked for a key; one of `CONFIRM`. */
export type Confirm = (typeof CONFIRM)[number];

/**
 * When detection listens. `sync`: before the callee hears anything. `async`: while they hear who is calling. `off`: never, so
 * only a key tells a human from a machine.
 */
export const AMD_MODES = ['sync', 'async', 'off'] as const;

/** When answering machine detection listens; one of `AMD_MODES`. */
export type AmdMode = (typeof AMD_MODES)[number];

/** How to handle phones that screen their calls. */
export interface Screening {
  /** What such a robot says, in lower case without punctuation. */
  readonly phrases: readonly string[];
  /** How long a machine is listened to for one of the phrases, and how long the person may take afterwards. */
  readonly listenSeconds: number;
  readonly waitSeconds: number;
}

/** Phrases of phones that ask who is calling before they ring; a voicemail greeting contains none of them. */
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
 * Returns a preset, or `balanced` with the given answers replaced.
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
