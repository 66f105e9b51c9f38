import { isWorkerSid, type ActivitySid } from '../kernel/brand.js';
import type { TaskRouterWorkspace } from '../flows/taskrouter/options.js';
import type { WorkerEvent } from '../flows/worker/events.js';
import { recordKey } from '../runtime/record-key.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Reply } from '../wire/twiml.js';

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
