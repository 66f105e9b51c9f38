import {
  createCallLimits,
  createMemoryStore,
  createRuntime,
  DEFAULT_TASKROUTER_CONFIG,
  DEFAULT_WORKER_CONFIG,
  taskrouter,
  worker,
  type Clock,
  type EventParams,
  type Hooks,
  type Store,
  type TaskOptions,
} from '@amd/core';
import { callbackUrls, createTaskRouterEndpoint, toNodeListener } from '@amd/core/http';
import { createAvailabilitySwitch } from '@amd/core/twilio';
import { createTwilioExecutor, type TwilioClient, type WorkspaceDirectory } from '@amd/core/twilio';
import {
  createWorkerDashboard,
  createWorkerFeed,
  createDialRules,
  createEventLog,
  type PageAssets,
  type PhonePanel,
} from '@amd/dashboard';
import type { Server } from 'node:http';
import express from 'express';
import type { Logger } from 'pino';
import { createMetrics } from '../../shared/src/operators/metrics.js';
import { operatorRoutes } from '../../shared/src/operators/routes.js';

export interface AppOptions {
  readonly client: TwilioClient;
  readonly directory: WorkspaceDirectory;
  readonly accountSid: string;
  /** The current auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  readonly publicBaseUrl: string;
  /** Settings of every call. */
  readonly settings?: TaskOptions | undefined;
  /** Attributes of a worker that may hold their number; the directory gets the same list. */
  readonly phoneAttributes?: readonly string[] | undefined;
  /** How long a worker cools down, in seconds. */
  readonly coolDownSeconds: number;
  /** Calls started per second; default: no limit. */
  readonly callsPerSecond?: number | undefined;
  readonly hooks?: Hooks | undefined;
  /** Numbers and prefixes that may be dialled. */
  readonly dialAllow: readonly string[];
  readonly ownNumbers: readonly string[];
  readonly limits?: {
    readonly atOnce: number;
    readonly perCaller: { readonly calls: number; readonly seconds: number };
  };
  /** How long ended calls are remembered. */
  readonly callLogDays: number;
  /** For the page; `null`: it is open on this machine while `publicBaseUrl` is an address of this machine, otherwise off. */
  readonly password: string | null;
  /** For `/metrics`; without it, the page's rule applies. */
  readonly metricsToken?: string | null | undefined;
  readonly phone?: PhonePanel | null | undefined;
  /** Called with every TaskRouter event. */
  readonly onEvent?: ((event: EventParams) => void) | undefined;
  readonly store?: Store | undefined;
  readonly clock?: Clock | undefined;
  /** The page's files; default: the built ones. */
  readonly assets?: PageAssets | undefined;
  readonly logger: Logger;
}

export type App = ReturnType<typeof createApp>;

interface Entry {
  readonly level: 'info' | 'warn' | 'error';
  readonly code: string;
  readonly message: string;
}

/** Creates the app. Wiring only: the flows decide what happens to a call. */
export function createApp(options: AppOptions) {
  const { client, directory, accountSid, authTokens, publicBaseUrl, ownNumbers, clock, logger } = options;
  const store = options.store ?? createMemoryStore();
  const rules = createDialRules({ allow: options.dialAllow, ownNumbers });
  const feed = createWorkerFeed({ store, clock, workspace: () => directory.current(), log });
  const metrics = createMetrics(() => feed.totals());
  const execute = createTwilioExecutor({
    client,
    url: callbackUrls(publicBaseUrl),
    mayDial: (to) => rules.mayDial(to),
    ownNumbers,
    log,
  });
  const workers = createRuntime({
    flow: worker,
    config: { ...DEFAULT_WORKER_CONFIG, coolDownMs: options.coolDownSeconds * 1000 },
    store,
    clock,
    execute,
    log: write,
    metrics: metrics.count,
  });
  const calls = createRuntime({
    flow: taskrouter,
    config: { ...DEFAULT_TASKROUTER_CONFIG, keepForMs: options.callLogDays * 86_400_000 },
    store,
    clock,
    execute,
    hooks: options.hooks,
    callsPerSecond: options.callsPerSecond,
    log: write,
    metrics: metrics.count,
    peers: { worker: workers },
  });
  for (const { events } of [calls, workers]) {
    events.on('committed', () => {
      feed.nudge();
    });
  }

  const heard = createEventLog({ clock });
  const endpoint = createTaskRouterEndpoint({
    runtime: calls,
    workers,
    directory,
    publicBaseUrl,
    accountSid,
    authTokens,
    defaultSettings: options.settings,
    phoneAttributes: options.phoneAttributes,
    limits: createCallLimits({ store, clock, ...options.limits }),
    onEvent(event) {
      heard.hear(event);
      options.onEvent?.(event);
    },
    log: write,
    metrics: metrics.count,
    clock,
  });
  const dashboard = createWorkerDashboard({
    store,
    publicBaseUrl,
    password: options.password,
    workspace: () => directory.current(),
    switchWorker: createAvailabilitySwitch({ directory, workers }),
    events: heard,
    phone: options.phone,
    feed,
    clock,
    assets: options.assets,
    log,
  });
  let draining = false;

  const app = express();
  app.disable('x-powered-by');
  app.use(
    operatorRoutes({
      store,
      registry: metrics.registry,
      isDraining: () => draining,
      publicBaseUrl,
      metricsToken: options.metricsToken ?? null,
    }),
  );
  app.use(dashboard.handler);

  /** Logs for parts that have no metrics themselves. */
  function log(entry: Entry): void {
    metrics.logged(entry.code);
    write(entry);
  }

  function write({ level, message, ...rest }: Entry): void {
    logger[level](rest, message);
  }

  return {
    /** For `createServer`: answers the webhooks, and passes everything else to Express. */
    listener: toNodeListener(endpoint, app),
    calls,
    workers,
    store,
    feed,
    /** Serves the page's socket on the server that has the listener. */
    attach(server: Server): void {
      dashboard.attach(server);
    },
    start(): void {
      calls.start();
      workers.start();
    },
    /** Makes `/readyz` say no from now on. */
    unready(): void {
      draining = true;
    },
    /** Does the same and disconnects the pages; stops the work once `closed` (no webhook is in progress). */
    async drain(closed: Promise<void>): Promise<void> {
      draining = true;
      await dashboard.close();
      await closed;
      await Promise.all([calls.stop(), workers.stop()]);
    },
  };
}
