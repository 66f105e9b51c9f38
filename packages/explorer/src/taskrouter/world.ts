import {
  type AnsweredBy,
  DEFAULT_TASKROUTER_CONFIG,
  taskrouter,
  type TaskRouterConfig,
  type TaskRouterState,
  taskSettings,
  type TaskRouterWorkspace,
  type WorkspaceSid,
  type WorkflowSid,
  type ActivitySid,
} from '@amd/core';
import type { Model } from '../explore.js';
import { flowMemory } from '../flow-memory.js';
import { DECLINING_KEY } from '../forwarding/state.js';
import { checkTasks, isTasksSettled } from './checks.js';
import { tasksStateKey, tasksWorldKey } from './key.js';
import { tasksMoves } from './moves.js';
import type { TasksContext, TasksWorldOptions } from './options.js';
import { allNotifications, NEW_TASK_LEG, type TaskWorld } from './state.js';

const KEYS = { accept: '#', decline: DECLINING_KEY };

const ANSWERS: readonly AnsweredBy[] = ['machine_start', 'unknown', 'human'];

/**
 * Builds the world of a caller in a queue, with everything that may happen to them, to the workers' phones and to our
 * notifications.
 */
export function tasksWorld(options: TasksWorldOptions): Model<TaskWorld> {
  const { reservations, atOnce = false, faults = 0, answers = ANSWERS, flow = taskrouter } = options;
  const { quietHeartbeats = false, amd = 'sync', finds = 'answered', declines = false } = options;
  const everything = [...new Set(allNotifications(reservations).map(({ kind }) => kind))];
  const hears = options.hears ?? everything;
  const config: TaskRouterConfig = {
    ...DEFAULT_TASKROUTER_CONFIG,
    redirectRetryMs: [1000],
    farewellTries: 1 + faults,
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
    declines,
    config,
    settings: taskSettings({ amd: { mode: amd }, ...(declines ? { keys: KEYS } : {}) }, WORKSPACE),
    memory,
  };
  const name = [
    `${String(reservations)} reservation${reservations === 1 ? '' : 's'}${atOnce ? ' at once' : ''}`,
    `${String(faults)} fault${faults === 1 ? '' : 's'}`,
    ...(amd === 'async' ? ['async'] : []),
    ...(declines ? ['workers may decline'] : []),
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
      notifications: 0,
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

/** Removes what is for people, and counters that only number. */
function plain(state: TaskRouterState): TaskRouterState {
  if (state.kind !== 'call') return state;
  return {
    ...state,
    effectSeq: 0,
    timestamps: { startedAt: 0 },
    legs: state.legs.map((leg) => ({ ...leg, timestamps: { requestedAt: 0 } })),
    reservations: state.reservations.map((reservation) => ({ ...reservation, timestamps: { assignedAt: 0 } })),
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
