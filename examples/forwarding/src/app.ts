import { createMemoryStore, type LogEntry } from '@amd/core';
import { createCallForwarding } from '@amd/core/twilio';
import { createCallFeed, createDashboard, createDialRules, createPeopleLists } from '@amd/dashboard';
import express from 'express';
import { createMetrics } from '../../shared/src/operators/metrics.js';
import { operatorRoutes } from '../../shared/src/operators/routes.js';
import type { App, AppOptions } from './app-options.js';

/** Wiring only: what happens to a call is decided by the flow. */
export function createApp(options: AppOptions): App {
  const { client, accountSid, authTokens, publicBaseUrl, callSettings, ownNumbers, clock, configured } = options;
  const { store = createMemoryStore(), password, assets, phone, metricsToken = null, limits = {} } = options;
  const rules = createDialRules({ allow: options.dialAllow, ownNumbers });
  const feed = createCallFeed({ store, clock, log });
  const metrics = createMetrics(() => feed.totals());
  const problem = (to: string): string | null => rules.problem(to);
  const lists = createPeopleLists({ store, clock, configured, inboundNumbers: ownNumbers, problem });
  const app = express();
  const calls = createCallForwarding({
    ...{ client, accountSid, authToken: authTokens[0] ?? '', authTokens, publicBaseUrl, ownNumber: ownNumbers },
    ...{ store, clock, limits, app, hooks: options.hooks, sharedKeys: options.sharedKeys },
    callsPerSecond: options.callsPerSecond,
    mayDial: (to) => rules.mayDial(to),
    resolve: async (call) => options.callOptions?.(call) ?? { ...callSettings, forwardTo: await lists.for(call.to) },
    config: { keepForMs: options.callLogDays * 86_400_000 },
    log: options.logger,
    metrics: metrics.count,
    recoverEveryMs: options.recoverEveryMs ?? null,
    autoStart: false,
  });
  calls.events.on('committed', () => {
    feed.nudge();
  });
  const dashboard = createDashboard({ store, publicBaseUrl, password, people: lists, phone, feed, clock, assets, log });
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
  }: Omit<LogEntry, 'code' | 'level'> & { level: 'info' | LogEntry['level']; code: string }): void {
    metrics.logged(rest.code);
    options.logger[level](rest, message);
  }

  return {
    listener: calls.listener,
    runtime: calls.runtime,
    store,
    feed,
    lists,
    start: () => calls.start(),
    attach: (server) => dashboard.attach(server),
    unready() {
      draining = true;
    },
    async drain(closed) {
      draining = true;
      await dashboard.close();
      await closed;
      await calls.stop();
    },
  };
}
