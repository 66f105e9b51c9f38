import { isAmdError } from '../kernel/errors.js';
import type { Endpoint } from '../http/endpoint.js';
import { toNodeListener } from '../http/servers/node.js';
import { webhookUrls } from '../http/urls.js';
import { type Log, reasonOf } from '../runtime/log.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Parts } from './assemble.js';
import type { TwilioClient } from './client.js';
import { type LostCallersWatch, watchLostCallers, type WatchOptions } from './recover-watch.js';
import type { Started, StartOptions } from './start-options.js';

/** What of a start is the flow's own. */
interface Work {
  readonly endpoint: Endpoint;
  /** Callers first: what they ask of a worker is due after that. */
  readonly runtimes: readonly Pick<Runtime<never, unknown>, 'start' | 'stop' | 'idle' | 'tick'>[];
  /** Looks for callers whose record was lost. */
  readonly look: (client: TwilioClient) => WatchOptions['look'];
  /** What has to be there, besides the client, before calls can be served. */
  readonly needs?: readonly Promise<unknown>[];
}

/** Starts the work, unless that was put off, and returns how it is served and stopped. */
export function begin(options: StartOptions, parts: Parts, work: Work): Started {
  const { app, autoStart, publicBaseUrl, serverless } = options;
  const { recoverEveryMs = options.clock === undefined ? 60_000 : null } = options;
  const { store, client, clock, log } = parts;
  const silence = watchSilence(work.endpoint, parts, webhookUrls(publicBaseUrl).voice);
  const { endpoint } = silence;
  let watching: Promise<LostCallersWatch | null> | undefined;

  async function watchLost(): Promise<LostCallersWatch | null> {
    if (recoverEveryMs === null) return null;
    return watchLostCallers({ look: work.look(await client), everyMs: recoverEveryMs, log, clock });
  }

  function start(): void {
    if (watching !== undefined) return;
    for (const runtime of work.runtimes) runtime.start();
    // Without a client nothing can be looked for, which `ready` says.
    watching = watchLost().catch(() => null);
    silence.start();
  }

  warnOfLocalAddress(options, log);
  if (serverless === true) warnOfMemory(options, log);
  else if (autoStart !== false) start();

  return {
    listener: toNodeListener(endpoint, app),
    fetch: (request, host) => endpoint.fetch(request, host),
    endpoint,
    store,
    ready: readiness([client, ...(work.needs ?? [])], log),
    start,
    async tick({ budgetMs = TICK_MS } = {}) {
      const by = clock.now() + budgetMs;
      for (const runtime of work.runtimes) await runtime.tick({ by });
    },
    async stop() {
      silence.stop();
      await (await watching)?.stop();
      await Promise.all(work.runtimes.map((runtime) => runtime.stop()));
    },
    async idle() {
      await Promise.all(work.runtimes.map((runtime) => runtime.idle()));
    },
  };
}

/** How long a tick takes at most, in ms: a scheduler runs a function for half a minute or more. */
const TICK_MS = 25_000;

/** How long, in ms, a number may send nothing after the start before the log says to look at its addresses. */
const SILENCE_MS = 600_000;

/** Watches for the first request, of which `endpoint` takes notice: where none comes, the number is set up wrong. */
function watchSilence(
  endpoint: Endpoint,
  { clock, log }: Parts,
  voiceUrl: string,
): { readonly endpoint: Endpoint; start(): void; stop(): void } {
  let heard = false;
  let cancel = (): void => undefined;

  function hear(): void {
    if (heard) return;
    heard = true;
    cancel();
  }

  return {
    endpoint: {
      ...endpoint,
      handle: (request, host) => {
        hear();
        return endpoint.handle(request, host);
      },
      fetch: (request, host) => {
        hear();
        return endpoint.fetch(request, host);
      },
    },
    start() {
      if (heard) return;
      cancel = clock.wakeAt(clock.now() + SILENCE_MS, () => {
        log({
          level: 'warn',
          code: 'webhook.none',
          message: `no webhook has come in 10 minutes: set the voice URL of your number to ${voiceUrl} (POST), and look whether that address reaches this server`,
        });
      });
    },
    stop() {
      cancel();
    },
  };
}

/** Twilio cannot reach this machine by a name that only this machine knows. */
const LOCAL =
  /^https?:\/\/(?:[^/@]*@)?(?:localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\]|10\.[0-9.]+|192\.168\.[0-9.]+|[^/:]+\.local)(?:[:/]|$)/i;

/** Says what is wrong with the address, once, at the start. A client of one's own may be a simulated Twilio, which reaches it. */
function warnOfLocalAddress({ publicBaseUrl, client, httpClient }: StartOptions, log: Log): void {
  if (!LOCAL.test(publicBaseUrl) || client !== undefined || httpClient !== undefined) return;
  log({
    level: 'warn',
    code: 'url.local',
    message: `Twilio cannot reach "publicBaseUrl" ${publicBaseUrl}: run a tunnel, such as "ngrok http 5000", and give its https address`,
  });
}

/** Another instance of a serverless function knows nothing of what this one keeps in memory, and this one forgets it. */
function warnOfMemory({ store }: StartOptions, log: Log): void {
  if (store !== undefined) return;
  log({
    level: 'error',
    code: 'store.memory',
    message:
      'calls are kept in memory, which a serverless host forgets: pass a "store" that all instances share, such as createRedisStore of @amd/store-redis',
  });
}

/** Resolves when everything that is asynchronous is there. What fails is logged as well: nobody need await it. */
function readiness(work: readonly Promise<unknown>[], log: Log): Promise<void> {
  const ready = Promise.all(work).then(() => undefined);
  ready.catch((error: unknown) => {
    const code = isAmdError(error) ? ` (${error.code})` : '';
    log({ level: 'error', code: 'start.failed', message: `nobody can be rung: ${reasonOf(error)}${code}` });
  });
  return ready;
}
