import { decodeState, isTaskCallFinal, taskrouter, type LiveTaskCall } from '@amd/core';
import type { Person, SimulatedWorkspace, Simulator } from '@amd/simulator';
import { BASE } from '../crowds/forwarding-app.js';
import { openWorkspace, phoneOf, taskRouterNode, type TaskRouterScenario } from '../crowds/taskrouter-app.js';
import { POLL_MS } from './forwarding-scenario.js';
import { checkLines, neverHeardOf, orphansOf } from './check-calls.js';
import type { Recorder, Scenario, Observation } from './scenario.js';

/** Short, so that it ends within a run. */
const COOL_DOWN_MS = 5000;

/** Creates a scenario of the TaskRouter application. */
export function taskRouterScenario(
  scenario: Pick<Scenario, 'name' | 'callers' | 'ends'> & { readonly queue: TaskRouterScenario },
): Scenario {
  const { queue } = scenario;
  const people = new Map<string, Person>();
  for (const [index, { person, phone }] of queue.workers.entries()) {
    if (person !== undefined && phone !== null) people.set(phone ?? phoneOf(index), person);
  }
  return {
    ...scenario,
    people,
    setUp: (sim) => {
      // An assignment without an answer is requested again at the fallback address, which is there for that.
      const workspace = { ...queue.workspace, fallbackAssignmentCallbackUrl: `${BASE}/assign` };
      openWorkspace(sim, { ...queue, workspace }, new Map());
    },
    begin: (sim) => {
      const recorder: Recorder = {
        log: [],
        failures: [],
        conflicts: 0,
        build: async (parts) => {
          const node = await taskRouterNode({
            ...parts,
            sim,
            pollMs: POLL_MS,
            scenario: { ...queue, coolDownMs: COOL_DOWN_MS },
            log: (entry) => recorder.log.push(entry),
          });
          for (const { events } of [node.runtime, node.rest]) {
            events.on('conflict', () => (recorder.conflicts += 1));
            events.on('failure', ({ error }) => recorder.failures.push(error));
          }
          await node.start();
          return { fetch: node.endpoint.fetch, idle: node.idle };
        },
        look: async (database) => {
          const states = new Map<string, LiveTaskCall>();
          for (const { key, data } of await database.look(`${taskrouter.name}:`)) {
            const { state } = decodeState(taskrouter, key, data);
            if (state.kind === 'call') states.set(state.call.sid, state);
          }
          return observationOf(sim, states);
        },
      };
      return recorder;
    },
  };
}

function observationOf(sim: Simulator, states: ReadonlyMap<string, LiveTaskCall>): Observation {
  const unfinished = sim.workspaces.flatMap(unfinishedIn);
  return {
    over: [...states.values()].every(isTaskCallFinal) && unfinished.length === 0,
    problems: (callers) => {
      const problems = [...checkLines(sim), ...unfinished];
      for (const sid of callers) {
        const state = states.get(sid);
        if (state === undefined) problems.push(...neverHeardOf(sim, sid));
        else if (!isTaskCallFinal(state)) problems.push(`${sid} has no outcome, or a leg never ended for us`);
        const talks = sim.call(sid)?.bridgedWith.length ?? 0;
        if (talks > 1) problems.push(`${sid} talked with ${String(talks)} people`);
      }
      return problems;
    },
    // Each of these scenarios has one caller.
    orphans: ([caller = '']) => orphansOf(sim, () => sim.call(caller)),
    resultOf: (caller) => states.get(caller)?.result ?? 'none',
  };
}

/** Checks that every reservation is resolved, every task is over, and every worker who should be back is. */
function unfinishedIn({ workers, tasks }: SimulatedWorkspace): string[] {
  const problems: string[] = [];
  for (const worker of workers) {
    if (worker.holding > 0) problems.push(`${worker.friendlyName} still holds a reservation`);
    if (worker.activity !== 'Available') problems.push(`${worker.friendlyName} is stuck in ${worker.activity}`);
  }
  for (const task of tasks) {
    if (task.status !== 'completed' && task.status !== 'canceled') problems.push(`${task.sid} is ${task.status}`);
    for (const { sid, status } of task.reservations) {
      if (['pending', 'accepted', 'wrapping'].includes(status)) problems.push(`${sid} is ${status}`);
    }
  }
  return problems;
}
