import type { AnsweredBy, Person } from './person.js';

interface Answering {
  /** Ringing until pick-up, ms. */
  ringMs?: number;
  /** Pick-up to verdict, ms. */
  verdictMs?: number;
  /** Talks this long once bridged, then hangs up, ms. */
  talkMs?: number;
  /** Overrides what detection says. */
  answeredBy?: AnsweredBy;
  /** The key pressed when asked (`<Gather>`); `false` presses none. */
  key?: string | false;
  /** From the beginning of the prompt to the key, ms. */
  keyAfterMs?: number;
  /** After waiting alone in a conference this long, they hang up, ms. */
  patienceMs?: number;
}

const ANSWERING = Object.keys({
  ringMs: true,
  verdictMs: true,
  talkMs: true,
  answeredBy: true,
  key: true,
  keyAfterMs: true,
  patienceMs: true,
} satisfies Record<keyof Answering, true>);

/**
 * Refuses what JavaScript would pass on in silence.
 * @throws TypeError naming the person and the option
 */
function check(person: string, options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!known.includes(name)) {
      throw new TypeError(`"${name}" is not an option of ${person}(); there are ${known.join(', ')}`);
    }
    const isTime = name.endsWith('Ms') || name === 'sip';
    if (isTime && value !== undefined && (typeof value !== 'number' || !(value >= 0))) {
      throw new TypeError(`"${name}" of ${person}() must be a number, 0 or more; got ${JSON.stringify(value)}`);
    }
  }
}

const voice = (options: Answering): Partial<Person> => ({
  ...(options.answeredBy === undefined ? {} : { answeredBy: options.answeredBy }),
  ...(options.key === undefined ? {} : { key: options.key }),
  ...(options.keyAfterMs === undefined ? {} : { keyAfterMs: options.keyAfterMs }),
  ...(options.talkMs === undefined ? {} : { talkMs: options.talkMs }),
  ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
});

/** Creates a person who picks up (6 s), is recognised (2.6 s), and talks for half a minute; alone they wait one minute. */
export function human(options: Answering = {}): Person {
  check('human', options, ANSWERING);
  return {
    kind: 'human',
    pickUp: { does: 'answer', afterMs: options.ringMs ?? 6000 },
    voice: 'human',
    verdictMs: options.verdictMs ?? 2600,
    talkMs: 30_000,
    patienceMs: 60_000,
    keyAfterMs: 3000,
    ...voice(options),
  };
}

/** Creates a voicemail: picks up late (18 s), is recognised (3.8 s), beeps (14 s), and records for a minute. */
export function voicemail(options: Answering & { greetingMs?: number; beep?: boolean } = {}): Person {
  check('voicemail', options, [...ANSWERING, 'greetingMs', 'beep']);
  return {
    kind: 'voicemail',
    pickUp: { does: 'answer', afterMs: options.ringMs ?? 18_000 },
    voice: 'machine',
    verdictMs: options.verdictMs ?? 3800,
    greetingMs: options.greetingMs ?? 14_000,
    beep: options.beep ?? true,
    hangUpAfterMs: 75_000,
    ...voice(options),
  };
}

/** Creates a fax machine (recognised after 3.2 s, gives up after 30 s). */
export function fax(options: Answering = {}): Person {
  check('fax', options, ANSWERING);
  return {
    kind: 'fax',
    pickUp: { does: 'answer', afterMs: options.ringMs ?? 5000 },
    voice: 'fax',
    verdictMs: options.verdictMs ?? 3200,
    hangUpAfterMs: 30_000,
    ...voice(options),
  };
}

/**
 * Creates a person who picks up and says nothing: the verdict is `unknown` after the silence timeout. With `key` they press it.
 */
export function silent(options: Answering = {}): Person {
  check('silent', options, ANSWERING);
  return {
    kind: 'silent',
    pickUp: { does: 'answer', afterMs: options.ringMs ?? 6000 },
    voice: 'nobody',
    verdictMs: options.verdictMs ?? 0,
    talkMs: 30_000,
    patienceMs: 60_000,
    keyAfterMs: 3000,
    ...voice(options),
  };
}

