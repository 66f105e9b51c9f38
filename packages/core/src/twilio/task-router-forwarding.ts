import { onlyKnown } from '../kernel/check.js';
import type { OutcomeEvent, TaskRouterEffect, TimerEvent, TwilioEffect } from '../flows/effects.js';
import type { TaskRouterEvent, TaskRouterReply } from '../flows/taskrouter/events.js';
import type { TaskOptions, TaskRouterConfig } from '../flows/taskrouter/options.js';
import type { TaskRouterState } from '../flows/taskrouter/state.js';
import { taskrouter } from '../flows/taskrouter/taskrouter.js';
import type { WorkerEvent } from '../flows/worker/events.js';
import type { WorkerConfig, WorkerState } from '../flows/worker/state.js';
import { worker } from '../flows/worker/worker.js';
import {
  createTaskRouterEndpoint,
  type ResolveTask,
  type TaskRouterEndpointOptions,
} from '../http/taskrouter/endpoint.js';
import { createRuntime, type ObservableRuntime } from '../runtime/create-runtime.js';
import { reasonOf } from '../runtime/log.js';
import type { Reply } from '../wire/twiml.js';
import { assemble, type Parts } from './assemble.js';
import { begin } from './begin.js';
import { queuedCallers, type TaskListClient } from './recover-in-queue.js';
import { demandTaskRouter } from './region.js';
import { type MayDial, START_OPTIONS, type Started, type StartOptions } from './start-options.js';
import { createAvailabilitySwitch, type SetAvailability, syncWorkers } from './workers.js';
import {
  createWorkspaceDirectory,
  type WorkspaceDirectory,
  type WorkspaceDirectoryOptions,
} from './workspace-directory.js';

export interface TaskRouterForwardingOptions
  extends StartOptions, Omit<WorkspaceDirectoryOptions, 'client' | 'onError' | 'clock'> {
  /** Which numbers of workers may be dialled. There is no default: the owner of the account, who pays, decides. */
  readonly mayDial: MayDial;
  /** How one call is handled. Default: `defaultSettings` for every call. */
  readonly resolve?: ResolveTask | undefined;
  /** What a call gets without `resolve`, or when it fails. Default: the defaults of `TaskOptions`. */
  readonly defaultSettings?: TaskOptions | undefined;
  /** How long a worker cools down after a call, in seconds. Default 60. */
  readonly coolDownSeconds?: number | undefined;
  /** Times of the machinery, in ms; what is left out is as `DEFAULT_TASKROUTER_CONFIG` says. */
  readonly config?: Partial<TaskRouterConfig> | undefined;
  /** Told of every event of the workspace, for logs and pages. An exception thrown here is caught and ignored. */
  readonly onEvent?: TaskRouterEndpointOptions['onEvent'];
  /** A directory that exists already. Default: one is made of `workspace`, `workflow` and `activities`. */
  readonly directory?: WorkspaceDirectory | undefined;
}

export interface TaskRouterForwarding extends Started {
  readonly runtime: ObservableRuntime<
    TaskRouterState,
    TaskRouterEvent | OutcomeEvent | TimerEvent,
    TaskRouterReply,
    TwilioEffect
  >;
  readonly workers: ObservableRuntime<WorkerState, WorkerEvent | OutcomeEvent | TimerEvent, Reply, TaskRouterEffect>;
  /** What happens to calls in this process, for looking. */
  readonly events: TaskRouterForwarding['runtime']['events'];
  /** Switches a worker on or off, as a supervisor does on a page. */
  readonly setAvailability: SetAvailability;
  /** The workspace, once it was read. */
  readonly workspace: WorkspaceDirectory['current'];
}

const OPTIONS = {
  ...START_OPTIONS,
  mayDial: true,
  resolve: true,
  defaultSettings: true,
  coolDownSeconds: true,
  config: true,
  onEvent: true,
  directory: true,
  workspace: true,
  workflow: true,
  activities: true,
  phoneAttributes: true,
} as const satisfies Record<keyof TaskRouterForwardingOptions, true>;

/**
 * Serves callers who wait in a TaskRouter queue: makes store, client, directory, runtimes, executor and endpoint, reads the workspace
 * and its workers, and starts. Webhooks are answered by `listener` or `fetch`.
 * @throws TypeError or RangeError naming the option
 */
export function createTaskRouterForwarding(options: TaskRouterForwardingOptions): TaskRouterForwarding {
  onlyKnown(options, 'createTaskRouterForwarding', OPTIONS);
  const { ownNumber, resolve, coolDownSeconds, autoStart } = options;
  demandTaskRouter(options.region);
  const shown = typeof ownNumber === 'string' ? { ownNumber } : {};
  const parts = assemble(options, options.mayDial);
  const { store, clock, forRuntime, forCalls, forEndpoint } = parts;
  const workers = createRuntime({ ...forRuntime, flow: worker, config: workerConfig(coolDownSeconds) });
  const runtime = createRuntime({
    ...forCalls,
    flow: taskrouter,
    config: options.config,
    peers: { worker: workers },
  });
  const directory = options.directory ?? lateDirectory(options, parts);
  const endpoint = createTaskRouterEndpoint({
    ...forEndpoint,
    runtime,
    workers,
    directory,
    resolve:
      resolve === undefined
        ? undefined
        : async (call) => {
            const given = await resolve(call);
            return 'kind' in given ? given : { ...shown, ...given };
          },
    defaultSettings: { ...shown, ...options.defaultSettings },
    phoneAttributes: options.phoneAttributes,
    onEvent: options.onEvent,
  });
  const started = begin(options, parts, {
    endpoint,
    runtimes: [runtime, workers],
    look: (client) =>
      queuedCallers({
        client: client as unknown as TaskListClient,
        store,
        workspace: () => directory.current()?.sid,
        clock,
      }),
    // A start that waits for its server syncs the workers then, and by itself.
    needs: autoStart === false ? [] : [syncWorkers({ directory, workers })],
  });
  return {
    ...started,
    runtime,
    workers,
    events: runtime.events,
    setAvailability: createAvailabilitySwitch({ directory, workers }),
    workspace: () => directory.current(),
  };
}

/** @throws RangeError naming the option */
function workerConfig(coolDownSeconds: number | undefined): Partial<WorkerConfig> {
  if (coolDownSeconds === undefined) return {};
  if (Number.isFinite(coolDownSeconds) && coolDownSeconds >= 0) return { coolDownMs: coolDownSeconds * 1000 };
  throw new RangeError(`"coolDownSeconds" must be a number of seconds, 0 or more; got ${String(coolDownSeconds)}`);
}

/** The directory needs the client, which may still have to be loaded. */
function lateDirectory(
  { workspace, workflow, activities, phoneAttributes }: TaskRouterForwardingOptions,
  { client, clock, log }: Parts,
): WorkspaceDirectory {
  let known: WorkspaceDirectory | undefined;
  const directory = client.then((loaded) => {
    known = createWorkspaceDirectory({
      client: loaded as WorkspaceDirectoryOptions['client'],
      workspace,
      workflow,
      activities,
      phoneAttributes,
      clock,
      onError: (error) => {
        const message = `the workspace could not be read again, so what was known is kept: ${reasonOf(error)}`;
        log({ level: 'warn', code: 'workspace.stale', message });
      },
    });
    return known;
  });
  directory.catch(() => undefined);
  return {
    load: async () => (await directory).load(),
    workers: async () => (await directory).workers(),
    current: () => known?.current(),
    learn: (event) => known?.learn(event),
    idle: async () => known?.idle(),
  };
}
