import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { isAccountSid, isE164, type E164 } from '@amd/core';
import { webhookUrls, type WebhookUrls } from '@amd/core/http';
import { demandTaskRouter, regionOptions, type RegionOptions } from '@amd/core/twilio';
import { CliError } from './terminal/exit.js';
import { createClient } from './twilio-client.js';
import type { Twilio } from 'twilio';

/** Environment variables by name, such as `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Options that every command takes. */
export interface CommonOptions {
  readonly envFile?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly url?: string | undefined;
}

/**
 * Reads the variables of the environment, and those of the file below them.
 * @throws CliError when a file that was named cannot be read
 */
export function readVariables(environment: Variables, envFile: string | undefined): Variables {
  const path = envFile ?? '.env';
  if (!existsSync(path)) {
    if (envFile !== undefined) throw new CliError(`There is no file ${envFile} (--env-file)`);
    return present(environment);
  }
  return { ...present(parseEnv(readFileSync(path, 'utf8'))), ...present(environment) };
}

/** Leaves out empty variables, which count as missing. */
function present(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => (value ?? '').trim() !== ''));
}

/** The Twilio account that a command works on, and its credentials. */
export interface Account {
  readonly accountSid: string;
  /** Used to sign webhooks. */
  readonly authToken: string | undefined;
  readonly apiKey: string | undefined;
  readonly apiSecret: string | undefined;
  /** Where its REST is. */
  readonly region: RegionOptions;
}

/**
 * @throws CliError that names what is missing
 */
export function readAccount(variables: Variables): Account {
  const accountSid = variables['TWILIO_ACCOUNT_SID'];
  const authToken = variables['TWILIO_AUTH_TOKEN'];
  const apiKey = variables['TWILIO_API_KEY'];
  const apiSecret = variables['TWILIO_API_SECRET'];
  const details: string[] = [];
  if (accountSid === undefined) details.push('TWILIO_ACCOUNT_SID is missing');
  else if (!isAccountSid(accountSid)) details.push('TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits');
  if (authToken === undefined && apiKey === undefined) details.push('TWILIO_AUTH_TOKEN is missing');
  if ((apiKey === undefined) !== (apiSecret === undefined)) {
    details.push('TWILIO_API_KEY and TWILIO_API_SECRET go together: set both or neither');
  }
  const region = regionOf(variables, details);
  if (details.length > 0 || accountSid === undefined) {
    throw new CliError('This needs the credentials of a Twilio account, in the environment or in .env:', { details });
  }
  return { accountSid, authToken, apiKey, apiSecret, region };
}

/** @throws CliError that names what is missing, or a region that has no TaskRouter */
export function accountWithTaskRouter(variables: Variables): Account {
  const account = readAccount(variables);
  try {
    demandTaskRouter(account.region.region, 'TWILIO_REGION');
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error));
  }
  return account;
}

/** The official client reads these two itself, but only from the environment, and takes one without the other. */
function regionOf(variables: Variables, details: string[]): RegionOptions {
  try {
    const names = { region: 'TWILIO_REGION', edge: 'TWILIO_EDGE' };
    return regionOptions(variables['TWILIO_REGION'], variables['TWILIO_EDGE'], names);
  } catch (error) {
    details.push(error instanceof Error ? error.message : String(error));
    return {};
  }
}

export function clientOf(account: Account, apiUrl: string | undefined): Twilio {
  const { accountSid, authToken, apiKey, apiSecret, region } = account;
  const [username, password] = [apiKey ?? accountSid, apiSecret ?? authToken ?? ''];
  return createClient({ accountSid, username, password, apiUrl, region });
}

/**
 * Returns where Twilio reaches the app: the given address, otherwise from a local ngrok.
 * @throws CliError
 */
export async function readBase(variables: Variables, given: string | undefined): Promise<string> {
  const base = given ?? variables['PUBLIC_BASE_URL'] ?? (await ngrokAddress());
  if (base === undefined) {
    throw new CliError(
      'Where does Twilio reach your server? Set PUBLIC_BASE_URL, pass --url https://…, or run "ngrok http 5000"',
    );
  }
  return base;
}

/** @throws CliError when Twilio could not use the address */
export function checkedAddresses(base: string): WebhookUrls {
  try {
    return webhookUrls(base);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(message.replace('"publicBaseUrl"', `the public address (${base})`));
  }
}

async function ngrokAddress(): Promise<string | undefined> {
  try {
    const response = await fetch('http://127.0.0.1:4040/api/tunnels', { signal: AbortSignal.timeout(1000) });
    const { tunnels } = (await response.json()) as { tunnels: readonly { public_url: string; proto: string }[] };
    const secure = tunnels.filter(({ proto }) => proto === 'https');
    return secure.length === 1 ? secure[0]?.public_url : undefined;
  } catch {
    return undefined;
  }
}

/** Splits a list of numbers; other entries stay, to be reported. */
export function listOf(text: string | undefined, separator: string | RegExp): string[] {
  return (text ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function isNumber(text: string | undefined): text is E164 {
  return text !== undefined && isE164(text);
}
