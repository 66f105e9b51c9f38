import { isAmdError } from '../kernel/errors.js';
import { e164 } from '../kernel/ids.js';
import type { CallHooks } from '../flows/call/hooks.js';
import type { TwilioEffect } from '../flows/effects.js';
import type { CallLimitsOptions } from '../runtime/call-limits.js';
import { type Clock, clockFrom } from '../runtime/clock.js';
import type { Executor } from '../runtime/executor.js';
import { guarded, type Log, type LogOption, reasonOf } from '../runtime/log.js';
import { type Metrics, safeMetrics } from '../runtime/metrics.js';
import type { Runtime } from '../runtime/runtime.js';
import { createMemoryStore } from '../store/memory.js';
import { checkedStore, type Store } from '../store/store.js';
import type { FallbackTexts } from '../http/fallback-twiml.js';
import type { Endpoint } from '../http/endpoint.js';
import type { NodeListener, NodeResponse } from '../http/servers/node.js';
import type { NodeRequest } from '../http/servers/node-body.js';
import { callbackUrls, publicBase } from '../http/urls.js';
import type { WebRequest, WebResponse } from '../http/web.js';
import type { TwilioClient } from './client.js';
import { createTwilioExecutor } from './executor.js';
import { officialClient } from './official-client.js';
import { type LostCallersWatch, watchLostCallers, type WatchOptions } from './recover-watch.js';

/** Which numbers may be dialled: a list, or a function that is asked before every dial; only `true` allows. */
export type MayDial = readonly string[] | ((to: string) => boolean | Promise<boolean>);

/** What a start needs to know, whatever the flow. */
export interface StartOptions {
  readonly accountSid: string;
  /** Verifies webhooks, and is what the client of `twilio` is made with. */
  readonly authToken: string;
  /** During a rotation: every token that may sign webhooks. Default: `authToken` alone. */
  readonly authTokens?: readonly string[] | undefined;
  /** The address under which Twilio reaches this server, such as `https://example.com/voice`. */
  readonly publicBaseUrl: string;
  /** Your Twilio number: shown where the caller's cannot be, and never dialled. Of several, the one that was called is shown. */
  readonly ownNumber: string | readonly string[];
  /** The official client, or one like it; with an API key, or in another region. Default: made of `accountSid` and `authToken`. */
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
  /** `false`: work begins with `start()`, for a server that first wants to listen; for TaskRouter, call `syncWorkers` before. Default `true`. */
  readonly autoStart?: boolean | undefined;
}

/** The names of the options above, for the check of misspelt ones. */
export const START_OPTIONS = {
  accountSid: true,
  authToken: true,
  authTokens: true,
  publicBaseUrl: true,
  ownNumber: true,
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
  autoStart: true,
} as const satisfies Record<keyof StartOptions, true>;

/** The parts that both starts are made of. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Metrics | null;
  /** Counts what it is told. */
  readonly log: Log;
  readonly client: Promise<TwilioClient>;
  readonly execute: Executor<TwilioEffect>;
  /** How often the store is asked for work of other processes, in ms: nobody else has a store that was made here. */
  readonly pollMs: number | null | undefined;
}

/** @throws TypeError naming the option */
export function assemble(options: StartOptions, mayDial: MayDial): Parts {
  const { accountSid, authToken, publicBaseUrl, ownNumber, httpClient } = options;
  // Twilio's client refuses both by an exception of its own that names neither.
  if (typeof authToken !== 'string' || authToken === '') {
    throw new TypeError('"authToken" must be the auth token of the account, and not empty: is TWILIO_AUTH_TOKEN set?');
  }
  const ownNumbers = (typeof ownNumber === 'string' ? [ownNumber] : ownNumber).map((own) => e164(own, 'ownNumber'));
  publicBase(publicBaseUrl);
  const store = options.store === undefined ? createMemoryStore() : checkedStore(options.store);
  const clock = clockFrom(options.clock);
  const metrics = safeMetrics(options.metrics);
  const log = guarded(options.log, metrics);
  const client =
    options.client === undefined
      ? officialClient({ accountSid, authToken, httpClient })
      : Promise.resolve(options.client);
  client.catch(() => undefined);
  const rule = rulesOf(mayDial);
  const executor = client.then((known) =>
    createTwilioExecutor({
      client: known,
      url: callbackUrls(publicBaseUrl),
      mayDial: rule,
      ownNumbers,
      clock,
      log,
    }),
  );
  executor.catch(() => undefined);
  return {
    store,
    clock,
    metrics,
    log,
    client,
    execute: async (effect) => (await executor)(effect),
    pollMs: options.store === undefined ? null : undefined,
  };
}

/** @throws TypeError naming the option */
function rulesOf(mayDial: MayDial): (to: string) => boolean | Promise<boolean> {
  if (typeof mayDial === 'function') return mayDial;
  if (!Array.isArray(mayDial)) {
    throw new TypeError(
      '"mayDial" must be a list of numbers, or a function that says which numbers may be dialled, such as (to) => people.includes(to)',
    );
  }
  const allowed = new Set<string>(mayDial.map((number: unknown) => e164(number, 'mayDial')));
  return (to) => allowed.has(to);
}

