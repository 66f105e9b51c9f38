import type { AnsweredBy } from '@amd/core';
import type { Order } from './order.js';

/** What a number does when it is called. Times in ms; `null`: never. */
export interface Person {
  readonly kind: 'human' | 'silent' | 'voicemail' | 'fax' | 'robot' | 'busy' | 'noAnswer' | 'failed' | 'refused';
  readonly ringMs: number;
  /** What detection reports about who answers. */
  readonly verdict: AnsweredBy;
  readonly verdictMs: number;
  /** They hang up this long after they answered, if nobody talks with them. */
  readonly staysMs: number | null;
  /** When they press a key after being asked. */
  readonly keyMs: number | null;
  readonly talkMs: number;
  /** The number cannot be called with another party's number (21210). */
  readonly needsOurNumber: boolean;
  readonly code: number;
  /** The owner of a phone that screens its calls takes over, or declines, this long after the robot was told who calls. */
  readonly owner: { readonly afterMs: number; readonly does: 'key' | 'declines' | 'listens' } | null;
}

const ROBOT_SAYS = [
  'Hi, if you record your name and reason for calling, I will see if this person is available.',
  'The person you are calling is using a screening service from Google.',
];
const VOICEMAIL_SAYS = ['You have reached the voicemail of Ann. Please leave a message after the tone.'];

/** Returns what is said into a Gather that accepts speech. */
export function wordsOf(order: Order, { kind }: Person): string | null {
  if (kind === 'robot') return order.pick(ROBOT_SAYS);
  if (kind === 'voicemail') return order.pick(VOICEMAIL_SAYS);
  if (kind === 'human') return order.chance(0.3) ? 'Hello? Who is this?' : null;
  return null;
}

export function somebody(order: Order): Person {
  const kind = order.pick([
    ...['human', 'human', 'human', 'human', 'human', 'human', 'voicemail', 'voicemail', 'robot', 'robot', 'robot'],
    ...['silent', 'fax', 'busy', 'noAnswer', 'failed', 'refused'],
  ] as Person['kind'][]);
  // Few moments to choose from, so that two callees often pick up at the same one.
  const ringMs = kind === 'robot' ? 1500 : order.pick([1000, 3000, 3000, 3000, 3000, 3000, 8000, 18_000, 30_000]);
  const isImpatient = order.chance(kind === 'human' || kind === 'silent' ? 0.2 : 0.1);
  return {
    kind,
    ringMs: ringMs + order.below(20),
    verdict: verdictOf(order, kind),
    verdictMs:
      order.pick(kind === 'robot' ? [2500, 9000, 14_000, 20_000] : [400, 2500, 2500, 4000, 9000, 20_000]) +
      order.below(20),
    staysMs: isImpatient
      ? order.below(9000)
      : kind === 'voicemail' || kind === 'fax'
        ? order.between(20_000, 90_000)
        : null,
    keyMs: kind === 'human' && order.chance(0.8) ? order.between(300, 9000) : null,
    talkMs: order.pick([200, 1500, 6000, 20_000, 60_000]),
    needsOurNumber: order.chance(0.1),
    code: order.pick([21211, 21214, 13224, 21215, 21612]),
    owner: order.chance(0.75)
      ? { afterMs: order.between(500, 25_000), does: order.pick(['key', 'key', 'declines', 'listens'] as const) }
      : null,
  };
}

/** Returns the verdict: detection is wrong now and then, and a robot may sound like anything. */
function verdictOf(order: Order, kind: Person['kind']): AnsweredBy {
  switch (kind) {
    case 'human':
      return order.chance(0.8) ? 'human' : order.pick(['unknown', 'machine_start'] as const);
    case 'robot':
      return order.pick(['machine_start', 'human', 'human', 'unknown'] as const);
    case 'fax':
      return 'fax';
    case 'voicemail':
      return order.chance(0.85) ? 'machine_start' : order.pick(['unknown', 'human'] as const);
    case 'silent':
    case 'busy':
    case 'noAnswer':
    case 'failed':
    case 'refused':
      return 'unknown';
  }
}

/** Returns the verdict of `DetectMessageEnd`, which says how the greeting ended, and later. */
export function atEndOfMessage(order: Order, verdict: AnsweredBy): AnsweredBy {
  if (verdict !== 'machine_start') return verdict;
  return order.pick(['machine_end_beep', 'machine_end_silence', 'machine_end_other'] as const);
}
