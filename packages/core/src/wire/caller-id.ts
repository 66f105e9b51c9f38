import { isE164, type E164 } from '../kernel/ids.js';

/**
 * Numbers sent in place of a withheld one: words on a phone's keys. ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. None of
 * them can be called, and Twilio accepts none as caller id (twilio.com/docs/api/errors/21212).
 */
const WITHHELD: ReadonlySet<string> = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);

/** Returns the caller's number, to be spoken or shown; `null` if it is withheld or if they do not call from a number. */
export function callerNumber(from: string): E164 | null {
  return isE164(from) && !WITHHELD.has(from) ? from : null;
}

/** True if the caller hides their number: by a word, by a number that stands for one, or by an empty value. */
export function isWithheld(from: string): boolean {
  return WITHHELD.has(from) || /^(anonymous|restricted|blocked|unknown|unavailable|private)?$/i.test(from.trim());
}