/** How long, in ms, a number may send nothing after the start before somebody is told to look at its addresses. */
const SILENCE_MS = 600_000;

/** An endpoint whose first request is noticed: where none comes, the number is set up wrong. */
export function noticed(
  endpoint: Endpoint,
  { clock, log }: Parts,
  voiceUrl: string,
): Endpoint & { watch(): () => void } {
  let heard = false;
  let cancel = (): void => undefined;
  const hear = (): void => {
    heard = true;
    cancel();
  };
  return {
    ...endpoint,
    handle: (request) => {
      if (!heard) hear();
      return endpoint.handle(request);
    },
    fetch: (request) => {
      if (!heard) hear();
      return endpoint.fetch(request);
    },
    watch() {
      if (heard) return cancel;
      cancel = clock.wakeAt(clock.now() + SILENCE_MS, () => {
        log({
          level: 'warn',
          code: 'webhook.none',
          message: `no webhook has come in 10 minutes: set the voice URL of your number to ${voiceUrl} (POST), and look whether that address reaches this server`,
        });
      });
      return () => {
        cancel();
      };
    },
  };
}

/** Twilio cannot reach this machine by a name that only this machine knows. */
const LOCAL =
  /^https?:\/\/(?:[^/@]*@)?(?:localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\]|10\.[0-9.]+|192\.168\.[0-9.]+|[^/:]+\.local)(?:[:/]|$)/i;

/** Says what is wrong with the address, once, at the start. A client of one's own may be a simulated Twilio, which reaches it. */
export function warnOfLocalAddress({ publicBaseUrl, client, httpClient }: StartOptions, log: Log): void {
  if (!LOCAL.test(publicBaseUrl) || client !== undefined || httpClient !== undefined) return;
  log({
    level: 'warn',
    code: 'url.local',
    message: `Twilio cannot reach "publicBaseUrl" ${publicBaseUrl}: run a tunnel, such as "ngrok http 5000", and give its https address`,
  });
}

/** Resolves when everything that is asynchronous is there. What fails is logged as well: nobody need await it. */
export function readiness(work: readonly Promise<unknown>[], log: Log): Promise<void> {
  const ready = Promise.all(work).then(() => undefined);
  ready.catch((error: unknown) => {
    const code = isAmdError(error) ? ` (${error.code})` : '';
    log({ level: 'error', code: 'start.failed', message: `nobody can be rung: ${reasonOf(error)}${code}` });
  });
  return ready;
}

/** Starts and stops the work: the runtimes, the look-out for callers whose record was lost, and for a number that sends nothing. */
export function lifecycle(
  { autoStart, clock: givenClock, recoverEveryMs = givenClock === undefined ? 60_000 : null }: StartOptions,
  { client, clock, log }: Parts,
  work: {
    readonly runtimes: readonly Pick<Runtime<never, unknown>, 'start' | 'stop' | 'idle'>[];
    readonly endpoint: { watch(): () => void };
    readonly look: (client: TwilioClient) => WatchOptions['look'];
  },
): Pick<Started, 'start' | 'stop' | 'idle'> {
  let watching: Promise<LostCallersWatch | null> | undefined;
  let hush = (): void => undefined;

  async function lookOut(): Promise<LostCallersWatch | null> {
    const look = work.look(await client);
    return recoverEveryMs === null ? null : watchLostCallers({ look, everyMs: recoverEveryMs, log, clock });
  }

  function start(): void {
    if (watching !== undefined) return;
    for (const runtime of work.runtimes) runtime.start();
    // Without a client nothing can be looked for, which `ready` says.
    watching = lookOut().catch(() => null);
    hush = work.endpoint.watch();
  }
  if (autoStart !== false) start();

  return {
    start,
    async stop() {
      hush();
      await (await watching)?.stop();
      await Promise.all(work.runtimes.map((runtime) => runtime.stop()));
    },
    async idle() {
      await Promise.all(work.runtimes.map((runtime) => runtime.idle()));
    },
  };
}

/** What `app` takes, as the listener sees it: Node's own types are not needed here. */
export function otherPaths(
  app: StartOptions['app'],
): ((request: NodeRequest, response: NodeResponse) => unknown) | undefined {
  return app as ((request: NodeRequest, response: NodeResponse) => unknown) | undefined;
}

/** What a start returns, whatever the flow. */
export interface Started {
  /** For `createServer`, or `app.use` of Express before any body parser: answers the webhooks. */
  readonly listener: NodeListener;
  /** The same for web-standard servers. */
  readonly fetch: (request: WebRequest) => Promise<WebResponse>;
  readonly endpoint: Endpoint;
  readonly store: Store;
  /** Resolves when calls can be served; rejects with what is missing, which is logged as well. */
  readonly ready: Promise<void>;
  /** Begins to do what is due; not needed unless `autoStart` is `false`. */
  start(): void;
  /** Takes no more work and resolves when what is under way is done. The store stays open. */
  stop(): Promise<void>;
  /** Resolves when nothing is under way: what a virtual clock waits for, such as the simulator's `idle`. */
  idle(): Promise<void>;
}
