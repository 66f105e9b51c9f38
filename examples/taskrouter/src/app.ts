import { createMemoryStore, type LogEntry } from '@amd/core';
import { createTaskRouterForwarding } from '@amd/core/twilio';
import { createDialRules, createEventLog, createWorkerDashboard, createWorkerFeed } from '@amd/dashboard';
import express from 'express';
import { createMetrics } from '../../shared/src/operators/metrics.js';
import { operatorRoutes } from '../../shared/src/operators/routes.js';
import type { App, AppOptions } from './app-options.js';

/** Wiring only: what happens to a call is decided by the flows. */
export function createApp(options: AppOptions): App {
  const { client, directory, accountSid, authTokens, publicBaseUrl, ownNumbers, phoneAttributes, clock } = options;
  const { store = createMemoryStore(), password, assets, phone, metricsToken = null, limits = {} } = options;
  const rules = createDialRules({ allow: options.dialAllow, ownNumbers });
  const workspace = () => directory.current();
  const feed = createWorkerFeed({ store, clock, workspace, log });
  const metrics = createMetrics(() => feed.totals());
  const heard = createEventLog({ clock });
  const app = express();
  const forwarding = createTaskRouterForwarding({
    ...{ client, directory, accountSid, authToken: authTokens[0] ?? '', authTokens, publicBaseUrl },
    ...{ store, clock, limits, app, phoneAttributes, hooks: options.hooks, sharedKeys: options.sharedKeys },
    callsPerSecond: options.callsPerSecond,
    ownNumber: ownNumbers,
    mayDial: (to) => rules.mayDial(to),
    defaultSettings: options.settings,
    coolDownSeconds: options.coolDownSeconds,
    config: { keepForMs: options.callLogDays * 86_400_000 },
    onEvent(event) {
      heard.hear(event);
      options.onEvent?.(event);
    },
    log: options.logger,
    metrics: metrics.count,
    recoverEveryMs: options.recoverEveryMs ?? null,
    autoStart: false,
  });
  const { runtime: calls, workers, setAvailability: switchWorker } = forwarding;
  for (const { events } of [calls, workers]) events.on('committed', () => feed.nudge());
  const dashboard = createWorkerDashboard({
    ...{ store, publicBaseUrl, password, workspace, switchWorker, events: heard, phone, feed, clock, assets, log },
  });
  let draining = false;

  app.disable('x-powered-by');
  app.use(
    operatorRoutes({ store, registry: metrics.registry, isDraining: () => draining, publicBaseUrl, metricsToken }),
    dashboard.handler,
  );

  /** For the parts that count nothing themselves. */
  function log({
    level,
    message,
    ...rest
  }: {
    level: 'info' | LogEntry['level'];
    code: string;
    message: string;
  }): void {
    metrics.logged(rest.code);
    options.logger[level](rest, message);
  }

  return {
    listener: forwarding.listener,
    ...{ calls, workers, store, feed },
    start: () => forwarding.start(),
    attach: (server) => dashboard.attach(server),
    unready() {
      draining = true;
    },
    async drain(closed) {
      draining = true;
      await dashboard.close();
      await closed;
      await forwarding.stop();
    },
  };
}
