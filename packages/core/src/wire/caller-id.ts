import { isE164, type E164 } from '../kernel/ids.js';

/**
 * What stands in the place of a withheld number: words on the keys of a phone. ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN,
 * UNAVAILABLE. None of them can be called, and Twilio takes none as caller id (twilio.com/docs/api/errors/21212).
 */
const WITHHELD: ReadonlySet<string> = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);

/** The caller's number, to be spoken or shown; `null` when it is withheld, or they call from no number. */
export function callerNumber(from: string): E164 | null {
  return isE164(from) && !WITHHELD.has(from) ? from : null;
}

/** Whether the caller hides their number, in words, in a number that stands for one, or by naming none. */
export function isWithheld(from: string): boolean {
  return WITHHELD.has(from) || /^(anonymous|restricted|blocked|unknown|unavailable|private)?$/i.test(from.trim());
}
