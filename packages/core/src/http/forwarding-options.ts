import { isAccountSid } from '../kernel/brand.js';
import { kindOf } from '../flows/check-options.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import type { CallOptions, CallSettings } from '../flows/forwarding/settings.js';
import type { CallLimits } from '../runtime/call-limits.js';
import { systemClock, type Clock } from '../runtime/clock.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Reply } from '../wire/twiml.js';
import type { AdmissionRules } from './admit.js';
import { publicBase } from './callback-urls.js';
import { checkFallbackTexts, type FallbackTexts } from './failure.js';
import { guarded, silent, type Log } from './log.js';
import { toSettings, type Resolve, type Resolving } from './resolve-settings.js';

export interface ForwardingEndpointOptions {
  readonly runtime: Pick<Runtime<ForwardingEvent, Reply>, 'handle'>;
  /** The address under which Twilio reaches this server, such as `https://example.com/voice`. Never taken from a request. */
  readonly publicBaseUrl: string;
  /** The account's auth token; during a rotation, the old and the new one. API secrets never sign webhooks. */
  readonly authTokens: readonly string[];
  /** Refuses webhooks of other accounts. */
  readonly accountSid?: string | undefined;
  readonly resolve: Resolve;
  /** What a call gets when `resolve` fails. Without it the caller hears the static fallback. */
  readonly defaultSettings?: CallOptions | CallSettings | undefined;
  /** `createCallLimits` of `@amd/core`: a call that is one too many is rejected as busy, before anything is written. */
  readonly limits?: Pick<CallLimits, 'admit'> | undefined;
  readonly fallbackTexts?: Partial<FallbackTexts> | undefined;
  readonly log?: Log | undefined;
  /** Within how many ms every webhook is answered. Default 1500. */
  readonly replyBudgetMs?: number | undefined;
  /** How many of these `resolve` may take. Default 1000. */
  readonly resolveBudgetMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** `false` obeys anybody: for tests only. */
  readonly verifySignature?: boolean | undefined;
}

/** The options, checked and complete. */
export interface CheckedOptions {
  readonly rules: AdmissionRules;
  readonly log: Log;
  readonly clock: Clock;
  readonly texts: FallbackTexts;
  readonly replyBudgetMs: number;
  readonly resolving: Resolving;
}

/** @throws TypeError or RangeError naming the option */
export function checkOptions(options: ForwardingEndpointOptions): CheckedOptions {
  const clock = options.clock ?? systemClock;
  const log = guarded(options.log ?? silent);
  const replyBudgetMs = milliseconds(options.replyBudgetMs ?? 1500, 'replyBudgetMs');
  const budgetMs = milliseconds(options.resolveBudgetMs ?? Math.min(1000, replyBudgetMs - 1), 'resolveBudgetMs');
  if (budgetMs >= replyBudgetMs) throw new RangeError('"resolveBudgetMs" must be less than "replyBudgetMs"');
  if (typeof options.resolve !== 'function') throw new TypeError('"resolve" must be a function');
  const defaults = defaultsOf(options.defaultSettings);
  return {
    rules: rulesOf(options, log, clock),
    log,
    clock,
    texts: checkFallbackTexts(options.fallbackTexts),
    replyBudgetMs,
    resolving: { resolve: options.resolve, defaults, budgetMs, clock, log },
  };
}

function defaultsOf(value: ForwardingEndpointOptions['defaultSettings'] | null): CallSettings | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null) return toSettings(value);
  throw new TypeError(`"defaultSettings" must be an object; got ${kindOf(value)}`);
}

function rulesOf(options: ForwardingEndpointOptions, log: Log, clock: Clock): AdmissionRules {
  const { authTokens, accountSid, publicBaseUrl } = options;
  const verifySignature = options.verifySignature ?? true;
  if (!isList(authTokens) || authTokens.some((token) => typeof token !== 'string' || token === '')) {
    throw new TypeError('"authTokens" must be a list of auth tokens, none of them empty');
  }
  if (verifySignature && authTokens.length === 0) {
    throw new TypeError('"authTokens" must name at least one auth token: without it no webhook can be verified');
  }
  if (accountSid !== undefined && !isAccountSid(accountSid)) {
    throw new TypeError('"accountSid" must be an Account SID (AC and 32 hexadecimal digits)');
  }
  const base = publicBase(publicBaseUrl);
  const mayDiagnose = oncePerSecond(clock);
  return { base, authTokens: [...authTokens], accountSid, verifySignature, log, mayDiagnose };
}

function oncePerSecond(clock: Clock): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    if (now - last < 1000) return false;
    last = now;
    return true;
  };
}

function isList(value: readonly string[]): boolean {
  return Array.isArray(value);
}

function milliseconds(value: number, option: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`"${option}" must be a whole number of milliseconds above 0; got ${String(value)}`);
}
