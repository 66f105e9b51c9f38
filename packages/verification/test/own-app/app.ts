import type { CallOptions, Clock } from '@amd/core';
import { createCallForwarding, type CallForwarding, type TwilioClient } from '@amd/core/twilio';

/** What the app needs from outside: in production from the environment, in a test from `createTestApp`. */
export interface AppParts {
  readonly client: TwilioClient;
  readonly clock?: Clock;
  readonly publicBaseUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly number: string;
}

/** An app as a user writes it: calls are forwarded, and everything else is its own. */
export function createApp(parts: AppParts, options: CallOptions): CallForwarding {
  const { number, ...given } = parts;
  return createCallForwarding({
    ...given,
    ...options,
    ownNumber: number,
    log: () => undefined,
    app: (_request: unknown, response: { end(text: string): void }) => {
      response.end('my own page');
    },
  });
}
