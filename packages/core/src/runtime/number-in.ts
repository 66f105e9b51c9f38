import type { E164 } from '../kernel/ids.js';

/** Says whether a record's key and data have a number. */
export type NumberIn = (key: string, data: string) => boolean;

/**
 * Looks for one number in every spelling: with or without plus, with `00` or `011` in its place, with blanks, brackets, dots and
 * dashes, and within longer text such as `sip:+14155550142@example.com`. Longer numbers that contain it are others.
 */
export function numberIn(number: E164): NumberIn {
  const digits = number.slice(1).replaceAll(/\d(?!$)/g, '$&[\\s().\\-/]{0,3}');
  const spelling = new RegExp(`(?<!\\d)(?:00|011)?${digits}(?!\\d)`);

  function isIn(value: unknown): boolean {
    if (typeof value === 'string') return spelling.test(value);
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([name, item]) => spelling.test(name) || isIn(item));
  }

  return (key, data) => {
    if (spelling.test(key)) return true;
    if (!spelling.test(data)) return false;
    try {
      // A time in ms may have the same digits.
      return isIn(JSON.parse(data));
    } catch {
      return true;
    }
  };
}
