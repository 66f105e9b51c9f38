import { z } from 'zod';

const E164 = z.e164('must be a phone number in E.164 form, such as +14155550142');

const numbers = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(z.array(E164));

/** `+1…,+1…` for every number, or `+1…: +1…, +1…; +1…: …` for several inbound numbers, each with its own list. */
const forwardTo = z.string().transform((text, context) => {
  const lists = new Map<string, readonly string[]>();
  for (const entry of text.split(';').filter((part) => part.trim() !== '')) {
    const [left, right] = entry.includes(':') ? entry.split(':', 2) : ['*', entry];
    const inbound = left?.trim() ?? '*';
    const list = numbers.safeParse(right ?? '');
    if (!list.success || list.data.length === 0 || (inbound !== '*' && !E164.safeParse(inbound).success)) {
      context.addIssue({
        code: 'custom',
        message: `cannot read "${entry.trim()}": numbers in E.164 form, separated by commas`,
      });
      return z.NEVER;
    }
    lists.set(inbound, list.data);
  }
  return lists;
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
    CALLER_ID: z.union([z.literal('caller'), E164]).default('caller'),
    DIAL_ALLOW: numbers.optional(),
    PUBLIC_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
    RING_SECONDS: z.coerce.number().int().min(5).max(60).default(20),
    PORT: z.coerce.number().int().min(0).max(65_535).default(5000),
    HOST: z.string().default('127.0.0.1'),
  })
  .refine(
    ({ TWILIO_API_KEY, TWILIO_API_SECRET }) => (TWILIO_API_KEY === undefined) === (TWILIO_API_SECRET === undefined),
    { path: ['TWILIO_API_SECRET'], message: 'goes with TWILIO_API_KEY: set both or neither' },
  );

export type Environment = z.output<typeof SCHEMA>;

export type ReadEnvironment =
  { readonly ok: true; readonly value: Environment } | { readonly ok: false; readonly problems: string[] };

/** An empty variable counts as missing. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): ReadEnvironment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = SCHEMA.safeParse(given);
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    problems: result.error.issues.map(({ path, message }) => {
      const name = path.map(String).join('.');
      return given[name] === undefined && !message.includes('goes with') ? `${name} is missing` : `${name}: ${message}`;
    }),
  };
}
