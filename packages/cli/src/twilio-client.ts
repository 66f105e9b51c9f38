import type { RegionOptions } from '@amd/core/twilio';
import type { Twilio } from 'twilio';
import twilio from 'twilio';

export interface ClientOptions {
  readonly accountSid: string;
  readonly username: string;
  readonly password: string;
  /** Another server in place of Twilio, such as @amd/simulator on a port. */
  readonly apiUrl?: string | undefined;
  /** Where its REST is. Default `us1`. */
  readonly region?: RegionOptions;
}

/** How long to wait for Twilio's answers, ms. */
const TIMEOUT = 10_000;

/**
 * Creates the official client, which waits and retries when Twilio is overloaded (429); with `apiUrl` its requests go there, with
 * the original host name first in the path.
 */
export function createClient({ accountSid, username, password, apiUrl, region }: ClientOptions): Twilio {
  const extensions = { userAgentExtensions: ['amd-cli'] };
  const options = { accountSid, ...region, timeout: TIMEOUT, autoRetry: true, maxRetries: 5, ...extensions };
  if (apiUrl === undefined) return twilio(username, password, options);
  const base = apiUrl.replace(/\/$/, '');
  const elsewhere = new twilio.RequestClient({ timeout: TIMEOUT, autoRetry: true, maxRetries: 5 });
  const send = elsewhere.request.bind(elsewhere);
  elsewhere.request = (request) => {
    const { hostname, pathname, search } = new URL(request.uri);
    return send({ ...request, uri: `${base}/${hostname}${pathname}${search}` });
  };
  return twilio(username, password, { ...options, httpClient: elsewhere });
}

/** Formats Twilio's error for people. */
export function twilioReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? `${error.message} (Twilio error ${String(code)})` : error.message;
}

export function statusOf(error: unknown): number | null {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : null;
}
