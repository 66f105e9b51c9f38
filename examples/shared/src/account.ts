import { regionOptions } from '@amd/core/twilio';
import twilio from 'twilio';

/** The variables that say which account it is, and what else is secret. */
interface AccountVariables {
  readonly TWILIO_ACCOUNT_SID: string;
  readonly TWILIO_AUTH_TOKEN: string;
  readonly TWILIO_AUTH_TOKEN_PREVIOUS?: string | undefined;
  readonly TWILIO_SHARED_KEYS?: Readonly<Record<string, string>> | undefined;
  readonly TWILIO_API_KEY?: string | undefined;
  readonly TWILIO_API_SECRET?: string | undefined;
  readonly TWILIO_REGION?: string | undefined;
  readonly TWILIO_EDGE?: string | undefined;
  readonly DASHBOARD_PASSWORD?: string | undefined;
  readonly METRICS_TOKEN?: string | undefined;
  readonly REDIS_URL?: string | undefined;
}

/** The account of an example: what signs its webhooks, and the client of its REST. */
export interface Account {
  readonly accountSid: string;
  /** The current auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  readonly sharedKeys: Readonly<Record<string, string>> | undefined;
  readonly client: ReturnType<typeof twilio>;
}

export function accountOf(env: AccountVariables): Account {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = env;
  const client = twilio(env.TWILIO_API_KEY ?? accountSid, env.TWILIO_API_SECRET ?? authToken, {
    accountSid,
    ...regionOptions(env.TWILIO_REGION, env.TWILIO_EDGE),
    timeout: 8000,
  });
  return { accountSid, authTokens: authTokensOf(env), sharedKeys: env.TWILIO_SHARED_KEYS, client };
}

/** Everything that no line of the log may show. */
export function secretsOf(env: AccountVariables): readonly string[] {
  const others = [env.TWILIO_API_SECRET, env.DASHBOARD_PASSWORD, env.METRICS_TOKEN, env.REDIS_URL];
  return [...authTokensOf(env), ...Object.values(env.TWILIO_SHARED_KEYS ?? {}), ...others.filter(isSet)];
}

function authTokensOf(env: AccountVariables): readonly string[] {
  return [env.TWILIO_AUTH_TOKEN, env.TWILIO_AUTH_TOKEN_PREVIOUS].filter(isSet);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined;
}
