import { onlyKnown } from '../../kernel/check.js';
import type { ActivitySid } from '../../kernel/ids.js';
import { recordKey } from '../../kernel/record-key.js';
import type { Params } from '../../wire/params.js';
import { parseCall } from '../../wire/payloads.js';
import { callOf, type EventParams, parseAssignment, parseEvent } from '../../wire/taskrouter.js';
import { LATER, type Reply } from '../../wire/twiml.js';
import { checkPhoneAttributes } from '../../wire/worker-phone.js';
import type { TaskRouterEvent, TaskRouterReply } from '../../flows/taskrouter/events.js';
import {
  checkTimes,
  type TaskOptions,
  type TaskRouterWorkspace,
  taskSettings,
  type TaskSettings,
} from '../../flows/taskrouter/options.js';
import type { InboundCall } from '../../flows/call/call.js';
import type { WorkerEvent } from '../../flows/worker/events.js';
import type { FlowEvent } from '../../kernel/flow.js';
import type { Runtime, Turn } from '../../runtime/runtime.js';
import { checkOptions, ENDPOINT_OPTIONS, type EndpointOptions } from '../endpoint-options.js';
import type { Endpoint } from '../endpoint.js';
import type { ArrivingCall, CallDetails } from '../arriving-call.js';
import { decided, type Decision, isDecision, reading } from '../decision.js';
import { resolveSettings } from '../resolve.js';
import { TASKROUTER_ROUTES } from '../routes.js';
import { type Answer, serve } from '../serve.js';
import { ofTaskEvent, translateTaskCallback, WORKER_EVENTS } from './events.js';
import { foreignTasks, unreadablePhone } from './guests.js';

/** Says how one inbound call is handled. */
export type ResolveTask = (call: ArrivingCall) => TaskOptions | Decision | Promise<TaskOptions | Decision>;

/** What the endpoint asks of a workspace's directory: `createWorkspaceDirectory` of `@amd/core/twilio`. */
export interface Directory {
  current(): TaskRouterWorkspace | undefined;
  load(): Promise<TaskRouterWorkspace>;
  learn(event: { readonly type: string; readonly activity?: ActivitySid | null | undefined }): void;
}

/** A runtime, as far as an endpoint needs it: `tick` only where the process is frozen between requests. */
type Answering<Event extends FlowEvent, Answer> = Pick<Runtime<Event, Answer>, 'handle'> &
  Partial<Pick<Runtime<Event, Answer>, 'tick'>>;

export interface TaskRouterEndpointOptions extends EndpointOptions {
  readonly runtime: Answering<TaskRouterEvent, TaskRouterReply>;
  /** The runtime of the worker flow: it brings workers back from their rest. */
  readonly workers: Answering<WorkerEvent, Reply>;
  readonly directory: Directory;
  /** Default: `defaultSettings` for every call. */
  readonly resolve?: ResolveTask | undefined;
  /** What a call gets when there is no `resolve`, or it fails; also a call that others put into the queue. Default: the defaults. */
  readonly defaultSettings?: TaskOptions | undefined;
  /**
   * Attributes of a worker that may hold their number, the first that can be read counts. Default `phone`, `contact_uri`.
   * Tell the directory the same.
   */
  readonly phoneAttributes?: readonly string[] | undefined;
  /** Told of every event of the workspace, for logs and pages. Its own trouble stays its own. */
  readonly onEvent?: ((event: EventParams) => void) | undefined;
}

const OPTIONS = {
  ...ENDPOINT_OPTIONS,
  runtime: true,
  workers: true,
  directory: true,
  resolve: true,
  defaultSettings: true,
  phoneAttributes: true,
  onEvent: true,
} as const satisfies Record<keyof TaskRouterEndpointOptions, true>;

/**
 * Answers Twilio's webhooks for callers who wait in a TaskRouter queue: voice, assignments and events.
 * @throws TypeError or RangeError naming the option
 */
