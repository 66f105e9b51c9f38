import type { RequestClient, Twilio } from 'twilio';

/**
 * Types of the official client, which is an optional peer: without the package `twilio` they are `any`. The build writes
 * `@ts-ignore` above the one import of it in the published types; this module is exported first, so that it stands there.
 */
export type OfficialClient = Twilio;
/** What the official client takes as `httpClient`: a class with private members, which only itself can be. */
export type OfficialHttpClient = RequestClient;

/** Makes an official client. */
export type MakeClient = (
  accountSid: string,
  authToken: string,
  options: { httpClient: OfficialHttpClient },
) => OfficialClient;

/** Loads the official client; the error says what to install. */
export async function loadOfficialClient(): Promise<MakeClient> {
  try {
    const { default: make } = await import('twilio');
    return make;
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    throw new Error(
      `"client" needs the package "twilio": run "npm install twilio", or make a client of your own from "accountSid", "authToken" and "httpClient" (${reason})`,
      { cause: error },
    );
  }
}