/** What phones of 2025 say to unknown callers. */
const SCREENS = "Hi. If you record your name and reason for calling, I'll see if this person is available.";

/**
 * Creates a phone's call-screening robot: asks who is calling (`says`, to a verb that accepts speech), presses no key, hangs up
 * after 25 s. Detection may report anything for it; `unknown` by default. With `owner`, a person is there: once told who is
 * calling, they pick up (`ownerAfterMs`, 6 s) and press that key, and the robot no longer hangs up.
 */
export function screening(
  options: Answering & { hangUpAfterMs?: number; says?: string; owner?: string; ownerAfterMs?: number } = {},
): Person {
  check('screening', options, [...ANSWERING, 'hangUpAfterMs', 'says', 'owner', 'ownerAfterMs']);
  return {
    kind: 'screening',
    pickUp: { does: 'answer', afterMs: options.ringMs ?? 2000 },
    voice: 'machine',
    answeredBy: 'unknown',
    verdictMs: options.verdictMs ?? 4500,
    says: options.says ?? SCREENS,
    saysAfterMs: 1500,
    ...(options.owner === undefined
      ? { hangUpAfterMs: options.hangUpAfterMs ?? 25_000 }
      : { ownerKey: options.owner, ownerAfterMs: options.ownerAfterMs ?? 6000, talkMs: 30_000, patienceMs: 60_000 }),
    ...voice(options),
  };
}

/** Creates an engaged phone: `busy`, SIP 486. */
export function busy(options: { afterMs?: number } = {}): Person {
  check('busy', options, ['afterMs']);
  return {
    kind: 'busy',
    pickUp: { does: 'busy', afterMs: options.afterMs ?? 1500, sip: 486 },
    voice: 'nobody',
    verdictMs: 0,
  };
}

/** Creates a phone that rings until the `Timeout` of the call. */
export function noAnswer(): Person {
  return { kind: 'no-answer', pickUp: { does: 'ring' }, voice: 'nobody', verdictMs: 0 };
}

/** Creates an unreachable number: the create is accepted (201), then the call fails, by default with SIP 404. */
export function unreachable(options: { afterMs?: number; sip?: number } = {}): Person {
  check('unreachable', options, ['afterMs', 'sip']);
  return {
    kind: 'unreachable',
    pickUp: { does: 'fail', afterMs: options.afterMs ?? 400, sip: options.sip ?? 404 },
    voice: 'nobody',
    verdictMs: 0,
  };
}

/** Creates a number for which REST refuses the create with this Twilio error, e.g. 21211, 21214, 21215. */
export function refused(code: number): Person {
  return { kind: 'refused', pickUp: { does: 'refuse', code }, voice: 'nobody', verdictMs: 0 };
}

/** Creates a person who picks up and hangs up (1.2 s later) before detection has a verdict. */
export function hangsUpDuringDetection(options: { ringMs?: number; afterMs?: number } = {}): Person {
  check('hangsUpDuringDetection', options, ['ringMs', 'afterMs']);
  return {
    kind: 'hangs-up-during-detection',
    pickUp: { does: 'answer', afterMs: options.ringMs ?? 6000 },
    voice: 'human',
    verdictMs: 30_000,
    hangUpInDetectionMs: options.afterMs ?? 1200,
  };
}

/**
 * Creates your own phone: it rings until `answer()` or `decline()` of the call, is recognised as a human (2.6 s), and does
 * nothing by itself: keys and hanging up are yours too.
 */
export function you(options: { verdictMs?: number } = {}): Person {
  check('you', options, ['verdictMs']);
  return { kind: 'you', pickUp: { does: 'ring' }, voice: 'human', verdictMs: options.verdictMs ?? 2600 };
}
