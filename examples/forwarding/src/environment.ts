import { isIP } from 'node:net';
import { callbackUrls } from '@amd/core/http';
import { createDialRules } from '@amd/dashboard';
import { z } from 'zod';

const E164 = z.e164('must be a phone number in E.164 form, such as +14155550142');
const PREFIX = /^\+[1-9][0-9]{0,13}\*$/;
const ANY_NUMBER = '*';

function partsOf(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const numbers = z
  .string()
  .transform((text) => partsOf(text, ','))
  .refine((list) => list.length > 0 && list.every((number) => E164.safeParse(number).success), {
    message: 'must be phone numbers in E.164 form, separated by commas, such as +14155550142,+14155550143',
  });

const allowed = z
  .string()
  .transform((text) => partsOf(text, ','))
  .refine((list) => list.length > 0 && list.every((entry) => E164.safeParse(entry).success || PREFIX.test(entry)), {
    message: 'must be phone numbers or prefixes, separated by commas, such as +14155550142,+1415*',
  });

/** `10/60`: ten calls in sixty seconds. */
const rate = z.string().transform((text, context) => {
  const [, calls, seconds] = /^\s*([1-9][0-9]{0,4})\s*\/\s*([1-9][0-9]{0,4})\s*$/.exec(text) ?? [];
  if (calls !== undefined && seconds !== undefined) return { calls: Number(calls), seconds: Number(seconds) };
  context.addIssue({ code: 'custom', message: 'must be calls/seconds, such as 10/60 for ten calls in a minute' });
  return z.NEVER;
});

/** `+1…,+1…` for every number, or `+1…: +1…, +1…; +1…: …` for several inbound numbers, each with its own list. */
const forwardTo = z.string().transform((text, context) => {
  const lists = new Map<string, readonly string[]>();
  const problem = (message: string): typeof z.NEVER => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  for (const entry of partsOf(text, ';')) {
    const [left = '', right, ...more] = entry.split(':').map((part) => part.trim());
    if (more.length > 0) return problem(`"${entry}" has more than one ":": separate the inbound numbers by ";"`);
    const inbound = right === undefined ? ANY_NUMBER : left;
    const list = numbers.safeParse(right ?? left);
    if (!list.success || (inbound !== ANY_NUMBER && !E164.safeParse(inbound).success)) {
      return problem(`cannot read "${entry}": numbers in E.164 form, separated by commas`);
    }
    if (lists.has(inbound)) {
      return problem(
        inbound === ANY_NUMBER
          ? 'has two lists without an inbound number: separate the numbers of one list by ","'
          : `has ${inbound} twice as an inbound number`,
      );
    }
    lists.set(inbound, list.data);
  }
  return lists.size === 0 ? problem('names nobody') : lists;
});

function wholeNumber(low: number, high: number): z.ZodType<number, string> {
  return z
    .string()
    .transform((text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN))
    .refine((value) => value >= low && value <= high, {
      message: `must be a whole number from ${String(low)} to ${String(high)}`,
    });
}

/** As strict as the endpoint will be, so that nothing is thrown later. */
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

const SCHEMA = z
  .object({
    TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits'),
    TWILIO_AUTH_TOKEN: z.string().min(1, 'is needed to verify webhooks'),
    TWILIO_AUTH_TOKEN_PREVIOUS: z.string().min(1).optional(),
    TWILIO_API_KEY: z.string().startsWith('SK', 'must begin with SK').optional(),
    TWILIO_API_SECRET: z.string().min(1).optional(),
    TWILIO_PHONE_NUMBER: E164,
    FORWARD_TO: forwardTo,
    CALLER_ID: z
      .string()
      .refine((value) => value === 'caller' || E164.safeParse(value).success, {
        message: 'must be "caller" or a phone number in E.164 form, such as +14155550142',
      })
      .default('caller'),
    DIAL_ALLOW: allowed.optional(),
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
    RING_SECONDS: wholeNumber(5, 60).default(20),
    PORT: wholeNumber(0, 65_535).default(5000),
    HOST: host.default('127.0.0.1'),
  })
  .refine(
    ({ TWILIO_API_KEY, TWILIO_API_SECRET }) => (TWILIO_API_KEY === undefined) === (TWILIO_API_SECRET === undefined),
    { path: ['TWILIO_API_SECRET'], message: 'goes with TWILIO_API_KEY: set both or neither' },
  );

export type Environment = z.output<typeof SCHEMA>;

export type ReadEnvironment =
  | { readonly ok: true; readonly value: Environment }
  /** `missing`: something that is needed was not set. */
  | { readonly ok: false; readonly missing: boolean; readonly problems: readonly string[] };

/** An empty variable counts as missing. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): ReadEnvironment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const result = SCHEMA.safeParse(given);
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

/** Our own numbers: the one we show, and those whose calls FORWARD_TO has lists for. */
export function ownNumbers({ TWILIO_PHONE_NUMBER, FORWARD_TO }: Environment): ReadonlySet<string> {
  return new Set([TWILIO_PHONE_NUMBER, ...[...FORWARD_TO.keys()].filter((number) => number !== ANY_NUMBER)]);
}

/** What may be dialled: as allowed, else whoever is in a list. */
export function dialAllow({ DIAL_ALLOW, FORWARD_TO }: Environment): readonly string[] {
  return DIAL_ALLOW ?? [...new Set([...FORWARD_TO.values()].flat())];
}

/** What can be started with, and will not do what it seems to say. */
export function warningsOf(environment: Environment): string[] {
  const rules = createDialRules({ allow: dialAllow(environment), ownNumbers: [...ownNumbers(environment)] });
  return [...new Set([...environment.FORWARD_TO.values()].flat())].flatMap((number) => {
    const problem = rules.problem(number);
    return problem === null ? [] : [`FORWARD_TO has ${number}, which ${problem}. It will never be rung`];
  });
}
