import { type ActivitySid, isWorkerSid } from '../kernel/ids.js';
import { recordKey } from '../kernel/record-key.js';
import type { Reply } from '../wire/twiml.js';
import type { TaskRouterWorkspace } from '../flows/taskrouter/options.js';
import type { WorkerEvent } from '../flows/worker/events.js';
import type { Runtime } from '../runtime/runtime.js';

/**
 * Tells the worker flow where everybody in the workspace is now. Call it at start: who was put to rest before this process
 * began, and of whom no store remembers it, comes back as well. Returns how many workers there are.
 * @throws what the directory or the store throws
 */
export async function syncWorkers(options: {
  readonly directory: {
    load(): Promise<TaskRouterWorkspace>;
    current(): TaskRouterWorkspace | undefined;
    workers(): Promise<
      readonly {
        readonly sid: string;
        readonly name: string;
        readonly phone: string | null;
        readonly activity: ActivitySid;
      }[]
    >;
  };
  readonly workers: Pick<Runtime<WorkerEvent, Reply>, 'handle'>;
}): Promise<number> {
  const { directory, workers } = options;
  const workspace = directory.current() ?? (await directory.load());
  const everybody = await directory.workers();
  for (const { sid, name, phone, activity } of everybody) {
    if (!isWorkerSid(sid)) continue;
    await workers.handle(recordKey('worker', sid), {
      type: 'worker.event',
      workspace: workspace.sid,
      worker: { sid, name, phone, activity, activityName: null, version: null },
      happenedAt: null,
      activities: workspace.activities,
    });
  }
  return everybody.length;
}

/** Sends a worker to work (`on`), which also ends a rest, or home. */
export type SetAvailability = (worker: string, on: boolean) => Promise<void>;

/**
 * Switches workers on and off for a page. Resolves when the wish is written down; whether TaskRouter granted it is in the
 * worker's record (`wish`), so that it survives whatever happens to the page. A worker nobody has heard of is left alone.
 * @throws TypeError when it is not a worker's SID; what the directory or the store throws
 */
export function createAvailabilitySwitch(options: {
  readonly directory: { load(): Promise<TaskRouterWorkspace>; current(): TaskRouterWorkspace | undefined };
  readonly workers: Pick<Runtime<WorkerEvent, Reply>, 'handle'>;
}): SetAvailability {
  const { directory, workers } = options;
  return async (worker, on) => {
    if (!isWorkerSid(worker))
      throw new TypeError(`"worker" must be the SID of a worker; got ${JSON.stringify(worker)}`);
    const { sid: workspace, activities } = directory.current() ?? (await directory.load());
    await workers.handle(recordKey('worker', worker), {
      type: 'worker.switched',
      workspace,
      worker,
      request: crypto.randomUUID(),
      on,
      activity: on ? activities.available : activities.offline,
    });
  };
}
