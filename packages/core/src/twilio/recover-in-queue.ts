import type { CallSid } from '../kernel/ids.js';
import { callIn } from '../wire/taskrouter.js';
import { taskrouter } from '../flows/taskrouter/taskrouter.js';
import { type Clock, clockFrom } from '../runtime/clock.js';
import type { Store } from '../store/store.js';
import { createRecords, type LostCallers } from './recover-callers.js';

/** What is asked of the official client. */
export interface TaskListClient {
  readonly taskrouter: {
    readonly v1: {
      readonly workspaces: (sid: string) => {
        readonly tasks: {
          list(params: {
            readonly assignmentStatus: ('pending' | 'reserved')[];
            readonly limit: number;
          }): Promise<{ readonly attributes: string; readonly taskChannelUniqueName: string }[]>;
        };
      };
    };
  };
}

/** Where `queuedCallers` looks for callers in the queue whom no stored call knows. */
export interface QueuedCallersOptions {
  readonly client: TaskListClient;
  readonly store: Store;
  /** SID of the workspace; `undefined` as long as it is not known. */
  readonly workspace: () => string | undefined;
  readonly clock?: Clock | undefined;
  /** Tasks looked at, of each status. Default 500. */
  readonly limit?: number | undefined;
}

/**
 * Looks for callers who wait in the queue while their record cannot be read and nobody has written to it for three
 * heartbeats. The record is forgotten, once: their task has kept their place, and its next assignment serves them like a new
 * call. Of whom there is no record at all, the next assignment says all that is needed anyway. What a look finds unreadable it
 * remembers for the next.
 * @throws whatever the client does when tasks cannot be listed
 */
export function queuedCallers(options: QueuedCallersOptions): () => Promise<LostCallers> {
  const { client, store, workspace, limit = 500 } = options;
  const clock = clockFrom(options.clock);
  const records = createRecords({ flow: taskrouter, store, clock });

  return async () => {
    const recovered: CallSid[] = [];
    const failed: { sid: CallSid; error: unknown }[] = [];
    let leftAlone = 0;
    records.begin();
    const here = workspace();
    if (here === undefined) return { recovered, leftAlone, failed };
    for (const status of ['pending', 'reserved'] as const) {
      const tasks = await client.taskrouter.v1.workspaces(here).tasks.list({ assignmentStatus: [status], limit });
      for (const { attributes, taskChannelUniqueName } of tasks) {
        const sid = callIn(attributes, taskChannelUniqueName)?.sid;
        if (sid === undefined) continue;
        try {
          const standing = await records.standingOf(sid);
          if (standing.kind === 'abandoned' && (await records.take(standing))) recovered.push(sid);
          else leftAlone += 1;
        } catch (error) {
          failed.push({ sid, error });
        }
      }
    }
    return { recovered, leftAlone, failed };
  };
}
