import { isWorkerSid } from '../kernel/brand.js';
import type { TaskRouterWorkspace } from '../flows/taskrouter/options.js';
import type { WorkerEvent } from '../flows/worker/events.js';
import { recordKey } from '../runtime/record-key.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Reply } from '../wire/twiml.js';

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
