/** How long to wait before trying again, in ms. Waits are spread by up to half, so that many do not come back at once. */
export interface RetrySchedule {
  /** Tries at an end, a redirect or a fetch whose result stays ambiguous. Default 4. */
  readonly attempts: number;
  /** First wait after an ambiguous try; doubles with each. Default 500. */
  readonly ambiguousMs: number;
  /** Wait after a try that was not executed, or longer if the server asks for it. Default 1000. */
  readonly notExecutedMs: number;
  /** Longest wait of any kind. Default 30000. */
  readonly maxMs: number;
  /** Tries at a hook that fails. Default 8. */
  readonly hookAttempts: number;
  /** First wait after a hook that failed; doubles with each. Default 1000. */
  readonly hookMs: number;
  /** A hook that takes longer has failed; what it does is not stopped. Default 10000, and always less than `leaseMs`. */
  readonly hookTimeoutMs: number;
}

/** The retries that are used unless `retry` says otherwise: how many, and after how many ms. */
export const DEFAULT_RETRY: RetrySchedule = {
  attempts: 4,
  ambiguousMs: 500,
  notExecutedMs: 1_000,
  maxMs: 30_000,
  hookAttempts: 8,
  hookMs: 1_000,
  hookTimeoutMs: 10_000,
};

export function ambiguousWait(retry: RetrySchedule, attempt: number, random: () => number): number {
  return spread(Math.min(retry.maxMs, retry.ambiguousMs * 2 ** (attempt - 1)), random);
}

export function hookWait(retry: RetrySchedule, attempt: number, random: () => number): number {
  return spread(Math.min(retry.maxMs, retry.hookMs * 2 ** (attempt - 1)), random);
}

export function notExecutedWait(retry: RetrySchedule, afterMs: number | null, random: () => number): number {
  return spread(Math.min(retry.maxMs, Math.max(retry.notExecutedMs, afterMs ?? 0)), random);
}

function spread(ms: number, random: () => number): number {
  return Math.ceil(ms * (1 + random() / 2));
}
