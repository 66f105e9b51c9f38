import { RestRefusal } from '../rest/errors.js';
import type { Attributes } from './model.js';

/** Longest attributes, characters (twilio.com/docs/taskrouter/limits). */
const LONGEST = 4096;

/** @throws RestRefusal 20001 unless it is a JSON object */
export function checkAttributes(text: string): void {
  if (text.length > LONGEST) throw new RestRefusal(20001, `Attributes are longer than ${LONGEST} characters`);
  if (objectOf(text) === undefined) throw new RestRefusal(20001, 'Attributes JSON is not valid: an object is expected');
}

/** Parses the object in a JSON text. */
export function objectOf(text: string): Attributes | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Attributes) : undefined;
  } catch {
    return undefined;
  }
}
