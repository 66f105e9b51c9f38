import type { LiveTaskCall } from '@amd/core';
import { syncWorkers } from '@amd/core/twilio';
import { createWorkspaceDirectory } from '@amd/core/twilio';
import type { PageAssets } from '@amd/dashboard';
import {
  createSimulator,
  type Person,
  type SimulatedCall,
  type SimulatedWorker,
  type Simulator,
  type TimelineEntry,
  virtualClock,
} from '@amd/simulator';
import twilio from 'twilio';
import { createPhones } from '../../../shared/src/demo/phone.js';
import type { RunningTour } from '../../../shared/src/demo/run.js';
import { SPEED, startPace } from '../../../shared/src/demo/pace.js';
import { watchConnections } from '../../../shared/src/operators/connections.js';
import { listen, printLine } from '../../../shared/src/demo/server.js';
import { createLogger } from '../../../shared/src/operators/logger.js';
import { createApp } from '../app.js';
import type { App } from '../app-options.js';
import type { Scenario, WorkerName } from './scenarios.js';

const OUR_NUMBER = '+14155550199';
const PHONES: Readonly<Record<Exclude<WorkerName, 'Dora'>, string>> = {
  Ann: '+14155550142',
  Ben: '+14155550143',
  Cara: '+14155550144',
};
/** Who answers once the user plays: chosen on the page's phone panel. */
const ANSWERS = { Ann: 'you', Ben: 'voicemail', Cara: 'human' } as const;
const NAMES = ['Ann', 'Ben', 'Cara', 'Dora'] as const;
const COOL_DOWN_ACTIVITY = 'Temporarily Unavailable';
/** Shorter than in practice, to keep the tour short. */
const COOL_DOWN_SECONDS = 20;
const NO_WORKFLOW_TIMEOUT = 86_400;
/** Simulated time after which a scenario that does not settle is shown as it is, ms. */
const PATIENCE_MS = 450_000;
/** Simulated time until a person at the console has noticed a cool-down and moved the worker, ms. */
const CONSOLE_MS = 3_000;

const REFUSED = { status: 400, body: { code: 20001, message: 'The activity does not exist', status: 400 } } as const;

export interface Played {
  readonly scenario: Scenario;
  readonly callers: readonly SimulatedCall[];
  readonly legs: readonly SimulatedCall[];
  readonly states: readonly (LiveTaskCall | undefined)[];
  /** What TaskRouter reported since the first caller dialled. */
  readonly news: readonly TimelineEntry[];
  /** As they are when all is over. */
  readonly workers: readonly SimulatedWorker[];
  /** Names by phone. */
  readonly names: ReadonlyMap<string, string>;
  /** Tasks that are not over. */
  readonly openTasks: number;
  /** Complaints of the simulated Twilio about us. */
  readonly complaints: readonly string[];
}

export interface Tour extends RunningTour<Scenario, Played> {
  readonly app: App;
  readonly sim: Simulator;
  /** By name. */
  readonly workers: ReadonlyMap<string, string>;
  goLive(speed?: number): Promise<void>;
  /** Makes Twilio refuse to move workers, as when an activity was deleted. */
  refuseMoves(refuse: boolean): void;
}

