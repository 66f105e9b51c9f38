import {
  createMemoryStore,
  createRuntime,
  DEFAULT_TASKROUTER_CONFIG,
  DEFAULT_WORKER_CONFIG,
  taskrouter,
  worker,
  type Hooks,
  type LiveTaskCall,
  type LiveWorker,
  type Store,
  type TaskOptions,
} from '@amd/core';
import { callbackUrls, createTaskRouterEndpoint, introduceWorkers, type LogEntry } from '@amd/core/http';
import { createTwilioExecutor, createWorkspaceDirectory, type WorkspaceDirectory } from '@amd/core/twilio';
import {
  createSimulator,
  handlerTransport,
  type Person,
  type Simulator,
  type SimulatorOptions,
  type WorkspaceSetUp,
  type WorkspaceSids,
} from '@amd/simulator';
import twilio from 'twilio';
import { BASE, OUR_NUMBER } from './forwarding-app.js';

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

export interface TaskRouterScene {
  /** Who answers at whose phone, by worker; the phone is made up. */
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

/** The whole product on one virtual clock: simulator, official client, signed webhooks, endpoint, runtimes, memory. */
export async function taskRouterApp(
  scene: TaskRouterScene,
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
    transport: handlerTransport((request) => endpoint.fetch(request)),
    idle: async () => {
      await Promise.all([runtime.idle(), rest.idle(), directory.idle()]);
    },
    people: (to) => people.get(to),
    ...simulator,
  });
  const sids = sim.addWorkspace({
    eventCallbackUrl: `${BASE}/trevents`,
    assignmentCallbackUrl: `${BASE}/assign`,
    activities: [{ friendlyName: 'Temporarily Unavailable', available: false }],
    ...scene.workspace,
    workers: scene.workers.map(({ name, person, phone, activity }, index) => {
      const number = phone === undefined ? phoneOf(index) : phone;
      if (number !== null && person !== undefined) people.set(number, person);
      return {
        friendlyName: name,
        attributes: number === null ? {} : { phone: number },
        ...(activity === undefined ? {} : { activity }),
      };
    }),
  });
  const store = createMemoryStore();
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient as never });
  const directory = createWorkspaceDirectory({ client, clock: sim.clock });
  const url = callbackUrls(BASE);
  const parts = {
    store,
    clock: sim.clock,
    pollMs: null,
    random: () => 0.5,
    execute: createTwilioExecutor({ client, url, mayDial: () => true, ownNumbers: [OUR_NUMBER], clock: sim.clock }),
  };
  const rest = createRuntime({
    ...parts,
    flow: worker,
    config: { ...DEFAULT_WORKER_CONFIG, ...(scene.coolDownMs === undefined ? {} : { coolDownMs: scene.coolDownMs }) },
  });
  const runtime = createRuntime({
    ...parts,
    flow: taskrouter,
    config: DEFAULT_TASKROUTER_CONFIG,
    hooks,
    peers: { worker: rest },
  });
  runtime.events.on('committed', ({ key, state }) => {
    if (state.kind === 'call') states.set(key.slice(key.indexOf(':') + 1), state);
  });
  rest.events.on('committed', ({ key, state }) => {
    if (state.kind === 'worker') workers.set(key.slice(key.indexOf(':') + 1), state);
  });
  for (const { events } of [runtime, rest]) events.on('failure', ({ error }) => failures.push(error));
  await directory.load();
  const endpoint = createTaskRouterEndpoint({
    runtime,
    workers: rest,
    directory,
    publicBaseUrl: BASE,
    authTokens: [sim.authToken],
    accountSid: sim.accountSid,
    defaultSettings: scene.settings,
    log: (entry) => log.push(entry),
    resolveBudgetMs: 500,
  });
  runtime.start();
  rest.start();
  await introduceWorkers({ directory, workers: rest });
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
      await Promise.all([runtime.stop(), rest.stop()]);
    },
  };
}
