import type { CallRow, LegRow } from '../../shared/protocol.js';
import { duration } from './format.js';

/** How a state looks: never by colour alone. */
export interface Look {
  readonly tone: 'live' | 'good' | 'bad' | 'wait' | 'quiet';
  readonly icon: string;
  readonly words: string;
}

export function lookOf({ phase, result, connectedAt }: CallRow): Look {
  if (phase !== 'ended') {
    switch (phase) {
      case 'arriving':
        return { tone: 'wait', icon: '◌', words: 'Arriving' };
      case 'held':
        return { tone: 'wait', icon: '◔', words: 'On hold' };
      case 'joining':
        return { tone: 'live', icon: '◑', words: 'Being connected' };
      case 'connected':
        return { tone: 'live', icon: '●', words: 'Talking' };
      case 'fallingBack':
        return { tone: 'bad', icon: '◐', words: 'Hears the fallback' };
    }
  }
  if (result === 'connected' || connectedAt !== null) return { tone: 'good', icon: '✓', words: 'Connected' };
  if (result === 'callerLeft') return { tone: 'bad', icon: '✕', words: 'Caller hung up' };
  if (result === 'handedOff') return { tone: 'quiet', icon: '↪', words: 'Handed off' };
  if (result === 'unanswered') return { tone: 'bad', icon: '–', words: 'Nobody reached' };
  return { tone: 'quiet', icon: '·', words: 'Over' };
}

export type Group = 'waiting' | 'talking' | 'connected' | 'missed';

export function groupOf({ phase, result, connectedAt }: CallRow): Group {
  if (phase === 'connected') return 'talking';
  if (phase !== 'ended' && phase !== 'fallingBack') return 'waiting';
  return result === 'connected' || connectedAt !== null ? 'connected' : 'missed';
}

const ANSWERS: Readonly<Record<string, string>> = {
  human: 'a human',
  machine_start: 'voicemail',
  machine_end_beep: 'voicemail (beep)',
  machine_end_silence: 'voicemail (silence)',
  machine_end_other: 'voicemail',
  fax: 'a fax',
  unknown: 'unknown',
};

export function answerWords(answeredBy: string): string {
  return ANSWERS[answeredBy] ?? answeredBy;
}

/** Describes a leg's result in a few words. */
export function legWords(leg: LegRow): string {
  const verdict = verdictWords(leg);
  switch (leg.result) {
    case 'bridged':
      return verdict === '' ? 'took the call' : `${verdict}, took the call`;
    case 'answered':
      return verdict === '' ? `answered by ${answerWords(leg.detail)}` : verdict;
    case 'declined':
      return verdict;
    case 'hungUp':
      return verdict === '' ? 'picked up and hung up' : `${verdict}, hung up`;
    case 'notReached':
      return leg.detail.replaceAll('-', ' ');
    case 'refused':
      return `refused: ${leg.detail}`;
    case 'stopped':
      return leg.answeredAt === null ? 'ringing stopped' : 'picked up, no longer needed';
    case 'lost':
      return 'lost: Twilio never reported the end';
    case null:
    default:
      return verdict === '' ? PHASES[leg.phase] : `${verdict}, ${PHASES[leg.phase]}`;
  }
}

/** Describes a verdict as `voicemail after 3.8 s`. */
function verdictWords({ answeredBy, answeredAt, verdictAt, keyAt, result }: LegRow): string {
  const after = (at: number | null): string =>
    answeredAt === null || at === null ? '' : ` after ${duration(at - answeredAt)}`;
  const verdict = answeredBy === null ? '' : `${answerWords(answeredBy)}${after(verdictAt)}`;
  const key = keyAt === null ? '' : `${result === 'declined' ? 'declined' : 'a key'}${after(keyAt)}`;
  // The first one decided.
  if (verdict === '' || key === '') return verdict + key;
  return (keyAt ?? 0) < (verdictAt ?? 0) ? key : `${verdict}, ${key}`;
}

const PHASES: Readonly<Record<LegRow['phase'], string>> = {
  requested: 'being called',
  placed: 'being called',
  ringing: 'ringing',
  detecting: 'picked up, in detection',
  confirming: 'asked to press a key',
  farewell: 'hears the farewell',
  joining: 'being connected',
  bridged: 'talking',
  ending: 'being hung up',
  ended: 'over',
};
