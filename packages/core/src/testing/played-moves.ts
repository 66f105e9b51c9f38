import { ANSWERED_BY, type AnsweredBy } from '../wire/answered-by.js';
import { type FinalCallStatus, isFinalStatus } from '../wire/call-status.js';
import type { Line } from './played-twilio.js';

/** Statuses with which a call ends that nobody picked up. */
const UNANSWERED: readonly string[] = ['busy', 'no-answer', 'failed', 'canceled'] satisfies FinalCallStatus[];

/** One move of a scripted person, checked before it is played. */
export interface Move {
  /** As in `leg(1).presses("1")`. */
  readonly name: string;
  /** Who makes it, as in `leg 1`. */
  readonly who: string;
  readonly line: Line;
}

/** @throws Error that names the move and says why it means nothing */
export function meansNothing(name: string, why: string): never {
  throw new Error(`${name} means nothing: ${why}`);
}

/** A call that is over takes no move. */
export function requireLive({ name, who, line }: Move): void {
  if (isFinalStatus(line.status)) meansNothing(name, `the call of ${who} is over (${line.status})`);
}

export function requireRinging(move: Move): void {
  requireLive(move);
  if (move.line.status === 'in-progress') meansNothing(move.name, `${move.who} has picked up already`);
}

export function requirePickedUp(move: Move): void {
  requireLive(move);
  if (move.line.status !== 'in-progress') meansNothing(move.name, `${move.who} has not picked up yet`);
}

/** A verdict has to be one of Twilio's, and detection has to be on for this leg. */
export function requireVerdict({ name, who, line }: Move, by: AnsweredBy): void {
  if (!ANSWERED_BY.includes(by)) {
    meansNothing(name, `detection says one of ${ANSWERED_BY.join(', ')}, not ${JSON.stringify(by)}`);
  }
  if (line.detection === 'off' && by !== 'human') {
    meansNothing(name, `detection is off for ${who}, so nothing says ${by}`);
  }
}

/** Only asynchronous detection decides while the call goes on, and only once. */
export function requireOpenVerdict({ name, who, line }: Move): void {
  if (line.detection === 'sync') {
    meansNothing(name, `detection of ${who} is not asynchronous: use answers(by), or settings with amd mode "async"`);
  }
  if (line.detection === 'off') meansNothing(name, `detection is off for ${who}`);
  if (line.isHeard) meansNothing(name, `detection has decided on ${who} already`);
}

export function requireUnanswered({ name }: Move, status: string): void {
  if (!UNANSWERED.includes(status)) {
    meansNothing(name, `a call that nobody picks up ends as one of ${UNANSWERED.join(', ')}`);
  }
}

/** Keys are lost unless a Gather listens. */
export function requireKeys({ name, who, line }: Move, digits: string): void {
  if (!/^[0-9*#]+$/.test(digits)) meansNothing(name, 'keys are 0 to 9, * and #');
  if (!line.listens.keys) meansNothing(name, `nobody asks ${who} for a key`);
}

/** Words are lost unless a Gather with speech listens. */
export function requireWords({ name, who, line }: Move, words: string): void {
  if (words.trim() === '') meansNothing(name, 'there are no words');
  if (!line.listens.speech) meansNothing(name, `nobody listens to what ${who} says`);
}
