/** The decoded parameters of one webhook. A map, so that no name can be mistaken for a property. */
export type Params = ReadonlyMap<string, string>;

/** A result that is an expected outcome, not an exception. `problem` names the field. */
export type Parsed<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: string };

export type ParsedForm =
  | { readonly ok: true; readonly params: Params }
  | { readonly ok: false; readonly status: 403 | 413; readonly problem: string };

export const MAX_BODY_BYTES = 65_536;
const MAX_PARAMS = 200;

/**
 * Longer than any name; a client app's own parameters have 800 bytes in total
 * (twilio.com/docs/voice/sdks/javascript/twiliodevice).
 */
const MAX_NAME = 255;
/** The form of Twilio's own names, each of which occurs only once. */
const OWN_NAME = /^[A-Z][A-Za-z0-9]*$/;

/**
 * Decodes a form. Names may be anything: a client app chooses those of its parameters, a SIP caller those of its headers. Nothing
 * is trimmed or left out: the signature covers empty values as well. A parameter that occurs several times, as a SIP header may,
 * is signed like a single value with its name inside, and becomes that value; only Twilio's own parameters are never repeated.
 */
export function parseForm(body: string): ParsedForm {
  if (body.length > MAX_BODY_BYTES) return { ok: false, status: 413, problem: 'the body is longer than 64 KiB' };
  const params = new Map<string, string>();
  const repeated = new Map<string, Set<string>>();
  let count = 0;
  for (const [name, value] of pairsOf(body)) {
    count += 1;
    if (count > MAX_PARAMS)
      return { ok: false, status: 413, problem: `there are more than ${String(MAX_PARAMS)} parameters` };
    if (name === '' || name.length > MAX_NAME) return refused(name, 'is not a name');
    const before = params.get(name);
    if (before === undefined) params.set(name, value);
    else if (OWN_NAME.test(name)) return refused(name, 'is there twice');
    else repeated.set(name, (repeated.get(name) ?? new Set([before])).add(value));
  }
  for (const [name, all] of repeated) params.set(name, [...all].sort().join(name));
  return { ok: true, params };
}

/** Non-ASCII bytes or escapes of such, an invalid escape, and a mark that `URLSearchParams` leaves out. */
const UNUSUAL = /[^ -~]|%(?![0-7][0-9A-Fa-f])|^\?/;

/** Returns what `URLSearchParams` would, in half the time: nearly every form is plain ASCII. */
function pairsOf(body: string): Iterable<readonly [name: string, value: string]> {
  if (UNUSUAL.test(body)) return new URLSearchParams(body);
  const pairs: (readonly [string, string])[] = [];
  for (const pair of body.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    pairs.push(equals === -1 ? [decoded(pair), ''] : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))]);
  }
  return pairs;
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? decodeURIComponent(spaced) : spaced;
}

function refused(name: string, problem: string): ParsedForm {
  return { ok: false, status: 403, problem: `parameter ${JSON.stringify(name.slice(0, 40))} ${problem}` };
}

/** Returns the names sorted by code unit, as Twilio signs them. */
export function signedOrder(params: Params): readonly string[] {
  return [...params.keys()].sort();
}

/** Returns a parameter's value; an empty one counts as missing. */
export function param(params: Params, name: string): string | undefined {
  const value = params.get(name);
  return value === '' ? undefined : value;
}
