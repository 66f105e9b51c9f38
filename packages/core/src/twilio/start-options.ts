import type { CallHooks } from '../flows/call/hooks.js';
import type { Endpoint, Host } from '../http/endpoint.js';
import type { FallbackTexts } from '../http/fallback-twiml.js';
import type { NodeListener } from '../http/servers/node.js';
import type { WebRequest, WebResponse } from '../http/web.js';
import type { CallLimitsOptions } from '../runtime/call-limits.js';
import type { Clock } from '../runtime/clock.js';
import type { LogOption } from '../runtime/log.js';
import type { Metrics } from '../runtime/metrics.js';
import type { Store } from '../store/store.js';
import type { TwilioClient } from './client.js';
import type { Region } from './region.js';

/** Which numbers may be dialled: a list, or a function that is asked before every dial; only `true` allows. */
export type MayDial = readonly string[] | ((to: string) => boolean | Promise<boolean>);

/** What a start needs to know, whatever the flow. */
export interface StartOptions {
  readonly accountSid: string;
  /** Verifies webhooks, and is what the client of `twilio` is made with. */
  readonly authToken: string;
  /** During a rotation: every token that may sign webhooks. Default: `authToken` alone. */
  readonly authTokens?: readonly string[] | undefined;
  /** Secrets of shared keys by the keys' ids, where Twilio signs webhooks with those in place of the auth token. Default: none. */
  readonly sharedKeys?: Readonly<Record<string, string>> | undefined;
  /** The address under which Twilio reaches this server, such as `https://example.com/voice`. */
  readonly publicBaseUrl: string;
  /** Your Twilio number: shown where the caller's cannot be, and never dialled. Of several, the one that was called is shown. */
  readonly ownNumber: string | readonly string[];
  /** Where Twilio processes your calls; token and number must be of that region. For the client that is made here. Default: `TWILIO_REGION`, else `us1`. */
  readonly region?: Region | undefined;
  /** The official client, or one like it, such as one with an API key. Default: made of `accountSid`, `authToken` and `region`. */
  readonly client?: TwilioClient | undefined;
  /** Passed to the client that is made here, such as the simulator's. */
  readonly httpClient?: object | undefined;
  /** Default: in memory, so that a restart forgets calls. */
  readonly store?: Store | undefined;
  readonly clock?: Clock | undefined;
  /**
   * How often callers whose record was lost are looked for, in ms; `null`: never. Default 60000; never with a `clock` of your own,
   * which may be a test's.
   */
  readonly recoverEveryMs?: number | null | undefined;
  readonly hooks?: CallHooks | undefined;
  /** A function, pino (object, text) or the console. Default: the console, warnings and errors, numbers masked. */
  readonly log?: LogOption | undefined;
  readonly metrics?: Metrics | undefined;
  /** Limits of calls at once, and of calls from one number. Default: none; `{}` has 100, and 10 in 60 s. */
  readonly limits?: Omit<CallLimitsOptions, 'store' | 'clock'> | undefined;
  /** Calls that this process starts in a second. Default: as fast as they are asked for. */
  readonly callsPerSecond?: number | undefined;
  readonly fallbackTexts?: Partial<FallbackTexts> | undefined;
  /** Answers the paths that are not ours, such as an Express app, which no webhook then passes through. */
  readonly app?: ((request: never, response: never) => unknown) | undefined;
  /**
   * The host freezes the process after each answer: nothing runs in between, and the work that is due is done before the answer
   * leaves, or after it where `fetch` is given a `waitUntil`. Needs a `store` that survives, and a scheduler that calls `tick()`.
   * Default `false`.
   */
  readonly serverless?: boolean | undefined;
  /** Then the answer leaves at the latest so many ms after the request came. Default 9000. */
  readonly serverlessBudgetMs?: number | undefined;
  /** `false`: work begins with `start()`, for a server that first wants to listen; for TaskRouter, call `syncWorkers` before. Default `true`. */
  readonly autoStart?: boolean | undefined;
}

/** The names of the options above, for the check of misspelt ones. */
export const START_OPTIONS = {
  accountSid: true,
  authToken: true,
  authTokens: true,
  sharedKeys: true,
  publicBaseUrl: true,
  ownNumber: true,
  region: true,
  client: true,
  httpClient: true,
  store: true,
  clock: true,
  recoverEveryMs: true,
  hooks: true,
  log: true,
  metrics: true,
  limits: true,
  callsPerSecond: true,
  fallbackTexts: true,
  app: true,
  serverless: true,
  serverlessBudgetMs: true,
  autoStart: true,
} as const satisfies Record<keyof StartOptions, true>;

/** What a start returns, whatever the flow. */
export interface Started {
  /** For `createServer`, or `app.use` of Express before any body parser: answers the webhooks. */
  readonly listener: NodeListener;
  /** The same for web-standard servers. */
  readonly fetch: (request: WebRequest, host?: Pick<Host, 'waitUntil'>) => Promise<WebResponse>;
  readonly endpoint: Endpoint;
  readonly store: Store;
  /** Resolves when calls can be served; rejects with what is missing, which is logged as well. */
  readonly ready: Promise<void>;
  /** Begins to do what is due; not needed unless `autoStart` is `false`. */
  start(): void;
  /**
   * Does what is due now, and returns when it is done, at the latest after `budgetMs` (default 25000): for the scheduler of a
   * serverless host. Lost callers are not looked for.
   */
  tick(limit?: { readonly budgetMs?: number }): Promise<void>;
  /** Takes no more work and resolves when what is under way is done. The store stays open. */
  stop(): Promise<void>;
  /** Resolves when nothing is under way: what a virtual clock waits for, such as the simulator's `idle`. */
  idle(): Promise<void>;
}
