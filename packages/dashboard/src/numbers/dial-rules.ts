import { onlyKnown } from '@amd/core/internal';
import { isE164 } from '@amd/core';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Rules for what may be dialled: only what is allowed, and of that only ordinary numbers. */
export interface DialRules {
  /** For `mayDial` of the executor. */
  mayDial(to: string): boolean;
  /** Explains why a number may not be dialled and what to do about it; `null` if it may. */
  problem(to: string): string | null;
}

/** Which numbers may be dialled. */
export interface DialRulesOptions {
  /** Numbers in E.164 form, and prefixes that end in a star, such as `+1415*`. All other numbers are refused. */
  readonly allow: readonly string[];
  /** Our own numbers, which are never dialled: the call would come back to us. */
  readonly ownNumbers: readonly string[];
}

/** Calls to these types cost more than a normal call, or ring no person (libphonenumber's types). */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  PREMIUM_RATE: 'is a premium-rate number',
  SHARED_COST: 'is a shared-cost number',
  PERSONAL_NUMBER: 'is a personal number, which is billed like a premium-rate one',
  PAGER: 'is a pager',
  VOICEMAIL: 'is a voicemail access number',
};

/** Satellite phones and global networks, which libphonenumber gives ordinary types (ITU-T E.164, list of codes). */
const GLOBAL_CODES = ['870', '878', '881', '882', '883', '888', '979', '808'];

const PREFIX = /^\+[1-9][0-9]{0,13}\*$/;

/**
 * Creates rules that refuse everything not allowed. A prefix opens a range, and every range contains expensive numbers: their
 * types are refused all the same, as is what libphonenumber does not know. `+1*` means the United States and Canada, not the
 * other countries of that code.
 * @throws TypeError naming the entry of `allow` or `ownNumbers` that is neither a number nor a prefix
 */
export function createDialRules(options: DialRulesOptions): DialRules {
  onlyKnown(options, 'createDialRules', { allow: true, ownNumbers: true } satisfies Record<
    keyof DialRulesOptions,
    true
  >);
  const { allow, ownNumbers } = options;
  const numbers = new Set<string>();
  const prefixes: string[] = [];
  for (const entry of allow) {
    if (isE164(entry)) numbers.add(entry);
    else if (typeof entry === 'string' && PREFIX.test(entry)) prefixes.push(entry.slice(0, -1));
    else throw new TypeError(`"allow" has ${show(entry)}: write +14155550142, or +1415* for all that begin so`);
  }
  const own = new Set<string>();
  for (const number of ownNumbers) {
    if (!isE164(number)) throw new TypeError(`"ownNumbers" has ${show(number)}: write it like +14155550142`);
    own.add(number);
  }

  function problem(to: string): string | null {
    if (!isE164(to)) return 'must be a full phone number, with + and the country code, such as +14155550142';
    if (own.has(to)) return 'is a number of our own: the call would come back to us';
    const parsed = parsePhoneNumberFromString(to);
    // The library also reads extensions and digits of other scripts; the text itself is dialled.
    if (parsed?.number !== to || !parsed.isValid()) return 'is not a phone number that exists: check it';
    if (GLOBAL_CODES.includes(parsed.countryCallingCode)) return 'is of a satellite or global network';
    const type = parsed.getType();
    if (type === undefined)
      return 'is of no known type: only landlines, mobiles, internet and toll-free phones are dialled';
    const refused = REFUSED_TYPES[type];
    if (refused !== undefined) return refused;
    if (numbers.has(to)) return null;
    const { country } = parsed;
    const allowed = prefixes.some(
      (prefix) => to.startsWith(prefix) && (prefix !== '+1' || country === 'US' || country === 'CA'),
    );
    return allowed
      ? null
      : 'is not among the numbers that may be dialled: whoever runs this has to allow it (DIAL_ALLOW)';
  }

  return { problem, mayDial: (to) => problem(to) === null };
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value;
}
