import type { SimulatorClock } from './clock/clock.js';
import type { Person } from './people/person.js';
import type { RepeatHook } from './repeats.js';
import type { RestFaultHook } from './rest/faults.js';
import type { Toggles } from './toggles.js';
import type { Disorder } from './voice/world.js';
import type { SharedKey } from './wire/signature.js';
import type { WebhookTransport } from './wire/transport.js';

/** A phone number of the simulated account. */
export interface NumberOptions {
  /** E.164. */
  phoneNumber: string;
  /** Requested for TwiML when a call comes in. */
  voiceUrl?: string;
  voiceMethod?: 'GET' | 'POST';
  /** Requested when the voice URL, or any later document of the call, fails. */
  voiceFallbackUrl?: string;
  voiceFallbackMethod?: 'GET' | 'POST';
  /** Notified of the end of every inbound call, however it ends. */
  statusCallback?: string;
  statusCallbackMethod?: 'GET' | 'POST';
  sid?: string;
}

/** The account, its numbers, the people who answer, and how Twilio behaves. */
export interface SimulatorOptions {
  /** Default: {@link DEFAULT_ACCOUNT_SID}. */
  accountSid?: string;
  /** Signs webhooks and authenticates REST. Default: {@link DEFAULT_AUTH_TOKEN}. */
  authToken?: string;
  /** Signs webhooks in place of the auth token, from the start on; `signWith` of the simulator changes it. */
  sharedKey?: SharedKey;
  /** API keys that authenticate too: SID → secret. They never sign webhooks. */
  apiKeys?: Readonly<Record<string, string>>;
  /** Default: a virtual clock. */
  clock?: SimulatorClock;
  numbers?: readonly NumberOptions[];
  /** Verified outgoing caller ids: allowed as `From` besides the numbers. */
  callerIds?: readonly string[];
  /** Countries (ISO codes) that the account may not call: 21215. Default: none. */
  forbiddenCountries?: readonly string[];
  /** A trial account may call verified numbers only: 21219. Default: false. */
  trial?: boolean;
  /** The person at each number; an unknown number is unreachable. */
  people?: Readonly<Record<string, Person>> | ((to: string) => Person | undefined);
  /** What Twilio's documentation leaves open; see {@link DEFAULT_TOGGLES}. */
  toggles?: Partial<Toggles>;
  /** Calls created per second before they queue; undefined: no limit (a Twilio account starts with 1). */
  cps?: number | undefined;
  /** Random delay, loss and duplication of notifications. */
  disorder?: Disorder;
  /** Which requests for TwiML are repeated; see `seededRepeats`. */
  repeats?: RepeatHook;
  /** Fault injection for REST. */
  rest?: RestFaultHook;
  /** Carries webhooks to the application. Default: real HTTP. */
  transport?: WebhookTransport;
  /** Resolves when the application has no work in progress; awaited before virtual time moves. */
  idle?: () => Promise<void>;
  /** Seed of SIDs and tokens, so that runs repeat exactly (default 1). */
  random?: number;
}

/** The default account. */
export const DEFAULT_ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
/** Its auth token. */
export const DEFAULT_AUTH_TOKEN = 'fedcba9876543210'.repeat(2);
