import {
  busy,
  fax,
  human,
  noAnswer,
  refused,
  silent,
  unreachable,
  voicemail,
  type HangUpRule,
  type Person,
} from '@amd/simulator';
import type { CallOptions, CallResult } from '@amd/core';

export interface Scenario {
  readonly name: string;
  /** Rung in this order. */
  readonly people: readonly { readonly name: string; readonly person: Person }[];
  /** Rings all of them at the same time. */
  readonly atOnce?: boolean;
  /** How their calls are handled, if not by default. */
  readonly options?: Omit<CallOptions, 'forwardTo'>;
  readonly hangUp?: HangUpRule;
  readonly outcome: CallResult;
  /** Who talks with the caller, by name. */
  readonly talksTo?: string;
  /** One of them, whichever was first. */
  readonly talksToOneOf?: readonly string[];
  /** The caller has left a message. */
  readonly leavesMessage?: boolean;
  /** Who must hear why they are not connected. */
  readonly told?: string;
}

const TALK = { talkMs: 8_000 };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a human answers',
    people: [{ name: 'Alice', person: human(TALK) }],
    outcome: 'connected',
    talksTo: 'Alice',
  },
  {
    name: 'voicemail, then a human further down the list',
    people: [
      { name: 'Alice', person: voicemail({ ringMs: 12_000 }) },
      { name: 'Bob', person: human(TALK) },
    ],
    outcome: 'connected',
    talksTo: 'Bob',
  },
  {
    name: 'a fax, then a human',
    people: [
      { name: 'Office', person: fax() },
      { name: 'Bob', person: human(TALK) },
    ],
    outcome: 'connected',
    talksTo: 'Bob',
  },
  { name: 'busy', people: [{ name: 'Alice', person: busy() }], outcome: 'unanswered' },
  { name: 'no answer', people: [{ name: 'Alice', person: noAnswer() }], outcome: 'unanswered' },
  { name: 'a number that fails', people: [{ name: 'Alice', person: unreachable() }], outcome: 'unanswered' },
  {
    name: 'an unknown answer that confirms',
    people: [{ name: 'Alice', person: silent({ ...TALK, key: '#' }) }],
    outcome: 'connected',
    talksTo: 'Alice',
  },
  {
    name: 'an unknown answer that does not confirm',
    people: [{ name: 'Alice', person: silent() }],
    outcome: 'unanswered',
  },
  {
    name: 'the caller hangs up while it rings',
    people: [{ name: 'Alice', person: human(TALK) }],
    hangUp: { when: 'leg-ringing', afterMs: 3_000 },
    outcome: 'callerLeft',
  },
  {
    name: 'the caller hangs up during detection',
    people: [{ name: 'Alice', person: human(TALK) }],
    hangUp: { when: 'leg-detecting', afterMs: 1_000 },
    outcome: 'callerLeft',
  },
  {
    name: 'the caller hangs up as the human answers',
    people: [{ name: 'Alice', person: human(TALK) }],
    hangUp: { when: 'leg-human', afterMs: 0 },
    outcome: 'callerLeft',
    told: 'Alice',
  },
  {
    name: 'nobody can be reached',
    people: [
      { name: 'Alice', person: busy() },
      { name: 'Bob', person: voicemail({ ringMs: 12_000 }) },
      { name: 'Carol', person: noAnswer() },
    ],
    outcome: 'unanswered',
  },
  {
    name: 'a number that Twilio refuses, then a human',
    people: [
      { name: 'Typo', person: refused(21211) },
      { name: 'Bob', person: human(TALK) },
    ],
    outcome: 'connected',
    talksTo: 'Bob',
  },
];
