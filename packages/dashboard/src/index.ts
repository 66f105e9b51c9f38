/**
 * Live pages: every call with its legs as bars in time, and every worker with a switch.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createMemoryStore } from '@amd/core';
 * import { createDashboard } from '@amd/dashboard';
 *
 * const dashboard = createDashboard({
 *   store: createMemoryStore(), // the one your runtime uses
 *   publicBaseUrl: 'https://calls.example.com',
 *   password: process.env['DASHBOARD_PASSWORD'] ?? null,
 *   people: null, // or createPeopleLists(…), to edit whom to ring
 * });
 * const server = createServer(dashboard.handler).listen(5000);
 * dashboard.attach(server);
 * ```
 *
 * @module @amd/dashboard
 */
export type {
  CallRow,
  LegRow,
  ListedPerson,
  PeopleList,
  PeopleProblem,
  PhoneCall,
  PhoneCommand,
  PhonePerson,
  PhoneResult,
  PhoneState,
  SaveResult,
  Totals,
} from './shared/protocol.js';
export { createDialRules, type DialRules, type DialRulesOptions } from './numbers/dial-rules.js';
export type { WorkersEvent, WorkersEvents } from './shared/worker-events.js';
export type { ActivityInfo, ActivityRole, WorkersRow, WorkerTotals, WorkerRow } from './shared/workers.js';
export {
  type WorkerFeed,
  type WorkerFeedOptions,
  createWorkerFeed,
  type ShownWorkspace,
} from './server/data/worker-feed.js';
export { isLoopbackHost, openOnThisMachine } from './server/access/loopback.js';
export { createCallFeed } from './server/data/call-feed.js';
export { createEventLog, type EventLog, type EventLogOptions } from './server/data/event-log.js';
export type { CallFeed, CallFeedOptions, Feed } from './server/data/feed.js';
export { callLog, type CallLogOptions, type LoggedCall, type LoggedLeg } from './server/data/call-log.js';
export { toCsv, toJson } from './server/data/call-log-text.js';
export { createPeopleLists, type PeopleLists, type PeopleListsOptions } from './server/data/people-lists.js';
export type { DashboardLog, DashboardLogEntry } from './server/log.js';
export { loadPage, type PageAssets, type PageName } from './server/assets.js';
export { type WorkerDashboardOptions, createWorkerDashboard } from './server/create-worker-dashboard.js';
export { createDashboard, type DashboardOptions } from './server/create-dashboard.js';
export type { Dashboard, DashboardHandler, PageOptions } from './server/page.js';
export type { PhonePanel } from './server/phone-panel.js';
