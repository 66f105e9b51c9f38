import {
  createMemoryStore,
  createRuntime,
  DEFAULT_TASKROUTER_CONFIG,
  DEFAULT_WORKER_CONFIG,
  taskrouter,
  worker,
  type Clock,
  type Hooks,
  type LiveTaskCall,
  type LiveWorker,
  type Store,
  type TaskOptions,
} from '@amd/core';
import { callbackUrls, createTaskRouterEndpoint, type LogEntry } from '@amd/core/http';
import { syncWorkers } from '@amd/core/twilio';
import { createTwilioExecutor, createWorkspaceDirectory, type WorkspaceDirectory } from '@amd/core/twilio';
import {
  createSimulator,
  handlerTransport,
  type Person,
  type Simulator,
  type SimulatorHttpClient,
  type SimulatorOptions,
  type WorkspaceSetUp,
  type WorkspaceSids,
} from '@amd/simulator';
import twilio from 'twilio';
import { elsewhere } from './elsewhere.js';
import { BASE, besidesRefusals, OUR_NUMBER } from './forwarding-app.js';

export interface TaskRouterApp {
  readonly sim: Simulator;
  readonly sids: WorkspaceSids;
  readonly store: Store;
  readonly directory: WorkspaceDirectory;
  /** Newest state of every call, by the caller's SID, and of every worker. */
  readonly states: ReadonlyMap<string, LiveTaskCall>;
  readonly workers: ReadonlyMap<string, LiveWorker>;
  readonly log: readonly LogEntry[];
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

export interface TaskRouterScenario {
  /** Who answers at each worker's phone; the number is made up. */
  readonly workers: readonly {
    readonly name: string;
    readonly person?: Person;
    /** Default: a number of its own. */
    readonly phone?: string | null;
    readonly activity?: string;
  }[];
  readonly settings?: TaskOptions;
  readonly workspace?: WorkspaceSetUp;
  readonly coolDownMs?: number;
}

export const phoneOf = (index: number): string => `+1415555${String(1000 + index)}`;

/** Creates the workspace of a scenario; who answers at which phone is added to `people`. */
export function openWorkspace(
  sim: Simulator,
  scenario: TaskRouterScenario,
  people: Map<string, Person>,
): WorkspaceSids {
  return sim.addWorkspace({
    eventCallbackUrl: `${BASE}/trevents`,
    assignmentCallbackUrl: `${BASE}/assign`,
    activities: [{ friendlyName: 'Temporarily Unavailable', available: false }],
    ...scenario.workspace,
    workers: scenario.workers.map(({ name, person, phone, activity }, index) => {
      const number = phone === undefined ? phoneOf(index) : phone;
      if (number !== null && person !== undefined) people.set(number, person);
      return {
        friendlyName: name,
        attributes: number === null ? {} : { phone: number },
        ...(activity === undefined ? {} : { activity }),
      };
    }),
  });
}

/** The parts of one node. */
export interface TaskRouterNodeParts {
  readonly sim: Simulator;
  readonly store: Store;
  readonly clock: Clock;
  readonly httpClient: SimulatorHttpClient;
  readonly pollMs: number | null;
  readonly scenario: Pick<TaskRouterScenario, 'settings' | 'coolDownMs'>;
  readonly hooks?: Hooks | undefined;
  readonly log: (entry: LogEntry) => void;
}

/** Creates one process of the product, without its port: endpoint, both runtimes, official client, directory of the workspace. */
export async function taskRouterNode({ sim, store, clock, scenario, ...parts }: TaskRouterNodeParts) {
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: parts.httpClient as never });
  const directory = createWorkspaceDirectory({ client, clock });
  await directory.load();
  const url = callbackUrls(BASE);
  const log = besidesRefusals(parts.log);
  const common = {
    store,
    clock,
    pollMs: parts.pollMs,
    random: () => 0.5,
    log,
    execute: createTwilioExecutor({
      client,
      url,
      mayDial: () => true,
      ownNumbers: [OUR_NUMBER],
      clock,
      log,
    }),
  };
  const rest = createRuntime({
    ...common,
    flow: worker,
    config: {
      ...DEFAULT_WORKER_CONFIG,
      ...(scenario.coolDownMs === undefined ? {} : { coolDownMs: scenario.coolDownMs }),
    },
  });
  const runtime = createRuntime({
    ...common,
    flow: taskrouter,
    config: DEFAULT_TASKROUTER_CONFIG,
    hooks: parts.hooks,
    peers: { worker: rest },
  });
  const endpoint = createTaskRouterEndpoint({
    runtime,
    workers: rest,
    directory,
    publicBaseUrl: BASE,
    authTokens: [sim.authToken],
    accountSid: sim.accountSid,
    defaultSettings: scenario.settings,
    log: parts.log,
    resolveBudgetMs: 500,
    clock,
  });
  return {
    runtime,
    rest,
    directory,
    endpoint,
    start: async () => {
      runtime.start();
      rest.start();
      await syncWorkers({ directory, workers: rest });
    },
    idle: async () => {
      await Promise.all([runtime.idle(), rest.idle(), directory.idle()]);
    },
    stop: async () => {
      await Promise.all([runtime.stop(), rest.stop()]);
    },
  };
}

/** Creates the whole product on one virtual clock: simulator, official client, signed webhooks, endpoint, runtimes, memory. */
export async function taskRouterApp(
  scenario: TaskRouterScenario,
  simulator: Partial<SimulatorOptions> = {},
  hooks: Hooks = {},
): Promise<TaskRouterApp> {
  const states = new Map<string, LiveTaskCall>();
  const workers = new Map<string, LiveWorker>();
  const log: LogEntry[] = [];
  const failures: unknown[] = [];
  const people = new Map<string, Person>();
  const sim = createSimulator({
    numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
    transport: handlerTransport((request) => elsewhere(request) ?? node.endpoint.fetch(request)),
    idle: () => node.idle(),
    people: (to) => people.get(to),
    ...simulator,
  });
  const sids = openWorkspace(sim, scenario, people);
  const store = createMemoryStore();
  const node = await taskRouterNode({
    sim,
    store,
    clock: sim.clock,
    httpClient: sim.httpClient,
    pollMs: null,
    scenario,
    hooks,
    log: (entry) => log.push(entry),
  });
  const { runtime, rest, directory } = node;
  runtime.events.on('committed', ({ key, state }) => {
    if (state.kind === 'call') states.set(key.slice(key.indexOf(':') + 1), state);
  });
  rest.events.on('committed', ({ key, state }) => {
    if (state.kind === 'worker') workers.set(key.slice(key.indexOf(':') + 1), state);
  });
  for (const { events } of [runtime, rest]) events.on('failure', ({ error }) => failures.push(error));
  await node.start();
  return {
    sim,
    sids,
    store,
    directory,
    states,
    workers,
    log,
    failures,
    stop: async () => {
      sim.close();
      await node.stop();
    },
  };
}
