/** Verdicts of answering machine detection (twilio.com/docs/voice/answering-machine-detection). */
export type AnsweredBy =
  'human' | 'machine_start' | 'machine_end_beep' | 'machine_end_silence' | 'machine_end_other' | 'fax' | 'unknown';

/** What happens to a call before anyone speaks. Times in ms from the start of ringing (or of dialling). */
export type PickUp =
  | { readonly does: 'answer'; readonly afterMs: number }
  | { readonly does: 'busy'; readonly afterMs: number; readonly sip: number }
  | { readonly does: 'ring' }
  | { readonly does: 'fail'; readonly afterMs: number; readonly sip: number }
  | { readonly does: 'refuse'; readonly code: number };

/** A person or machine at a number. Plain data: create your own or use the functions beside this type. */
export interface Person {
  readonly kind: string;
  readonly pickUp: PickUp;
  /** What detection finds: `machine` becomes one of the `machine_…` values, by mode. */
  readonly voice: 'human' | 'machine' | 'fax' | 'nobody';
  /** Overrides the verdict that `voice` would give. */
  readonly answeredBy?: AnsweredBy;
  /** Pick-up to verdict, ms. */
  readonly verdictMs: number;
  /** Machines: pick-up to the end of the greeting, ms, and whether a beep ends it. */
  readonly greetingMs?: number;
  readonly beep?: boolean;
  /** Talks this long once bridged, then hangs up, ms. Undefined: until the other side hangs up. */
  readonly talkMs?: number;
  /** Waits this long alone in a conference before hanging up, ms. */
  readonly patienceMs?: number;
  /** Hangs up this long after picking up, whatever happens, ms. */
  readonly hangUpAfterMs?: number;
  /** Hangs up while detection runs, this long after picking up, ms. */
  readonly hangUpInDetectionMs?: number;
  /** Pressed when a `<Gather>` asks; `false` or undefined presses nothing. */
  readonly key?: string | false;
  /** Says this to a `<Gather>` that accepts speech, at the earliest this long after picking up, ms. */
  readonly says?: string;
  readonly saysAfterMs?: number;
  /** A screened call: key pressed by the owner, this long after the robot was told who is calling. */
  readonly ownerKey?: string;
  readonly ownerAfterMs?: number;
  /** From the beginning of the prompt to the key, ms. */
  readonly keyAfterMs?: number;
}

/**
 * Refuses what is no person, where JavaScript would only fail when the phone rings.
 * @throws TypeError naming the number, and what was forgotten
 */
export function checkPeople(people: Readonly<Record<string, unknown>>): void {
  for (const [number, person] of Object.entries(people)) {
    if (/^[0-9(][0-9 ().-]*$/.test(number)) {
      throw new TypeError(`"people" must name phone numbers in E.164 form, such as +14155550142; got ${number}`);
    }
    if (typeof person === 'function') {
      throw new TypeError(`"people" has the function ${person.name} at ${number}: call it, ${person.name}()`);
    }
    if (typeof person !== 'object' || person === null || !('pickUp' in person)) {
      throw new TypeError(`"people" has no person at ${number}: write human(), voicemail(), noAnswer() …`);
    }
  }
}
