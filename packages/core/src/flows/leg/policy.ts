import type { AnsweredBy } from '../../wire/answered-by.js';

/** What an answer means. */
export type AnswerAction = 'bridge' | 'confirm' | 'hang up';
/** Exhaustively typed: a new kind of answer does not compile until somebody decided what it means. */
export type AnswerPolicy = Readonly<Record<AnsweredBy, AnswerAction>>;

/** Fail-safe: a human is bridged, an unknown is asked for a key, everything else is hung up on. */
export const DEFAULT_POLICY: AnswerPolicy = {
  human: 'bridge',
  unknown: 'confirm',
  machine_start: 'hang up',
  machine_end_beep: 'hang up',
  machine_end_silence: 'hang up',
  machine_end_other: 'hang up',
  fax: 'hang up',
};
