import type { ActivitySid, WorkflowSid, WorkspaceSid } from '../kernel/brand.js';
import type { Flow } from '../kernel/flow.js';
import type { Effect, TwilioEffect } from '../flows/effects.js';
import { DEFAULT_TASKROUTER_CONFIG, type TaskRouterConfig } from '../flows/taskrouter/config.js';
import type { TaskRouterEvent } from '../flows/taskrouter/events.js';
import { taskSettings, type TaskRouterWorkspace, type TaskSettings } from '../flows/taskrouter/settings.js';
import type { TaskRouterState } from '../flows/taskrouter/state.js';
import { taskrouter, type TaskRouterReply } from '../flows/taskrouter/transition.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { Model } from './explore.js';
import { flowMemory, type FlowMemory } from './flow-memory.js';
import { checkTasks, isTasksSettled } from './tasks-world-checks.js';
import { tasksStateKey, tasksWorldKey } from './tasks-world-key.js';
import { tasksMoves } from './tasks-world-moves.js';
import { allNotes, NEW_TASK_LEG, type TaskWorld } from './tasks-world-state.js';

type TaskFlow = Flow<TaskRouterState, TaskRouterEvent, Effect<TwilioEffect>, TaskRouterReply, TaskRouterConfig>;

export interface TasksWorldOptions {
  /** How many workers TaskRouter reserves, one after the other. */
  readonly reservations: 1 | 2;
  /** Both together. Default false. */
  readonly atOnce?: boolean;
  /** Refusals, lost answers, failures and crashes in one history. Default 0. */
  readonly faults?: number;
  /** Who may answer. Default human, machine_start and unknown: every machine is the same to the policy. */
  readonly answers?: readonly AnsweredBy[];
  /** When detection listens; default `sync`. */
  readonly amd?: 'sync' | 'async';
  /** Which notifications may be heard, by name; any of them may also be lost. Default all. */
  readonly hears?: readonly string[];
  /** Heartbeats come only when nothing else is about to happen by itself. Default false: at any time. */
  readonly quietHeartbeats?: boolean;
  /** How Twilio takes the search for the task of a call. Default `answered`. */
  readonly finds?: 'answered' | 'refused';
  /** Another flow to put to the same test. */
  readonly flow?: TaskFlow;
}

export interface TasksContext extends Required<Omit<TasksWorldOptions, 'flow'>> {
  readonly config: TaskRouterConfig;
  readonly settings: TaskSettings;
  readonly memory: FlowMemory<TaskRouterState, TaskRouterEvent, TaskRouterReply, TwilioEffect>;
}

const ANSWERS: readonly AnsweredBy[] = ['machine_start', 'unknown', 'human'];

/** A caller in a queue, with everything that may happen to them, to the workers' phones, and to what we are told. */
export function tasksWorld(options: TasksWorldOptions): Model<TaskWorld> {
  const { reservations, atOnce = false, faults = 0, answers = ANSWERS, flow = taskrouter } = options;
  const { quietHeartbeats = false, amd = 'sync', finds = 'answered' } = options;
  const everything = [...new Set(allNotes(reservations).map(({ kind }) => kind))];
  const hears = options.hears ?? everything;
  const config: TaskRouterConfig = {
    ...DEFAULT_TASKROUTER_CONFIG,
    redirectRetryMs: [1000],
    noticeTries: 1 + faults,
  };
  const memory = flowMemory({
    flow,
    config,
    stateKey: tasksStateKey,
    plain,
    timersOf: (state) => (state.kind === 'call' ? state.timers : {}),
  });
  const context: TasksContext = {
    reservations,
    atOnce,
    faults,
    answers,
    amd,
    hears,
    quietHeartbeats,
    finds,
    config,
    settings: taskSettings({ amd: { mode: amd } }, WORKSPACE),
    memory,
  };
  const name = [
    `${String(reservations)} reservation${reservations === 1 ? '' : 's'}${atOnce ? ' at once' : ''}`,
    `${String(faults)} fault${faults === 1 ? '' : 's'}`,
    ...(amd === 'async' ? ['async'] : []),
    ...(hears.length === 0
      ? ['nothing heard']
      : hears.length < everything.length
        ? [`heard: ${hears.join(', ')}`]
        : []),
    ...(quietHeartbeats ? ['quiet heartbeats'] : []),
    ...(finds === 'refused' ? ['searches refused'] : []),
    ...(answers === ANSWERS ? [] : [answers.join(' or ')]),
  ].join(', ');
  return {
    name,
    initial: () => ({
      caller: { call: 'ringing', final: null, doing: 'asks:inbound', queueResult: null },
      task: 'none',
      reservations: Array.from({ length: reservations }, () => ({ status: 'none', assigning: false }) as const),
      legs: Array.from({ length: reservations }, () => NEW_TASK_LEG),
      notes: 0,
      stale: [],
      tasks: [],
      faults,
      state: memory.initial,
      event: null,
    }),
    moves: tasksMoves(context),
    key: (world) => tasksWorldKey(world, memory.numberOf(world.state)),
    check: checkTasks,
    settled: isTasksSettled,
    test: (trace, violation) => testSource(options, trace, violation),
  };
}

const hex = (prefix: string, digit: string): string => prefix + digit.repeat(32);

const WORKSPACE: TaskRouterWorkspace = {
  sid: hex('WS', '1') as WorkspaceSid,
  workflow: { sid: hex('WW', '1') as WorkflowSid, reservationTimeoutSeconds: 120 },
  activities: {
    available: hex('WA', '1') as ActivitySid,
    unavailable: hex('WA', '2') as ActivitySid,
    offline: hex('WA', '3') as ActivitySid,
  },
  timeoutActivity: hex('WA', '3') as ActivitySid,
};

/** What is for people, and numbers that only number. */
function plain(state: TaskRouterState): TaskRouterState {
  if (state.kind !== 'call') return state;
  return {
    ...state,
    asked: 0,
    story: { startedAt: 0 },
    legs: state.legs.map((leg) => ({ ...leg, story: { requestedAt: 0 } })),
    reservations: state.reservations.map((reservation) => ({ ...reservation, story: { assignedAt: 0 } })),
  };
}

function testSource({ flow, ...options }: TasksWorldOptions, trace: readonly string[], violation: string): string {
  const world = JSON.stringify(options);
  return [
    `it(${JSON.stringify(violation)}, () => {`,
    `  const world = tasksWorld(${flow === undefined ? world : `{ ...${world}, flow }`});`,
    '  const trace = [',
    ...trace.map((name) => `    ${JSON.stringify(name)},`),
    '  ];',
    '  expect(replay(world, trace)).toBeNull();',
    '});',
  ].join('\n');
}
