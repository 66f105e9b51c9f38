import { afterEach, expect, it, vi } from 'vitest';
import {
  createCallForwarding,
  createTaskRouterForwarding,
  type CallForwardingOptions,
  type TwilioClient,
} from '../../src/twilio/index.js';
import { officialClient } from '../../src/twilio/official-client.js';
import { regionOptions } from '../../src/twilio/region.js';

const options = {
  accountSid: `AC${'1'.repeat(32)}`,
  authToken: 'token',
  publicBaseUrl: 'https://calls.example.com',
  ownNumber: '+14155550199',
  forwardTo: ['+14155550142'],
  autoStart: false,
  log: () => undefined,
} as const satisfies CallForwardingOptions;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The host that the official client asks. */
async function asked(region: string | undefined): Promise<string | undefined> {
  let host: string | undefined;
  const httpClient = {
    request: ({ uri }: { readonly uri: string }) => {
      host = new URL(uri).hostname;
      return Promise.reject(new Error('not here'));
    },
  };
  const client = await officialClient({
    accountSid: options.accountSid,
    authToken: 'token',
    httpClient,
    region: region === undefined ? undefined : regionOptions(region),
  });
  await expect(client.calls('CA1').fetch()).rejects.toThrow('not here');
  return host;
}

it.each<readonly [region: string | undefined, host: string]>([
  [undefined, 'api.twilio.com'],
  ['us1', 'api.twilio.com'],
  ['ie1', 'api.dublin.ie1.twilio.com'],
  ['au1', 'api.sydney.au1.twilio.com'],
])('with the region %s the official client asks %s', async (region, host) => {
  expect(await asked(region)).toBe(host);
});

it('the edge of a region in the environment is implied, too', async () => {
  vi.stubEnv('TWILIO_REGION', 'ie1');
  expect(await asked(undefined)).toBe('api.dublin.ie1.twilio.com');
});

it('an edge alone in the environment is refused', async () => {
  vi.stubEnv('TWILIO_EDGE', 'dublin');
  await expect(asked(undefined)).rejects.toThrow('TWILIO_EDGE is "dublin", but TWILIO_REGION is missing');
});

it.each<readonly [region: unknown, message: string]>([
  ['de1', '"region" must be us1, ie1 or au1; got "de1"'],
  ['toString', '"region" must be us1, ie1 or au1; got "toString"'],
  ['', '"region" must be us1, ie1 or au1; got ""'],
  [1, '"region" must be us1, ie1 or au1; got "1"'],
])('the region %j is refused', (region, message) => {
  expect(() => createCallForwarding({ ...options, region: region as 'us1' })).toThrow(new TypeError(message));
});

it('a region beside a client of its own is refused: it would be ignored', () => {
  const client = {} as TwilioClient;
  expect(() => createCallForwarding({ ...options, client, region: 'ie1' })).toThrow(
    '"region" is for the client that is made here: make your own "client" in its region, or leave one out',
  );
});

it('au1 is refused for TaskRouter, which it has not', () => {
  const { forwardTo, ...others } = options;
  const started = (): unknown =>
    createTaskRouterForwarding({
      ...others,
      mayDial: forwardTo,
      region: 'au1',
      workspace: 'AMD',
      workflow: 'AMD',
    } as never);
  expect(started).toThrow(new TypeError('"region" is au1, which has no TaskRouter: use us1 or ie1'));
});
