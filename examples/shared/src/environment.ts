import { isIP } from 'node:net';
import {
  AMD_MODES,
  callSettings,
  CONFIRM,
  type AmdMode,
  type CallOptions,
  type Confirm,
  type FallbackOption,
} from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import { demandTaskRouter, regionOptions } from '@amd/core/twilio';
import { z } from 'zod';

export const E164 = z.e164('must be a phone number in E.164 form, such as +14155550142');
const PREFIX = /^\+[1-9][0-9]{0,13}\*$/;
export function partsOf(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const numbers = z
  .string()
  .transform((text) => partsOf(text, ','))
  .refine((list) => list.length > 0 && list.every((number) => E164.safeParse(number).success), {
    message: 'must be phone numbers in E.164 form, separated by commas, such as +14155550142,+14155550143',
  });

export const allowed = z
  .string()
  .transform((text) => partsOf(text, ','))
  .refine((list) => list.length > 0 && list.every((entry) => E164.safeParse(entry).success || PREFIX.test(entry)), {
    message: 'must be phone numbers or prefixes, separated by commas, such as +14155550142,+1415*',
  });

/** Parses `10/60`: ten calls in sixty seconds. */
export const rate = z.string().transform((text, context) => {
  const [, calls, seconds] = /^\s*([1-9][0-9]{0,4})\s*\/\s*([1-9][0-9]{0,4})\s*$/.exec(text) ?? [];
  if (calls !== undefined && seconds !== undefined) return { calls: Number(calls), seconds: Number(seconds) };
  context.addIssue({ code: 'custom', message: 'must be calls/seconds, such as 10/60 for ten calls in a minute' });
  return z.NEVER;
});

export function wholeNumber(low: number, high: number): z.ZodType<number, string> {
  return z
    .string()
    .transform((text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN))
    .refine((value) => value >= low && value <= high, {
      message: `must be a whole number from ${String(low)} to ${String(high)}`,
    });
}

/** As strict as the endpoint, so that nothing is thrown later. */
const publicAddress = z.string().superRefine((value, context) => {
  try {
    callbackUrls(value);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: 'custom', message: message.replace('"publicBaseUrl" ', '') });
  }
});

const host = z.string().refine((value) => isIP(value) !== 0 || /^[a-z0-9._-]+$/i.test(value), {
  message: 'must be a host name or an IP address of this machine, without a port, such as 127.0.0.1',
});

/** Variables of every example, whatever it does with calls. */
export const yesOrNo = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

/**
 * Parses `say`, `voicemail`, a fallback number (then the sentence), or the address of your own TwiML. Only `voicemail` records.
 */
const fallback = z.string().transform((text, context): FallbackOption => {
  if (text === 'say' || text === 'voicemail') return { kind: text };
  if (E164.safeParse(text).success) return { kind: 'number', to: text };
  if (/^https?:\/\/\S+$/.test(text)) return { kind: 'redirect', url: text };
  context.addIssue({
    code: 'custom',
    message: 'must be say, voicemail, a phone number such as +14155550142, or the address of TwiML',
  });
  return z.NEVER;
});

/** Parses `ID=SECRET`, several with commas between them. */
const sharedKeys = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const pairs = text.split(',').map((part) => /^\s*([^\s=]+)=(\S+)\s*$/.exec(part)?.slice(1, 3));
  if (pairs.every((pair) => pair !== undefined)) return Object.fromEntries(pairs) as Record<string, string>;
  context.addIssue({ code: 'custom', message: 'must be ID=SECRET, several with commas between them' });
  return z.NEVER;
});

export const COMMON = {
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits'),
  TWILIO_AUTH_TOKEN: z.string().min(1, 'is needed to verify webhooks'),
  TWILIO_AUTH_TOKEN_PREVIOUS: z.string().min(1).optional(),
  TWILIO_SHARED_KEYS: sharedKeys.optional(),
  TWILIO_API_KEY: z.string().startsWith('SK', 'must begin with SK').optional(),
  TWILIO_API_SECRET: z.string().min(1).optional(),
  TWILIO_REGION: z.string().optional(),
  TWILIO_EDGE: z.string().optional(),
  TWILIO_PHONE_NUMBER: E164,
  CALLER_ID: z
    .string()
    .refine((value) => value === 'caller' || E164.safeParse(value).success, {
      message: 'must be "caller" or a phone number in E.164 form, such as +14155550142',
    })
    .default('caller'),
  MAX_CALLS: wholeNumber(1, 10_000).default(100),
  MAX_CALLS_PER_CALLER: rate.default({ calls: 10, seconds: 60 }),
  CALL_LOG_DAYS: wholeNumber(1, 365).default(7),
  DASHBOARD_PASSWORD: z.string().min(12, 'must have at least 12 characters').optional(),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
  PUBLIC_BASE_URL: publicAddress.optional(),
  AMD_DATA: z.string().optional(),
  REDIS_URL: z
    .string()
    .refine((value) => /^rediss?:\/\/\S+$/.test(value) && URL.canParse(value), {
      message: 'must be the address of a Redis, such as redis://127.0.0.1:6379',
    })
    .optional(),
  RING_SECONDS: wholeNumber(5, 60).default(20),
  CALLS_PER_SECOND: z.coerce
    .number({ error: 'must be a number' })
    .gt(0, 'must be above 0')
    .max(1000, 'must be at most 1000')
    .optional(),
  AMD_MODE: z.enum(AMD_MODES, { error: `must be ${AMD_MODES.join(', ')}` }).default('sync'),
  CONFIRM: z.enum(CONFIRM, { error: `must be ${CONFIRM.join(', ')}` }).default('when-unsure'),
  FALLBACK: fallback.default({ kind: 'say' }),
  RECORD: yesOrNo.default(false),
  PORT: wholeNumber(0, 65_535).default(5000),
  HOST: host.default('127.0.0.1'),
  DRAIN_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds' })
    .min(0, 'must not be below 0')
    .max(60, 'must be at most 60')
    .default(2),
};

