import { onlyKnown } from '@amd/core/internal';
import { taskrouter, worker } from '@amd/core';
import { presentCalls, type ActivityInfo, type WorkersRow, type WorkerTotals } from '../../shared/workers.js';
import { toTaskCallRow, toWorkerRow } from './worker-row.js';
import { endedCallSince } from './call-feed.js';
import { createFeed, FEED_OPTIONS, type CallFeedOptions, type Feed } from './feed.js';
import { sourceOf, type Source } from './read-rows.js';
import { totalsOf } from './totals.js';
import type { CallRow } from '../../shared/protocol.js';

/** The feed of workers and of the calls that wait for them. */
export type WorkerFeed = Feed<WorkersRow, WorkerTotals>;

/** The part of a workspace that the page shows: `createWorkspaceDirectory` of `@amd/core/twilio` knows it. */
export interface ShownWorkspace {
  readonly activities: { readonly available: string; readonly unavailable: string; readonly offline: string };
  /** Every activity's name, by its SID. */
  readonly activityNames: ReadonlyMap<string, string>;
}

/** Which store and which workspace a feed of workers follows. */
export interface WorkerFeedOptions extends CallFeedOptions {
  /** The workspace as it is now; `undefined` while it is not known. */
  readonly workspace: () => ShownWorkspace | undefined;
}

const OPTIONS = { ...FEED_OPTIONS, workspace: true } as const satisfies Record<keyof WorkerFeedOptions, true>;

/** Calls of the TaskRouter flow. */
export const QUEUED_CALLS: Source<CallRow> = sourceOf(taskrouter, (state, revision) =>
  state.kind === 'call' ? toTaskCallRow(state, revision) : null,
);

const WORKERS: Source<WorkersRow> = sourceOf(worker, (state, revision) =>
  state.kind === 'worker' ? toWorkerRow(state, revision) : null,
);

/** Creates a feed of workers and of the calls that wait for them. */
export function createWorkerFeed(options: WorkerFeedOptions): WorkerFeed {
  onlyKnown(options, 'createWorkerFeed', OPTIONS);
  const { workspace } = options;
  return createFeed<WorkersRow, WorkerTotals>({
    ...options,
    sources: [WORKERS, QUEUED_CALLS],
    totalsOf: (rows) => workerTotals(rows, activitiesOf(workspace())),
    endedSince: (row) => (row.kind === 'call' ? endedCallSince(row) : null),
  });
}

function workerTotals(rows: Iterable<WorkersRow>, activities: readonly ActivityInfo[]): WorkerTotals {
  const all = [...rows];
  const calls = all.filter((row) => row.kind === 'call');
  const onCalls = presentCalls(calls);
  const roles = new Map(activities.map(({ sid, role }) => [sid, role]));
  let [workers, ready, busy, coolingDown, away] = [0, 0, 0, 0, 0];
  for (const row of all) {
    if (row.kind !== 'worker') continue;
    workers += 1;
    const role = row.activity === null ? undefined : roles.get(row.activity);
    if (onCalls.has(row.sid)) busy += 1;
    else if (role === 'available') ready += 1;
    else if (role === 'coolDown') coolingDown += 1;
    else away += 1;
  }
  return { ...totalsOf(calls), activities, workers, ready, busy, coolingDown, away };
}

function activitiesOf(workspace: ShownWorkspace | undefined): ActivityInfo[] {
  if (workspace === undefined) return [];
  const { available, unavailable, offline } = workspace.activities;
  const roles = new Map<string, ActivityInfo['role']>([
    [offline, 'offline'],
    [unavailable, 'coolDown'],
    [available, 'available'],
  ]);
  return [...workspace.activityNames].map(([sid, name]) => ({ sid, name, role: roles.get(sid) ?? 'other' }));
}
