import type { EventParams, TaskOptions } from '@amd/core';
import type { TaskRouterForwarding, WorkspaceDirectory } from '@amd/core/twilio';
import type { WorkerFeed } from '@amd/dashboard';
import type { CommonApp, CommonOptions } from '../../shared/src/app-options.js';

export interface AppOptions extends CommonOptions {
  readonly directory: WorkspaceDirectory;
  /** Settings of every call. */
  readonly settings?: TaskOptions | undefined;
  /** Attributes of a worker that may hold their number; the directory gets the same list. */
  readonly phoneAttributes?: readonly string[] | undefined;
  /** How long a worker cools down, in seconds. */
  readonly coolDownSeconds: number;
  /** Called with every TaskRouter event. */
  readonly onEvent?: ((event: EventParams) => void) | undefined;
}

export interface App extends CommonApp {
  readonly calls: TaskRouterForwarding['runtime'];
  readonly workers: TaskRouterForwarding['workers'];
  readonly feed: WorkerFeed;
}
