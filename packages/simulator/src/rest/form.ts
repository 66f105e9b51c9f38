import { RestRefusal, unsupported } from './errors.js';

/** Returns the value of a parameter; empty counts as absent. */
export function field(form: URLSearchParams, name: string): string | undefined {
  const value = form.get(name);
  return value === null || value === '' ? undefined : value;
}

/** A whole number in a range, or the refusal `code`. */
export function whole(
  form: URLSearchParams,
  name: string,
  low: number,
  high: number,
  code: number,
): number | undefined {
  const text = field(form, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw new RestRefusal(code, `${name} must be a whole number from ${low} to ${high}: ${text}`);
  }
  return value;
}

/** GET or POST, POST by default. */
export function methodField(form: URLSearchParams, name: string): 'GET' | 'POST' {
  const method = field(form, name)?.toUpperCase() ?? 'POST';
  if (method !== 'GET' && method !== 'POST') throw new RestRefusal(21403, `Invalid ${name}: ${method}`);
  return method;
}

/** An absolute http(s) address whose host has no underscore; loopback is fine here, unlike at Twilio. */
export function urlField(form: URLSearchParams, name: string, code: number): string | undefined {
  const text = field(form, name);
  if (text === undefined) return undefined;
  const valid = /^https?:\/\/[^/?#]+/i.test(text) && URL.canParse(text) && !new URL(text).hostname.includes('_');
  if (!valid) throw new RestRefusal(code, `${name} is not a valid URL: ${text}`);
  return text;
}

/** Refuses every parameter that is not in the list. */
export function onlyKnown(form: URLSearchParams, known: ReadonlySet<string>, where: string): void {
  for (const name of form.keys()) if (!known.has(name)) throw unsupported(`the parameter ${name} of ${where}`);
}
