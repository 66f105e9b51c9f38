import { isWithheld } from '../wire/caller-id.js';

/** Prefix of every record that counts calls. */
export const LIMITS = 'limits:';

/** Prefix of the records that count the calls of one caller. */
export const LIMITS_FROM = `${LIMITS}from:`;

/** Where the calls of a caller are counted. Callers who hide their number are counted together. */
export function callerKey(from: string): string {
  return LIMITS_FROM + (isWithheld(from) ? 'withheld' : from.slice(0, 64));
}

/** Where the calls in progress of a flow are counted. */
export function atOnceKey(flow: string): string {
  return `${LIMITS}at-once${flow === 'forwarding' ? '' : `:${flow}`}`;
}
