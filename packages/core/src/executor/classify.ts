import type { TwilioEffect } from '../flows/effects.js';
import type { EpochMs } from '../kernel/flow.js';
import type { Execution } from '../runtime/executor.js';
import { refusalReason } from './refusals.js';

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
      ? { as: 'notExecuted', reason: `Twilio cannot be reached: ${failure.code}`, afterMs: null }
      : { as: 'ambiguous', reason: message };
  }
  // "Never processed, always safe to retry" (twilio.com/docs/api/errors/20429).
  if (status === 429) {
    return { as: 'notExecuted', reason: message, afterMs: waitOf(failure.retryAfter ?? retryAfter, now) };
  }
  if (status < 400 || status > 499) return { as: 'ambiguous', reason: `Twilio answered ${String(status)}: ${message}` };
  const code = typeof failure.code === 'number' && failure.code !== 0 ? failure.code : null;
  if (effect !== 'call.create' && status === 404) return { as: 'outcome', outcome: { as: 'gone' } };
  // Somebody else changed it first (If-Match).
  if (status === 412 && effect === 'worker.update') return { as: 'outcome', outcome: { as: 'changed' } };
  if (effect === 'call.end' && code === WRONG_STATE) return { as: 'outcome', outcome: { as: 'gone' } };
  return { as: 'outcome', outcome: { as: 'refused', code, reason: refusalReason(code, status, message) } };
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
