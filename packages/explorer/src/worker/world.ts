import {
  type ActivitySid,
  DEFAULT_WORKER_CONFIG,
  type Effect,
  type Flow,
  type Reply,
  type TaskRouterEffect,
  type TaskRouterOutcome,
  worker,
  type WorkerConfig,
  type WorkerEvent,
  type WorkerSid,
  type WorkerState,
  type WorkspaceSid,
} from '@amd/core';
import type { Model, Move, Violation } from '../explore.js';
import { reservationSid } from '../taskrouter/state.js';
import { isSwitch, workerKey, type Stay, type Where, type WorkerNode } from './key.js';

export interface WorkerWorldOptions {
  /** How often a person at the console moves the worker. Default 2. */
  readonly people?: number;
  /** How many of our reservations are rejected. Default 1. */
  readonly rejections?: number;
  /** How many of our reservations time out. Default 1. */
  readonly timeouts?: number;
  /** How often an operator switches the worker on or off on a page of ours. Default 0. */
  readonly switches?: number;
  /** How many REST calls fail or lose their answer. Default 1. */
  readonly faults?: number;
  readonly flow?: Flow<WorkerState, WorkerEvent, Effect<TaskRouterEffect>, Reply, WorkerConfig>;
}

const SID = {
  available: `WA${'1'.repeat(32)}` as ActivitySid,
  unavailable: `WA${'2'.repeat(32)}` as ActivitySid,
  offline: `WA${'3'.repeat(32)}` as ActivitySid,
};
const WORKSPACE = `WS${'1'.repeat(32)}` as WorkspaceSid;
const WORKER = `WK${'1'.repeat(32)}` as WorkerSid;

/** Builds the world of a worker moved about by calls, timeouts and people, while events are lost and REST fails. */
export function workerWorld(options: WorkerWorldOptions = {}): Model<WorkerNode> {
  const { people = 2, rejections = 1, timeouts = 1, switches = 0, faults = 1, flow = worker } = options;
  return {
    name: `a worker: ${String(people)} moves by people, ${String(rejections)} rejections, ${String(timeouts)} time-outs, ${switches > 0 ? `${String(switches)} switches, ` : ''}${String(faults)} faults`,
    initial: () => ({
      stay: { at: 'available', by: 'person', version: 1 },
      told: [],
      sent: [],
      people,
      rejections,
      timeouts,
      switches,
      faults,
      now: 0,
      tasks: [],
      state: flow.initial(),
    }),
    moves: (node) => movesOf(flow, node),
    key: workerKey,
    check,
    settled,
    test: (trace, violation) =>
      [
        `it(${JSON.stringify(violation)}, () => {`,
        `  const world = workerWorld(${JSON.stringify({ people, rejections, timeouts, switches, faults })});`,
        `  expect(replay(world, ${JSON.stringify(trace)})).toBeNull();`,
        '});',
      ].join('\n'),
  };
}

