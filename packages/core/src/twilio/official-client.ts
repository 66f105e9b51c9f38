import { AmdError } from '../kernel/errors.js';
import { reasonOf } from '../runtime/log.js';
import type { TwilioClient } from './client.js';
import { regionOptions, type RegionOptions } from './region.js';

/** How long one REST call may take, in ms: the executor stops waiting then, and the client closes the connection. */
export const REST_TIMEOUT_MS = 8000;

/** The versions that do, as `peerDependencies` of our package.json has them. */
const VERSIONS = '^5.13.1 || ~6.0.0 || ^6.3.1';

/** What we use of the `twilio` package: its default export makes a client. */
type MakeClient = (
  accountSid: string,
  authToken: string,
  options: { timeout: number; httpClient?: unknown } & RegionOptions,
) => TwilioClient;

/**
 * Makes a client with the official `twilio` package, which is loaded when it is needed: whoever brings a client of their own need not
 * have it.
 * @throws AmdError `ERR_PEER_MISSING` when it is not installed
 */
export async function officialClient(options: {
  readonly accountSid: string;
  readonly authToken: string;
  readonly httpClient?: unknown;
  /** Default: what the environment says. */
  readonly region: RegionOptions | undefined;
}): Promise<TwilioClient> {
  const { accountSid, authToken, httpClient, region } = options;
  const make = await load();
  return make(accountSid, authToken, {
    timeout: REST_TIMEOUT_MS,
    ...(region ?? fromEnvironment()),
    ...(httpClient === undefined ? {} : { httpClient }),
  });
}

/** The client would read these two itself, and take one without the other. */
function fromEnvironment(): RegionOptions {
  const { TWILIO_REGION, TWILIO_EDGE } = process.env;
  return regionOptions(TWILIO_REGION, TWILIO_EDGE, { region: 'TWILIO_REGION', edge: 'TWILIO_EDGE' });
}

async function load(): Promise<MakeClient> {
  try {
    const loaded = (await import('twilio')) as { readonly default: unknown };
    return loaded.default as MakeClient;
  } catch (error) {
    throw new AmdError(
      'ERR_PEER_MISSING',
      `the package "twilio" (${VERSIONS}) could not be loaded: run "npm install twilio@6", or pass a "client" of your own (${reasonOf(error).split('\n')[0] ?? ''})`,
      { cause: error },
    );
  }
}
