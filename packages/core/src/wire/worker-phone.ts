import { isE164, type E164 } from '../kernel/ids.js';
import { objectIn } from './attributes.js';

/**
 * The attributes that hold a worker's number unless others are named: one for us alone, then the one that Twilio's own
 * instructions dial (twilio.com/docs/taskrouter/handle-assignment-callbacks#dequeue-call).
 */
export const PHONE_ATTRIBUTES: readonly string[] = ['phone', 'contact_uri'];

/** The phone of a worker, and where it was found. */
export interface WorkerPhone {
  /** `null`: no attribute holds a number that can be called. */
  readonly phone: E164 | null;
  /** The attribute it was found in; without a number, the first one that holds anything else. */
  readonly attribute: string | null;
}

/** Finds the number in a worker's attributes: JSON that anyone with access to the console may have written. */
export function phoneIn(json: string | undefined, names: readonly string[] = PHONE_ATTRIBUTES): WorkerPhone {
  const attributes = objectIn(json) ?? {};
  let unreadable: string | null = null;
  for (const name of names) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
    const phone = readNumber(value);
    if (phone !== null) return { phone, attribute: name };
    const isEmpty = value === null || (typeof value === 'string' && value.trim() === '');
    if (!isEmpty) unreadable ??= name;
  }
  return { phone: null, attribute: unreadable };
}

/**
 * Reads a number with its country code as people write it, ignoring blanks, dots, dashes and brackets. `+44 (0)20 …` is not read:
 * whether that zero is dialled differs from country to country, and a guess may ring a stranger.
 */
function readNumber(value: unknown): E164 | null {
  if (typeof value !== 'string' || value.includes('(0)')) return null;
  const digits = value.replaceAll(/[\s.()[\]\-\u2010-\u2015]/g, '');
  return isE164(digits) ? digits : null;
}

/**
 * Checks the names; `undefined` means the default.
 * @throws TypeError naming the option
 */
export function checkPhoneAttributes(names: unknown = PHONE_ATTRIBUTES): readonly string[] {
  const isList = Array.isArray(names) && names.length > 0;
  if (!isList || names.some((name) => typeof name !== 'string' || name.trim() === '')) {
    throw new TypeError(
      '"phoneAttributes" must be a list of names of worker attributes, such as ["phone", "contact_uri"]',
    );
  }
  return [...(names as readonly string[])];
}