/** Starts the unmodified example with a simulator in place of Twilio: real HTTP one way, the official client the other. */
export async function startTour(wanted: {
  readonly host: string;
  readonly port: number;
  readonly orAnyPort: boolean;
  readonly assets?: PageAssets | undefined;
  /** How much faster than real time. Default {@link SPEED}. */
  readonly speed?: number;
  /** For the page; default: none, so that it is open on this machine. */
  readonly password?: string | undefined;
}): Promise<Tour> {
  const people = new Map<string, Person>();
  const states = new Map<string, LiveTaskCall>();
  const resting = new Set<string>();
  const clock = virtualClock({ start: Date.now() });
  let rejectionsFail = false;
  let movesRefused = false;
  let toured = 0;
  const phones = createPhones({
    sim: () => sim,
    numbers: [OUR_NUMBER],
    people: (['Ann', 'Ben', 'Cara'] as const).map((name) => ({ name, to: PHONES[name], answers: ANSWERS[name] })),
    since: () => toured,
  });
  const sim: Simulator = createSimulator({
    clock,
    idle: async () => {
      await Promise.all([app.calls.idle(), app.workers.idle()]);
    },
    people: (to) => people.get(to) ?? phones.person(to),
    numbers: [{ phoneNumber: OUR_NUMBER }],
    rest({ method, path }) {
      if (method !== 'POST') return undefined;
      if (rejectionsFail && path.includes('/Reservations/')) return { status: 503 };
      return movesRefused && path.includes('/Workers/') ? REFUSED : undefined;
    },
  });
  const { server, url } = await listen(wanted);
  sim.setNumber({ phoneNumber: OUR_NUMBER, voiceUrl: `${url}/inbound`, statusCallback: `${url}/inbound/status` });
  const sids = sim.addWorkspace({
    friendlyName: 'AMD',
    eventCallbackUrl: `${url}/trevents`,
    assignmentCallbackUrl: `${url}/assign`,
    fallbackAssignmentCallbackUrl: `${url}/assign`,
    workflowTimeout: NO_WORKFLOW_TIMEOUT,
    activities: [{ friendlyName: COOL_DOWN_ACTIVITY, available: false }],
    workers: NAMES.map((name) => ({
      friendlyName: name,
      attributes: name === 'Dora' ? {} : { phone: PHONES[name] },
      activity: 'Offline',
    })),
  });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const directory = createWorkspaceDirectory({ client });
  await directory.load();
  const app = createApp({
    client,
    directory,
    accountSid: sim.accountSid,
    authTokens: [sim.authToken],
    publicBaseUrl: url,
    coolDownSeconds: COOL_DOWN_SECONDS,
    dialAllow: ['+1415555*'],
    ownNumbers: [OUR_NUMBER],
    limits: { atOnce: 100, perCaller: { calls: 100, seconds: 60 } },
    callLogDays: 1,
    password: wanted.password ?? null,
    phone: phones.panel,
    clock: sim.clock,
    ...(wanted.assets === undefined ? {} : { assets: wanted.assets }),
    logger: createLogger({ level: 'error', secrets: [sim.authToken], destination: { write: printLine } }),
  });
  app.calls.events.on('committed', ({ state }) => {
    if (state.kind === 'call') states.set(state.call.sid, state);
  });
  app.workers.events.on('committed', ({ key, state }) => {
    if (state.kind === 'worker' && (state.coolDowns.length > 0 || state.timedOut !== null)) resting.add(key);
    else resting.delete(key);
  });
  server.on('request', app.listener);
  app.attach(server);
  const connections = watchConnections(server);
  app.start();
  const pace = startPace(sim, wanted.speed ?? SPEED);
  await syncWorkers({ directory, workers: app.workers });

  const workflow = client.taskrouter.v1.workspaces(sids.workspace).workflows(sids.workflow);
  const workers = (): readonly SimulatedWorker[] => sim.workspaces[0]?.workers ?? [];
  const openTasks = (): number =>
    (sim.workspaces[0]?.tasks ?? []).filter(({ status }) => status !== 'completed' && status !== 'canceled').length;

  /** Sets the timeouts of this scenario, as a person at the console would. */
  async function configure({
    reservationTimeout = 120,
    workflowTimeout = NO_WORKFLOW_TIMEOUT,
  }: Pick<Scenario, 'reservationTimeout' | 'workflowTimeout'>): Promise<void> {
    await workflow.update({
      taskReservationTimeout: reservationTimeout,
      configuration: JSON.stringify({
        task_routing: {
          filters: [{ expression: '1==1', targets: [{ queue: sids.queue, timeout: workflowTimeout }] }],
        },
      }),
    });
    await directory.load();
  }

  /**
   * Puts these workers to work, one after the other, so that it is known who has been idle longest; the others are not at work.
   */
  async function seat(names: readonly WorkerName[]): Promise<void> {
    for (const name of NAMES) sim.setWorkerActivity(sids.workers[name] ?? '', 'Offline');
    for (const name of names) {
      sim.setWorkerActivity(sids.workers[name] ?? '', 'Available');
      await passes(100);
    }
  }

  /** Waits until there is no call, no task, and no worker in a cool-down. */
  async function settled(): Promise<void> {
    const until = clock.now() + PATIENCE_MS;
    const isOver = (): boolean => sim.calls.every(({ endedAt }) => endedAt !== undefined);
    await pace.until(() => (isOver() && openTasks() === 0 && resting.size === 0) || clock.now() >= until);
  }

  /** Waits until this many simulated ms have passed. */
  function passes(ms: number): Promise<void> {
    return new Promise((resolve) => clock.wakeAt(clock.now() + ms, resolve));
  }

  return {
    url,
    app,
    sim,
    workers: new Map(Object.entries(sids.workers)),
    async play(scenario, index) {
      await configure(scenario);
      rejectionsFail = scenario.rejectionsFail ?? false;
      people.clear();
      for (const name of NAMES) {
        const person = scenario.workers[name];
        const phone = name === 'Dora' ? undefined : PHONES[name];
        if (person !== undefined && phone !== undefined) people.set(phone, person);
      }
      await seat((['Ann', 'Dora', 'Ben', 'Cara'] as const).filter((name) => scenario.workers[name] !== undefined));
      const before = { calls: sim.calls.length, complaints: sim.debugger.length, news: sim.timeline.length };
      const stop = moveWhenResting(scenario);
      const callers = (scenario.callers ?? [undefined]).map((hangUp, at) =>
        sim.placeCall({
          from: `+1212555${String(1000 + index * 10 + at)}`,
          to: OUR_NUMBER,
          ...(hangUp === undefined ? {} : { hangUp }),
        }),
      );
      await Promise.all(callers.map((call) => call.done));
      rejectionsFail = false;
      await settled();
      stop();
      return {
        scenario,
        callers,
        legs: sim.calls.slice(before.calls).filter(({ direction }) => direction === 'outbound-api'),
        states: callers.map(({ sid }) => states.get(sid)),
        news: sim.timeline.slice(before.news).filter(({ kind }) => kind === 'taskrouter'),
        workers: workers(),
        names: new Map(Object.entries(PHONES).map(([name, phone]) => [phone, name])),
        openTasks: openTasks(),
        complaints: sim.debugger
          .slice(before.complaints)
          // A Dial that comes too late for its caller is not our mistake.
          .filter(({ code }) => code !== 14215 && code !== 14217)
          .map(({ code, message }) => `${String(code)} ${message}`),
      };
    },
    refuseMoves(refuse) {
      movesRefused = refuse;
    },
    async goLive(speed = 1) {
      toured = sim.calls.length;
      people.clear();
      await configure({});
      // The voicemail has been idle longest, so that the first call goes from it to you.
      await seat(['Ben', 'Ann', 'Cara']);
      pace.setSpeed(speed);
    },
    async stop() {
      sim.close();
      await app.drain(connections.close(0));
      pace.stop();
    },
  };

  /** Plays a person at the console who sees a worker cool down and moves them. */
  function moveWhenResting({ movedTo }: Scenario): () => void {
    if (movedTo === undefined) return () => undefined;
    const stop = sim.on('entry', ({ kind, text, detail }) => {
      if (kind !== 'taskrouter' || !text.includes(`updated to ${COOL_DOWN_ACTIVITY}`)) return;
      stop();
      clock.wakeAt(clock.now() + CONSOLE_MS, () => {
        sim.setWorkerActivity(String(detail?.['about']), movedTo);
      });
    });
    return stop;
  }
}