interface HowToCall {
  readonly CALLER_ID: string;
  readonly TWILIO_PHONE_NUMBER: string;
  readonly RING_SECONDS: number;
  readonly AMD_MODE: AmdMode;
  readonly CONFIRM: Confirm;
  readonly FALLBACK: FallbackOption;
  readonly RECORD: boolean;
}

/** Returns the options of every call, for either flow. */
export function callOptions(env: HowToCall): Omit<CallOptions, 'forwardTo'> {
  return {
    callerId: env.CALLER_ID,
    ownNumber: env.TWILIO_PHONE_NUMBER,
    ringSeconds: env.RING_SECONDS,
    amd: { mode: env.AMD_MODE },
    confirm: env.CONFIRM,
    fallback: env.FALLBACK,
    record: env.RECORD,
  };
}

/** Reports what cannot work together at the start rather than with the first call. */
export const fitsTogether = (
  { AMD_MODE, CONFIRM: confirm }: Pick<HowToCall, 'AMD_MODE' | 'CONFIRM'>,
  context: z.RefinementCtx,
): void => {
  try {
    callSettings({ forwardTo: [], amd: { mode: AMD_MODE }, confirm });
  } catch (error) {
    context.addIssue({
      code: 'custom',
      path: ['CONFIRM'],
      message: error instanceof Error ? error.message : 'is wrong',
    });
  }
};

/** Reports a region that Twilio does not have, and an edge that is not the region's. */
export const regionFits = (
  { TWILIO_REGION, TWILIO_EDGE }: { TWILIO_REGION?: string | undefined; TWILIO_EDGE?: string | undefined },
  context: z.RefinementCtx,
): void => {
  reporting(context, () => regionOptions(TWILIO_REGION, TWILIO_EDGE, { region: 'TWILIO_REGION', edge: 'TWILIO_EDGE' }));
};

/** Reports a region without TaskRouter. */
export const hasTaskRouter = (
  { TWILIO_REGION }: { TWILIO_REGION?: string | undefined },
  context: z.RefinementCtx,
): void => {
  reporting(context, () => {
    demandTaskRouter(TWILIO_REGION, 'TWILIO_REGION');
  });
};

/** Reports the error of a check that begins with the name of the variable. */
function reporting(context: z.RefinementCtx, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    const [name = '', ...rest] = (error instanceof Error ? error.message : String(error)).split(' ');
    context.addIssue({ code: 'custom', path: [name], message: rest.join(' ') });
  }
}

/** Checks that there is one place for the state. */
export function oneStore({
  AMD_DATA,
  REDIS_URL,
}: {
  AMD_DATA?: string | undefined;
  REDIS_URL?: string | undefined;
}): boolean {
  return AMD_DATA === undefined || REDIS_URL === undefined;
}

export const ONE_STORE = {
  path: ['REDIS_URL'],
  message: 'and AMD_DATA are both set: keep the state in Redis (several processes) or in a folder (one), not in both',
};

/** Checks that both parts of an API key are set. */
export function keyPair({
  TWILIO_API_KEY,
  TWILIO_API_SECRET,
}: {
  TWILIO_API_KEY?: string | undefined;
  TWILIO_API_SECRET?: string | undefined;
}): boolean {
  return (TWILIO_API_KEY === undefined) === (TWILIO_API_SECRET === undefined);
}

export const KEY_PAIR = { path: ['TWILIO_API_SECRET'], message: 'goes with TWILIO_API_KEY: set both or neither' };

export type ReadEnvironment<Environment> =
  | { readonly ok: true; readonly value: Environment }
  /** `missing`: a required variable was not set. */
  | { readonly ok: false; readonly missing: boolean; readonly problems: readonly string[] };

/** Reads variables; an empty one counts as missing. */
export function readVariables<Environment>(
  schema: z.ZodType<Environment>,
  variables: Readonly<Record<string, string | undefined>>,
): ReadEnvironment<Environment> {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.map(({ code, path: [variable], message }) => {
    const name = String(variable);
    const missing = code === 'invalid_type' && given[name] === undefined;
    return { missing, sentence: missing ? `${name} is missing` : `${name} ${message}` };
  });
  return {
    ok: false,
    missing: problems.some(({ missing }) => missing),
    problems: problems.map(({ sentence }) => sentence),
  };
}
