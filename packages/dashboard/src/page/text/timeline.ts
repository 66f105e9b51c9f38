import type { CallRow, LegRow } from '../../shared/protocol.js';
import { duration } from './format.js';
import { answerWords } from './words.js';

export interface Moment {
  readonly at: number;
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'plain';
}

const OUTCOMES: Readonly<Record<string, string>> = {
  connected: 'The call is over.',
  unanswered: 'Nobody could be reached; the caller got the fallback.',
  handedOff: 'Nobody could be reached; the caller was handed off.',
  callerLeft: 'The caller hung up before anybody took the call.',
};

/** Tells the whole call in sentences, in order. `number` formats numbers for people. */
export function timelineOf(row: CallRow, number: (text: string) => string): Moment[] {
  const moments: Moment[] = [];
  const add = (at: number | null, text: string, tone: Moment['tone'] = 'plain'): void => {
    if (at !== null) moments.push({ at, text, tone });
  };
  add(row.startedAt, `${number(row.from)} calls ${number(row.to)}.`);
  add(row.heldAt, 'The caller is on hold.');
  for (const leg of row.legs) addLeg(leg, number, add);
  add(row.fallbackAt, 'Nobody is left to ring: the caller gets the fallback.', 'bad');
  if (row.messageSeconds !== null)
    add(row.endedAt, `The caller leaves a message of ${duration(row.messageSeconds * 1000)}.`, 'good');
  add(row.endedAt, OUTCOMES[row.result ?? ''] ?? 'The call is over.', row.result === 'connected' ? 'plain' : 'bad');
  return moments.map((moment, index) => ({ ...moment, index })).sort((a, b) => a.at - b.at || a.index - b.index);
}

function addLeg(
  leg: LegRow,
  number: (text: string) => string,
  add: (at: number | null, text: string, tone?: Moment['tone']) => void,
): void {
  const who = leg.name === '' ? number(leg.to) : leg.name;
  const { reservation } = leg;
  if (reservation !== null) {
    add(reservation.assignedAt, `TaskRouter reserves ${who}.`);
    add(reservation.endedAt, endOfReservation(reservation, who), reservation.result === 'accepted' ? 'good' : 'plain');
    // A worker without a phone number has no call.
    if (leg.to === '') {
      add(leg.requestedAt, `${who} has no usable phone number.`, 'bad');
      return;
    }
  }
  add(leg.requestedAt, `We call ${leg.name === '' ? who : `${who} (${number(leg.to)})`}.`);
  const { queuedMs } = leg;
  const queued = queuedMs === null || queuedMs < QUEUED_MS ? '' : `, after ${duration(queuedMs)} in Twilio's queue`;
  add(leg.ringingAt, `${who}'s phone rings${queued}.`);
  const rang =
    leg.ringingAt === null || leg.answeredAt === null ? '' : ` after ${duration(leg.answeredAt - leg.ringingAt)}`;
  add(leg.answeredAt, `${who}'s phone is picked up${rang}.${silence(leg)}`);
  if (leg.answeredBy !== null) {
    const took =
      leg.answeredAt === null || leg.verdictAt === null ? '' : ` It took ${duration(leg.verdictAt - leg.answeredAt)}.`;
    add(leg.verdictAt, `It is ${answerWords(leg.answeredBy)}.${took}`, leg.answeredBy === 'human' ? 'good' : 'bad');
  }
  if (leg.screened) add(leg.greetedAt, `A robot screens calls for ${who}: it hears who is calling.`);
  if (leg.result === 'declined') add(leg.keyAt, `${who} declines the call with a key.`);
  else add(leg.keyAt, `${who} presses a key.`, 'good');
  add(leg.joinedAt, `${who} and the caller are connected.`, 'good');
  add(leg.endedAt, endOf(leg, who), leg.result === 'refused' || leg.result === 'lost' ? 'bad' : 'plain');
}

/** A new call waits about a second in any case. */
const QUEUED_MS = 1_500;

/** Tells how long the callee heard nothing after picking up, and how long it would have been with synchronous detection. */
function silence({ answeredAt, greetedAt, verdictAt }: LegRow): string {
  if (answeredAt === null || greetedAt === null || (verdictAt !== null && greetedAt >= verdictAt)) return '';
  const instead = verdictAt === null ? '' : `, instead of ${duration(verdictAt - answeredAt)}`;
  return ` They hear us after ${duration(greetedAt - answeredAt)}${instead}.`;
}

function endOfReservation({ result, sends }: NonNullable<LegRow['reservation']>, who: string): string {
  switch (result) {
    case 'accepted':
      return `${who}'s reservation is done.`;
    case 'rejected':
      if (sends === null) return `${who}'s reservation is rejected.`;
      return `${who}'s reservation is rejected: ${who} ${sends === 'coolDown' ? 'gets a cool-down' : 'goes offline'}.`;
    case 'timeout':
      return `${who}'s reservation timed out.`;
    case 'rescinded':
      return `${who} is not needed: another worker has the caller.`;
    case 'canceled':
    case null:
    default:
      return `${who}'s reservation is cancelled.`;
  }
}

function endOf(leg: LegRow, who: string): string {
  switch (leg.result) {
    case 'notReached':
      return `${who} was not reached: ${leg.detail.replaceAll('-', ' ')}.`;
    case 'refused':
      return `${who} was not called: ${leg.detail}.`;
    case 'stopped':
      return leg.answeredAt === null
        ? `We stop ringing ${who}.`
        : `We hang up on ${who}'s phone: it is no longer needed.`;
    case 'hungUp':
      return `${who} hung up before it was clear who answered.`;
    case 'lost':
      return `Twilio never reported how the call to ${who} ended.`;
    case null:
    default:
      return `${who}'s call is over.`;
  }
}
