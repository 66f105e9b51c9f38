import { onlyKnown } from '@amd/core/internal';
import { createWorkerFeed, type WorkerFeed, type ShownWorkspace } from './data/worker-feed.js';
import type { EventLog } from './data/event-log.js';
import { createPage, type Dashboard, PAGE_OPTIONS, type PageOptions } from './page.js';

export interface WorkerDashboardOptions extends PageOptions {
  /** The workspace as it is now, such as `() => directory.current()`; `undefined` while it is not known. */
  readonly workspace: () => ShownWorkspace | undefined;
  /** Sends a worker to work or home: `createAvailabilitySwitch` of `@amd/core/twilio`. */
  readonly switchWorker: (worker: string, on: boolean) => Promise<void>;
  /** TaskRouter events, for a log that can be switched on. Default: no log. */
  readonly events?: EventLog | null | undefined;
  /** Default: a feed of its own. A given feed is started and stopped with the dashboard as well. */
  readonly feed?: WorkerFeed | undefined;
}

const OPTIONS = {
  ...PAGE_OPTIONS,
  workspace: true,
  switchWorker: true,
  events: true,
  feed: true,
} as const satisfies Record<keyof WorkerDashboardOptions, true>;

/**
 * Creates the page of workers, and of the callers who wait for them.
 * @throws TypeError naming the option
 */
export function createWorkerDashboard(options: WorkerDashboardOptions): Dashboard {
  onlyKnown(options, 'createWorkerDashboard', OPTIONS);
  const { store, clock, log, workspace, events = null } = options;
  const feed = options.feed ?? createWorkerFeed({ store, clock, log, workspace });
  const workers = { switch: options.switchWorker, events };
  return createPage(options, { name: 'workers', flow: 'taskrouter', feed, people: null, workers });
}