export function createTaskRouterEndpoint(options: TaskRouterEndpointOptions): Endpoint {
  onlyKnown(options, 'createTaskRouterEndpoint', OPTIONS);
  const { runtime, workers, directory, onEvent } = options;
  const checked = checkOptions(options, TASKROUTER_ROUTES);
  const { clock, log, resolveBudgetMs: budgetMs } = checked;
  const { resolve, defaultSettings = {} } = options;
  if (resolve !== undefined && typeof resolve !== 'function') throw new TypeError('"resolve" must be a function');
  const phoneAttributes = checkPhoneAttributes(options.phoneAttributes);
  const leaveAlone = foreignTasks(log);
  const known = directory.current();
  // A mistake is told now, not in the middle of a call.
  if (known !== undefined) {
    for (const problem of checkTimes(taskSettings(defaultSettings, known))) {
      log({ level: 'warn', code: 'times', message: problem });
    }
  }

  const workspace = async (): Promise<TaskRouterWorkspace> => directory.current() ?? (await directory.load());

  async function inbound(call: InboundCall, details: CallDetails, turn: Turn): Promise<Answer> {
    const here = directory.current();
    const resolved = await resolveSettings(call, details, {
      resolve: async (arriving) => ({ given: (await resolve?.(arriving)) ?? defaultSettings, in: await workspace() }),
      check: (chosen): TaskSettings | Decision =>
        isDecision(chosen.given) ? chosen.given : taskSettings(chosen.given, chosen.in),
      defaults: here === undefined ? undefined : taskSettings(defaultSettings, here),
      budgetMs,
      clock,
      log,
    });
    if (!resolved.ok) return { kind: 'noSettings', later: resolved.later };
    const { settings } = resolved;
    if (isDecision(settings)) {
      const reply = await runtime.handle(keyOf(call.sid), decided(settings, call, checked.texts), reading(turn));
      return { kind: 'reply', reply };
    }
    const event = { type: 'inbound', call, settings } as const;
    return { kind: 'reply', reply: await runtime.handle(keyOf(call.sid), event, turn) };
  }

  async function assign(params: Params, turn: Turn): Promise<Answer> {
    // We are guests in the workspace: whether a task is ours has to be known before anything of ours can fail.
    if (callOf(params) === null) {
      leaveAlone(params);
      return { kind: 'reply', reply: LATER };
    }
    const parsed = parseAssignment(params, phoneAttributes);
    if (!parsed.ok || parsed.call === null) {
      const problem = parsed.ok ? 'the task is not about a call' : parsed.problem;
      log({ level: 'warn', code: 'refused', path: '/assign', message: `answered with a rejection: ${problem}` });
      return { kind: 'unknown' };
    }
    const { call, task, reservation, worker, workerName, phone } = parsed;
    const here = await workspace();
    if (parsed.workspace !== here.sid) {
      const message = `left alone: a reservation of workspace ${parsed.workspace}, but this app is at work in ${here.sid}`;
      log({ level: 'warn', code: 'refused', path: '/assign', message });
      return { kind: 'reply', reply: LATER };
    }
    if (phone === null) log(unreadablePhone(parsed, phoneAttributes));
    const settings = taskSettings(defaultSettings, here);
    const event = { type: 'assignment', task, reservation, worker, workerName, phone, call, settings } as const;
    return { kind: 'reply', reply: await runtime.handle(keyOf(call.sid), event, turn) };
  }

  async function heard(params: Params, turn: Turn): Promise<Answer> {
    const parsed = parseEvent(params, phoneAttributes);
    if (!parsed.ok) return { kind: 'refused', problem: parsed.problem };
    // Somebody else's task: nothing of it may fail, and nobody is asked to send it again.
    const isForeign = parsed.task !== null && parsed.call === null && !parsed.type.startsWith('worker.');
    const here = isForeign ? directory.current() : await workspace();
    if (here?.sid !== parsed.workspace) return { kind: 'unknown' };
    directory.learn({ type: parsed.type, activity: parsed.worker?.activity });
    tell(parsed);
    const { worker } = parsed;
    if (isForeign) return { kind: 'unknown' };
    if (worker !== null && WORKER_EVENTS.has(parsed.type)) {
      const { happenedAt } = parsed;
      const { sid: workspace, activities } = here;
      const event = { type: 'worker.event', workspace, worker, happenedAt, activities } as const;
      await workers.handle(recordKey('worker', worker.sid), event, turn);
    } else if (worker !== null && parsed.type === 'worker.deleted') {
      const gone = { type: 'worker.deleted', workspace: here.sid, worker: worker.sid } as const;
      await workers.handle(recordKey('worker', worker.sid), gone, turn);
    }
    const event = ofTaskEvent(parsed);
    if (event === null || parsed.call === null) return { kind: 'unknown' };
    return { kind: 'reply', reply: await runtime.handle(keyOf(parsed.call.sid), event, turn) };
  }

  function tell(event: EventParams): void {
    try {
      onEvent?.(event);
    } catch {
      // Looking on must not fail a webhook.
    }
  }

  return serve(checked, {
    flow: 'taskrouter',
    inbound,
    goodbye: (call, visit) =>
      runtime.handle(
        keyOf(call),
        { type: 'caller.goodbye', ...(visit === undefined ? {} : { visit }) },
        { first: true },
      ),
    // Callers first; what they ask of a worker is due then.
    work: async (limit) => {
      await runtime.tick?.(limit);
      await workers.tick?.(limit);
    },
    async onNotification({ route, params }, turn) {
      if (route.name === 'assign') return assign(params, turn);
      if (route.name === 'trevents') return heard(params, turn);
      const call = parseCall(params);
      if (!call.ok) return { kind: 'refused', problem: call.problem };
      const event = { type: 'caller.status', status: call.status } as const;
      return { kind: 'reply', reply: await runtime.handle(keyOf(call.sid), event, turn) };
    },
    async callback(ref, { params }, turn) {
      const translation = translateTaskCallback(ref, params);
      if (!translation.ok) return { kind: 'refused', problem: translation.problem };
      if (translation.event === null) return { kind: 'unknown' };
      return { kind: 'reply', reply: await runtime.handle(keyOf(ref.key), translation.event, turn) };
    },
    rejectTo: () => directory.current()?.activities.unavailable,
  });
}

function keyOf(sid: string): string {
  return recordKey('taskrouter', sid);
}
