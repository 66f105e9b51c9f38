/**
 * Verdicts of machine detection. `Enable` reports `machine_start`; `DetectMessageEnd` reports `machine_end_*`; the other three
 * exist in both modes (twilio.com/docs/voice/answering-machine-detection).
 */
export const ANSWERED_BY = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
] as const;

/** Who answered, as Twilio says in `AnsweredBy`. */
export type AnsweredBy = (typeof ANSWERED_BY)[number];

/**
 * Reads a verdict. A missing or unknown value says nothing, so it counts as `unknown`; an unknown `machine_…` is still a machine.
 */
export function parseAnsweredBy(value: string | undefined): AnsweredBy {
  const known = ANSWERED_BY.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  return value?.startsWith('machine') === true ? 'machine_end_other' : 'unknown';
}
