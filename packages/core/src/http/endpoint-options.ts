import { entriesOf, kindOf } from '../kernel/check.js';
import { isAccountSid } from '../kernel/ids.js';
import type { CallLimits } from '../runtime/call-limits.js';
import { clockFrom, type Clock } from '../runtime/clock.js';
import { safeMetrics, type Metrics } from '../runtime/metrics.js';
import type { AdmissionRules } from './security/verify-request.js';
import { publicBase } from './urls.js';
import { checkFallbackTexts, type FallbackTexts } from './fallback-twiml.js';
import { guarded, rarely, type Log, type LogOption } from '../runtime/log.js';

/** What the endpoints of all flows have in common. */
export interface EndpointOptions {
  /** The address under which Twilio reaches this server, such as `https://example.com/voice`. Never taken from a request. */
  readonly publicBaseUrl: string;
  /** The account's auth token; during a rotation, the old and the new one. API secrets never sign webhooks. */
  readonly authTokens: readonly string[];
  /**
   * Secrets of shared keys by the keys' ids, where Twilio signs with those in place of the auth token; during a rotation, the old
   * and the new one (twilio.com/docs/usage/webhooks/webhook-shared-keys). Default: none.
   */
  readonly sharedKeys?: Readonly<Record<string, string>> | undefined;
  /** Refuses webhooks of other accounts. */
  readonly accountSid?: string | undefined;
  /** `createCallLimits` of `@amd/core`: a call that is one too many is rejected as busy, before anything is written. */
  readonly limits?: Pick<CallLimits, 'admit'> | undefined;
  readonly fallbackTexts?: Partial<FallbackTexts> | undefined;
  /** Told what was refused and what went wrong. Default: the console. */
  readonly log?: LogOption | undefined;
  /** Told of every webhook and of everything the log says. Its own trouble stays its own. */
  readonly metrics?: Metrics | undefined;
  /** Within how many ms every webhook is answered. Default 1500. */
  readonly replyBudgetMs?: number | undefined;
  /** How many of these `resolve` may take. Default 1000. */
  readonly resolveBudgetMs?: number | undefined;
  /**
   * The host freezes the process after each answer, and has no `waitUntil`: the work that is due is done before the answer leaves.
   * Default `false`.
   */
  readonly serverless?: boolean | undefined;
  /** Then the answer leaves at the latest so many ms after the request came; that to an assignment after 3000. Default 9000. */
  readonly serverlessBudgetMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** `false` obeys anybody: for tests only. */
  readonly verifySignature?: boolean | undefined;
}

/** The names of the options above, for the check of misspelt ones. */
export const ENDPOINT_OPTIONS = {
  publicBaseUrl: true,
  authTokens: true,
  sharedKeys: true,
  accountSid: true,
  limits: true,
  fallbackTexts: true,
  log: true,
  metrics: true,
  replyBudgetMs: true,
  resolveBudgetMs: true,
  serverless: true,
  serverlessBudgetMs: true,
  clock: true,
  verifySignature: true,
} as const satisfies Record<keyof EndpointOptions, true>;

/** The options, checked and complete. */
export interface CheckedOptions {
  readonly rules: AdmissionRules;
  readonly log: Log;
  readonly metrics: Metrics | null;
  readonly clock: Clock;
  readonly texts: FallbackTexts;
  readonly limits: EndpointOptions['limits'];
  readonly publicBaseUrl: string;
  readonly replyBudgetMs: number;
  readonly resolveBudgetMs: number;
  readonly serverless: boolean;
  readonly serverlessBudgetMs: number;
}

/** @throws TypeError or RangeError naming the option */
export function checkOptions(options: EndpointOptions, routes: AdmissionRules['routes']): CheckedOptions {
  const clock = clockFrom(options.clock);
  const metrics = safeMetrics(options.metrics);
  const log = guarded(options.log, metrics);
  const replyBudgetMs = milliseconds(options.replyBudgetMs ?? 1500, 'replyBudgetMs');
  const budgetMs = milliseconds(options.resolveBudgetMs ?? Math.min(1000, replyBudgetMs - 1), 'resolveBudgetMs');
  if (budgetMs >= replyBudgetMs) throw new RangeError('"resolveBudgetMs" must be less than "replyBudgetMs"');
  return {
    rules: rulesOf(options, routes, log, clock),
    log,
    metrics,
    clock,
    texts: checkFallbackTexts(options.fallbackTexts),
    limits: options.limits,
    publicBaseUrl: options.publicBaseUrl,
    replyBudgetMs,
    resolveBudgetMs: budgetMs,
    serverless: options.serverless ?? false,
    serverlessBudgetMs: milliseconds(options.serverlessBudgetMs ?? 9_000, 'serverlessBudgetMs'),
  };
}

function rulesOf(options: EndpointOptions, routes: AdmissionRules['routes'], log: Log, clock: Clock): AdmissionRules {
  const { authTokens, accountSid, publicBaseUrl } = options;
  const verifySignature = options.verifySignature ?? true;
  if (!isList(authTokens) || authTokens.some((token) => typeof token !== 'string' || token === '')) {
    throw new TypeError('"authTokens" must be a list of auth tokens, none of them empty');
  }
  const sharedKeys = sharedKeysOf(options.sharedKeys);
  if (verifySignature && authTokens.length === 0 && sharedKeys.size === 0) {
    throw new TypeError('"authTokens" must name at least one auth token: without it no webhook can be verified');
  }
  if (accountSid !== undefined && !isAccountSid(accountSid)) {
    throw new TypeError('"accountSid" must be an Account SID (AC and 32 hexadecimal digits)');
  }
  const base = publicBase(publicBaseUrl);
  const maySay = rarely(() => clock.now(), 1000);
  const signers = { authTokens: [...authTokens], sharedKeys };
  return { base, routes, signers, accountSid, verifySignature, log, maySay };
}

/** @throws TypeError naming the option, without any secret */
function sharedKeysOf(given: EndpointOptions['sharedKeys']): ReadonlyMap<string, string> {
  const keys = new Map(Object.entries(entriesOf(given ?? {}, 'sharedKeys', Object.keys(given ?? {}))));
  for (const [id, secret] of keys) {
    if (/^[^\s=,]+$/.test(id) && typeof secret === 'string' && secret !== '') continue;
    throw new TypeError(
      `"sharedKeys" must have the secret of each key under its id, such as webhooks_sharedkey_…; ${JSON.stringify(id)} has ${secret === '' ? 'an empty one' : kindOf(secret)}`,
    );
  }
  return keys as ReadonlyMap<string, string>;
}

function isList(value: readonly string[]): boolean {
  return Array.isArray(value);
}

function milliseconds(value: number, option: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`"${option}" must be a whole number of milliseconds above 0; got ${String(value)}`);
}
