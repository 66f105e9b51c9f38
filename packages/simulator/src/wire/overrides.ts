/** When a webhook is retried: connection failed, reading timed out, or by the class of its status. */
export type RetryReason = 'ct' | 'rt' | '4xx' | '5xx';

/** Connection overrides of a webhook (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). All times in ms. */
export interface ConnectionOverrides {
  readonly connectMs: number;
  readonly readMs: number;
  readonly totalMs: number;
  readonly retries: number;
  readonly retryOn: ReadonlySet<RetryReason>;
}

const ALL: readonly RetryReason[] = ['ct', 'rt', '4xx', '5xx'];

const DEFAULTS: ConnectionOverrides = {
  connectMs: 5000,
  readMs: 15000,
  totalMs: 15000,
  retries: 1,
  retryOn: new Set(['ct']),
};

/** Splits the fragment from a webhook URL; values out of range are ignored. */
export function parseOverrides(url: string): { url: string; overrides: ConnectionOverrides } {
  const hash = url.indexOf('#');
  if (hash < 0) return { url, overrides: DEFAULTS };
  const fragment = new URLSearchParams(url.slice(hash + 1));
  const number = (name: string, low: number, high: number, otherwise: number): number => {
    const text = fragment.get(name);
    const value = text !== null && /^\d+$/.test(text) ? Number(text) : NaN;
    return value >= low && value <= high ? value : otherwise;
  };
  const policy = fragment.get('rp')?.split(',');
  const retryOn = policy?.includes('all')
    ? new Set(ALL)
    : policy && new Set(ALL.filter((reason) => policy.includes(reason)));
  return {
    url: url.slice(0, hash),
    overrides: {
      connectMs: number('ct', 100, 10000, DEFAULTS.connectMs),
      readMs: number('rt', 100, 15000, DEFAULTS.readMs),
      totalMs: number('tt', 100, 15000, DEFAULTS.totalMs),
      retries: number('rc', 0, 5, DEFAULTS.retries),
      retryOn: retryOn ?? DEFAULTS.retryOn,
    },
  };
}
