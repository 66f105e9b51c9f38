import type { EpochMs } from '../kernel/flow.js';
import type { TwilioEffect } from '../flows/effects.js';
import type { Execution } from '../runtime/executor.js';

/** No connection came about, so nothing was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** "Call is not in-progress": on an end, it is over already (twilio.com/docs/api/errors/21220). */
const WRONG_STATE = 21220;

interface Failure {
  /** HTTP status of the response, when there was one. */
  readonly status: number | null;
  readonly code: string | number | null;
  readonly message: string;
  readonly retryAfter: string | null;
}

/**
 * What a rejected REST call means. Only what is certain is called certain: a request that may have reached Twilio is
 * `ambiguous`, also when a 2xx came whose body cannot be read.
 */
export function classifyFailure(
  error: unknown,
  effect: TwilioEffect['type'],
  retryAfter: string | null,
  now: EpochMs,
): Execution {
  const failure = read(error);
  const { status, message } = failure;
  if (status === null) {
    return typeof failure.code === 'string' && NOT_SENT.includes(failure.code)
      ? { kind: 'notExecuted', reason: `Twilio cannot be reached: ${failure.code}`, afterMs: null }
      : { kind: 'ambiguous', reason: message };
  }
  // "Never processed, always safe to retry" (twilio.com/docs/api/errors/20429).
  if (status === 429) {
    return { kind: 'notExecuted', reason: message, afterMs: waitOf(failure.retryAfter ?? retryAfter, now) };
  }
  if (status < 400 || status > 499)
    return { kind: 'ambiguous', reason: `Twilio answered ${String(status)}: ${message}` };
  const code = typeof failure.code === 'number' && failure.code !== 0 ? failure.code : null;
  if (effect !== 'call.create' && status === 404) return { kind: 'outcome', outcome: { kind: 'gone' } };
  // Somebody else changed it first (If-Match).
  if (status === 412 && effect === 'worker.update') return { kind: 'outcome', outcome: { kind: 'changed' } };
  if (effect === 'call.end' && code === WRONG_STATE) return { kind: 'outcome', outcome: { kind: 'gone' } };
  return { kind: 'outcome', outcome: { kind: 'refused', code, reason: refusalReason(code, status, message) } };
}

/** By their fields, never by their class: `RestException`, `TwilioServiceException` and Axios errors of any copy. */
function read(error: unknown): Failure {
  const fields = isObject(error) ? error : {};
  const cause = isObject(fields['cause']) ? fields['cause'] : {};
  const response = isObject(fields['response']) ? fields['response'] : {};
  const status = [fields['status'], response['status']].find((value) => typeof value === 'number') ?? null;
  const code = [fields['code'], cause['code']].find((value) => typeof value === 'number' || typeof value === 'string');
  const message = fields['message'];
  return {
    status,
    code: code ?? null,
    message: typeof message === 'string' && message !== '' ? message : 'no reason was given',
    retryAfter: retryAfterIn(response['headers']),
  };
}

/** A header in a record of headers, whatever its case. */
export function headerIn(headers: unknown, name: string): string | null {
  if (!isObject(headers)) return null;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name && (typeof value === 'string' || typeof value === 'number')) return String(value);
  }
  return null;
}

/** The value of `Retry-After` in a record of headers. */
export function retryAfterIn(headers: unknown): string | null {
  return headerIn(headers, 'retry-after');
}

/** Seconds or a date (RFC 9110, 10.2.3), in ms from now; `null` when it is neither. */
function waitOf(value: string | null, now: EpochMs): number | null {
  if (value === null) return null;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Twilio's refusals, said so that a person can act on them (twilio.com/docs/api/errors). */
const REFUSALS: Readonly<Record<number, string>> = {
  10001: 'the Twilio account is not active: look at its console',
  10004: 'the account has too many calls at once: raise its limit, or upgrade a trial account',
  13223: 'the number that was to be called has the wrong form: write it as +, country code, number',
  13224: 'the number that was to be called is not supported by Twilio: check it',
  13225: 'the number that was to be called is blocked by Twilio: remove it from the ring plan',
  13227: 'no permission to call this country: allow it under Voice, Geo Permissions in the Twilio console',
  20003: 'Twilio does not accept the credentials: check the Account SID and the API key or auth token',
  20005: 'the Twilio account is not active: look at its console',
  20008: 'test credentials cannot make this call: use live ones',
  20404: 'Twilio knows no such account or call: check the Account SID',
  21201: 'no number to call was given',
  21203: 'no permission to call this number: allow its country under Voice, Geo Permissions in the Twilio console',
  21205: 'Twilio cannot use our address: the public base URL must be reachable from the Internet',
  21208: 'the ring time is not valid',
  21210: 'the number shown is neither owned nor verified: buy or verify it, or show a number of yours',
  21211: 'the number to call is not valid: check it',
  21212: 'the number shown is not a phone number: withheld and SIP callers need a number of yours to be shown',
  21213: 'no number to show was given',
  21214: 'the number to call cannot be reached: check it',
  21215: 'no permission to call this country: allow it under Voice, Geo Permissions in the Twilio console',
  21216: 'the number to call is blocked by Twilio: remove it from the ring plan',
  21217: 'the number to call is not valid: write it as +, country code, number',
  21219: 'a trial account calls verified numbers only: verify the number or upgrade the account',
  21220: 'the call is not in a state in which this can be done',
  21234: 'the setting of machine detection is not valid',
  22005: 'Twilio has more than a day of calls of this account in its queue: make fewer, or raise calls per second',
};

/** One sentence for people. */
function refusalReason(code: number | null, status: number, message: string): string {
  const known = code === null ? undefined : REFUSALS[code];
  if (known !== undefined) return `${known} (Twilio error ${String(code)})`;
  const said = message.slice(0, 200);
  return code === null ? `Twilio answered ${String(status)}: ${said}` : `${said} (Twilio error ${String(code)})`;
}