function movesOf(flow: NonNullable<WorkerWorldOptions['flow']>, node: WorkerNode): Move<WorkerNode>[] {
  const list: Move<WorkerNode>[] = [];
  const add = (name: string, forced: boolean, run: Move<WorkerNode>['run']): void => {
    list.push({ name, forced, run });
  };
  const hear = (event: WorkerEvent, before: WorkerNode, doneTask?: string): WorkerNode | Violation => {
    const step = flow.transition(node.state, event, DEFAULT_WORKER_CONFIG);
    if (event.type !== 'effect.outcome' && event.type !== 'timer') {
      const again = flow.transition(step.state, event, DEFAULT_WORKER_CONFIG);
      if (again.effects.length > 0) return { violation: `P6: hearing ${event.type} twice asks for something` };
    }
    // Twilio refuses a change at another version.
    const version = String(node.stay.version);
    const isMoved = step.effects.some(
      (one) => one.type === 'worker.update' && !isSwitch(one) && one.version === version,
    );
    if (isMoved && isAtTheirWish(node)) return { violation: 'P5: somebody who has switched themselves off is moved' };
    const asked = step.effects.flatMap((effect) =>
      effect.type === 'worker.fetch' || effect.type === 'worker.update'
        ? [{ id: effect.id, effect, outcome: null }]
        : [],
    );
    return { ...before, state: step.state, tasks: [...before.tasks.filter(({ id }) => id !== doneTask), ...asked] };
  };

  for (const task of node.tasks) {
    const rest = node.tasks.filter((other) => other !== task);
    const { outcome, effect } = task;
    if (outcome !== null) {
      add(`${effect.type} → ${outcome.kind}`, true, () =>
        hear({ type: 'effect.outcome', at: clock(node), effect, outcome }, node, task.id),
      );
      continue;
    }
    const good = carriedOut(node, effect);
    if ('violation' in good) {
      add(effect.type, true, () => good);
      continue;
    }
    const lost: TaskRouterOutcome = { kind: 'failed', reason: 'lost' };
    add(`${effect.type} is carried out`, true, () => ({
      ...good.node,
      tasks: [...rest, { ...task, outcome: good.outcome }],
    }));
    if (node.faults === 0) continue;
    add(`${effect.type} fails`, false, () => ({
      ...node,
      faults: node.faults - 1,
      tasks: [...rest, { ...task, outcome: lost }],
    }));
    add(`${effect.type} is carried out, its answer lost`, false, () => ({
      ...good.node,
      // A switch that changed nothing is visible to no one.
      stay: good.node.stay.version === node.stay.version ? node.stay : good.node.stay,
      faults: node.faults - 1,
      tasks: [...rest, { ...task, outcome: lost }],
    }));
  }

  node.sent.forEach((sent, index) => {
    const after = { ...node, sent: node.sent.map((one, at) => (at === index ? { ...one, due: false } : one)) };
    const timeout = { ...SID, timeout: SID.offline };
    const of = { at: clock(node), workspace: WORKSPACE, worker: WORKER };
    add(`hears ${sent.type}${sent.due ? '' : ' again'}`, sent.due, () =>
      hear(
        sent.type === 'worker.parked'
          ? { type: sent.type, ...of, activity: SID.unavailable, activities: SID, reservation: reservationSid(index) }
          : {
              type: sent.type,
              ...of,
              activities: timeout,
              reservation: reservationSid(index),
              noticedAt: timeOf(sent.noticed),
            },
        after,
      ),
    );
  });

  for (const stay of node.told) {
    add(`hears that they are ${stay.at} (${String(stay.version)})`, false, () =>
      hear(
        {
          type: 'worker.event',
          at: clock(node),
          workspace: WORKSPACE,
          happenedAt: null,
          activities: SID,
          worker: {
            sid: WORKER,
            name: null,
            phone: null,
            activity: SID[stay.at],
            activityName: null,
            version: stay.version,
          },
        },
        node,
      ),
    );
  }

  if (node.state.kind === 'worker') {
    for (const [timer, dueAt] of Object.entries(node.state.timers)) {
      const later = { ...node, now: Math.max(node.now, dueAt) };
      add(`timer ${timer}`, true, () => hear({ type: 'timer', at: later.now, timer, dueAt }, later));
    }
  }

  for (const at of ['available', 'unavailable', 'offline'] as const) {
    if (node.people === 0 || at === node.stay.at) continue;
    add(`a person makes them ${at}`, false, () => ({ ...moved(node, at, 'person'), people: node.people - 1 }));
  }
  for (const on of [true, false]) {
    if (node.switches === 0 || node.state.kind === 'nothing') break;
    const after = { ...node, switches: node.switches - 1 };
    add(`somebody switches them ${on ? 'on' : 'off'}`, false, () =>
      hear(
        {
          type: 'worker.switched',
          at: clock(node),
          workspace: WORKSPACE,
          worker: WORKER,
          request: String(node.switches),
          on,
          activity: on ? SID.available : SID.offline,
        },
        after,
      ),
    );
  }
  if (node.stay.at === 'available' && node.rejections > 0) {
    add('their reservation is rejected', false, () => ({
      ...send(moved(node, 'unavailable', 'rejection'), 'worker.parked'),
      rejections: node.rejections - 1,
    }));
  }
  if (node.stay.at === 'available' && node.timeouts > 0) {
    add('their reservation times out', false, () => ({
      ...send(moved(node, 'offline', 'timeout'), 'worker.timedOut'),
      timeouts: node.timeouts - 1,
    }));
  }
  return list;
}

/** True if the worker is where they were, an operator has requested that, and it was done. */
function isAtTheirWish({ stay, state }: WorkerNode): boolean {
  return (
    stay.by === 'page' && stay.at === 'offline' && state.kind === 'worker' && state.requestedActivity?.status === 'done'
  );
}

/** Returns a version's time; the steps are longer than clocks differ, so versions imply times. */
function timeOf(version: number): number {
  return version * 10_000;
}

function clock({ now }: WorkerNode): number {
  return now;
}

function moved(node: WorkerNode, at: Where, by: Stay['by']): WorkerNode {
  const stay: Stay = { at, by, version: node.stay.version + 1 };
  return { ...node, stay, told: [...node.told, stay], now: Math.max(node.now, timeOf(stay.version)) };
}

function send(node: WorkerNode, type: WorkerNode['sent'][number]['type']): WorkerNode {
  return { ...node, sent: [...node.sent, { type, due: true, noticed: node.stay.version }] };
}

function carriedOut(
  node: WorkerNode,
  effect: TaskRouterEffect,
): { readonly node: WorkerNode; readonly outcome: TaskRouterOutcome } | Violation {
  const { stay } = node;
  if (effect.type === 'worker.fetch') {
    const version = String(stay.version);
    return { node, outcome: { kind: 'worker', activity: SID[stay.at], enteredAt: timeOf(stay.version), version } };
  }
  if (effect.type !== 'worker.update') return { violation: `an effect of another flow: ${effect.type}` };
  if (isSwitch(effect)) {
    const at = effect.activity === SID.available ? 'available' : 'offline';
    // TaskRouter reports nothing when nothing changes.
    const after: WorkerNode = at === stay.at ? { ...node, stay: { ...stay, by: 'page' } } : moved(node, at, 'person');
    return { node: after, outcome: { kind: 'done' } };
  }
  if (effect.version !== String(stay.version)) return { node, outcome: { kind: 'changed' } };
  if (stay.by === 'person' && stay.at !== 'unavailable') return { violation: 'P5: a person is overridden' };
  return { node: moved(node, 'available', 'us'), outcome: { kind: 'done' } };
}

function check(): string | undefined {
  return undefined;
}

/** True if nothing is in progress, and every worker who was parked is back. */
function settled({ stay, tasks, sent, state, told }: WorkerNode): boolean {
  if (tasks.length > 0 || sent.some(({ due }) => due)) return false;
  if (state.kind === 'worker' && Object.keys(state.timers).length > 0) return false;
  if (state.kind === 'worker' && (state.requestedActivity?.status === 'pending' || state.changeInFlight !== null))
    return false;
  if (stay.at === 'available' || stay.by === 'person' || stay.by === 'page') return true;
  // The event that would report it was never heard, and so never sent.
  return told.length === 0;
}
