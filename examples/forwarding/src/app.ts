import type { RequestListener, Server } from 'node:http';
import {
  createCallLimits,
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type CallOptions,
  type Clock,
  type ForwardingEvent,
  type ForwardingState,
  type Hooks,
  type ObservableRuntime,
  type OutcomeEvent,
  type Reply,
  type Store,
  type TimerEvent,
} from '@amd/core';
import { callbackUrls, createForwardingEndpoint, toNodeListener, type ArrivingCall } from '@amd/core/http';
import { createTwilioExecutor, type TwilioClient } from '@amd/core/twilio';
import {
  createCallFeed,
  createDashboard,
  createDialRules,
  createPeopleLists,
  type CallFeed,
  type ListedPerson,
  type PeopleLists,
  type PageAssets,
  type PhonePanel,
} from '@amd/dashboard';
import express from 'express';
import type { Logger } from 'pino';
import { createMetrics } from '../../shared/src/operators/metrics.js';
import { operatorRoutes } from '../../shared/src/operators/routes.js';

export interface AppOptions {
  readonly client: TwilioClient;
  readonly accountSid: string;
  /** The current auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  readonly publicBaseUrl: string;
  /** Whom to ring, by inbound number, `*` for all others; the page edits it. */
  readonly configured: ReadonlyMap<string, readonly ListedPerson[]>;
  /** Settings of every call. */
  readonly callSettings?: Omit<CallOptions, 'forwardTo'> | undefined;
  /** Overrides the page and `callSettings` for a call. */
  readonly callOptions?: ((call: ArrivingCall) => CallOptions | undefined) | undefined;
  readonly hooks?: Hooks | undefined;
  /** Calls started per second; default: no limit. */
  readonly callsPerSecond?: number | undefined;
  /** Numbers and prefixes that may be dialled. */
  readonly dialAllow: readonly string[];
  readonly ownNumbers: readonly string[];
  readonly limits?: {
    readonly atOnce: number;
    readonly perCaller: { readonly calls: number; readonly seconds: number };
  };
  /** How long ended calls stay on the page and in the log. */
  readonly callLogDays: number;
  /** For the page; `null`: it is open on this machine while `publicBaseUrl` is an address of this machine, otherwise off. */
  readonly password: string | null;
  /** For `/metrics`; without it, the page's rule applies. */
  readonly metricsToken?: string | null | undefined;
  readonly phone?: PhonePanel | null | undefined;
  readonly store?: Store | undefined;
  readonly clock?: Clock | undefined;
  /** The page's files; default: the built ones. */
  readonly assets?: PageAssets | undefined;
  readonly logger: Logger;
}

export interface App {
  /** For `createServer`: answers the webhooks, and passes everything else to Express. */
  readonly listener: RequestListener;
  readonly runtime: ObservableRuntime<ForwardingState, ForwardingEvent | OutcomeEvent | TimerEvent, Reply>;
  readonly store: Store;
  readonly feed: CallFeed;
  readonly lists: PeopleLists;
  /** Serves the page's socket on the server that has the listener. */
  attach(server: Server): void;
  /** Makes `/readyz` say no from now on. */
  unready(): void;
  /** Does the same and disconnects the pages; stops the work once `closed` (no webhook is in progress). */
  drain(closed: Promise<void>): Promise<void>;
}

interface Entry {
  readonly level: 'info' | 'warn' | 'error';
  readonly code: string;
  readonly message: string;
}

/** Creates the app. Wiring only: the flow decides what happens to a call. */
export function createApp(options: AppOptions): App {
  const { client, accountSid, authTokens, publicBaseUrl, callSettings, ownNumbers, clock, logger } = options;
  const store = options.store ?? createMemoryStore();
  const rules = createDialRules({ allow: options.dialAllow, ownNumbers });
  const feed = createCallFeed({ store, clock, log });
  const metrics = createMetrics(() => feed.totals());
  const { configured } = options;
  const lists = createPeopleLists({
    store,
    clock,
    configured,
    inboundNumbers: ownNumbers,
    problem: (to) => rules.problem(to),
  });
  const runtime = createRuntime({
    flow: forwarding,
    config: { ...DEFAULT_FORWARDING_CONFIG, keepForMs: options.callLogDays * 86_400_000 },
    store,
    clock,
    hooks: options.hooks,
    callsPerSecond: options.callsPerSecond,
    log: write,
    metrics: metrics.count,
    execute: createTwilioExecutor({
      client,
      url: callbackUrls(publicBaseUrl),
      mayDial: (to) => rules.mayDial(to),
      ownNumbers,
      log,
    }),
  });
  runtime.events.on('committed', () => {
    feed.nudge();
  });

  const endpoint = createForwardingEndpoint({
    runtime,
    publicBaseUrl,
    accountSid,
    authTokens,
    limits: createCallLimits({ store, clock, ...options.limits }),
    resolve: async (call) => options.callOptions?.(call) ?? { ...callSettings, forwardTo: await lists.for(call.to) },
    log: write,
    metrics: metrics.count,
    clock,
  });
  const dashboard = createDashboard({
    store,
    publicBaseUrl,
    password: options.password,
    people: lists,
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
    listener: toNodeListener(endpoint, app),
    runtime,
    store,
    feed,
    lists,
    attach: (server) => {
      dashboard.attach(server);
    },
    unready() {
      draining = true;
    },
    async drain(closed) {
      draining = true;
      await dashboard.close();
      await closed;
      await runtime.stop();
    },
  };
}
