import { onlyKnown } from '@amd/core/internal';
import { createCallFeed } from './data/call-feed.js';
import type { CallFeed } from './data/feed.js';
import type { PeopleLists } from './data/people-lists.js';
import { createPage, type Dashboard, PAGE_OPTIONS, type PageOptions } from './page.js';

export interface DashboardOptions extends PageOptions {
  /** `null`: the page does not edit whom to ring. */
  readonly people: PeopleLists | null;
  /** Default: a feed of its own. A given feed is started and stopped with the dashboard as well. */
  readonly feed?: CallFeed | undefined;
}

const OPTIONS = { ...PAGE_OPTIONS, people: true, feed: true } as const satisfies Record<keyof DashboardOptions, true>;

/**
 * Creates the page of calls.
 * @throws TypeError naming the option
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  onlyKnown(options, 'createDashboard', OPTIONS);
  const { store, people, clock, log } = options;
  const feed = options.feed ?? createCallFeed({ store, clock, log });
  return createPage(options, { name: 'calls', flow: 'forwarding', feed, people, workers: null });
}
