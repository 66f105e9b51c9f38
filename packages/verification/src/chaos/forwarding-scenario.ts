import { decodeState, forwarding, type CallOptions, type LiveForwarding, type StoredRecord } from '@amd/core';
import type { Simulator } from '@amd/simulator';
import { elsewhere } from '../crowds/elsewhere.js';
import { forwardingNode } from '../crowds/forwarding-app.js';
import { checkCalls, neverHeardOf, orphansOf } from './check-calls.js';
import type { Recorder, Scenario, Observation } from './scenario.js';

/** How often nodes poll, in ms: work left by another is found at the next poll. */
export const POLL_MS = 1000;

/** Creates a scenario of the forwarding application; `settings` by the caller's number. */
export function forwardingScenario(
  scenario: Pick<Scenario, 'name' | 'callers' | 'people' | 'ends'> & {
    readonly settings: (from: string) => CallOptions;
  },
): Scenario {
  const numbersOf = (from: string): string[] => JSON.stringify(scenario.settings(from).forwardTo).match(/\+\d+/g) ?? [];
  return {
    ...scenario,
    begin: (sim) => {
      const recorder: Recorder = {
        log: [],
        failures: [],
        conflicts: 0,
        build: (parts) => {
          const { runtime, endpoint } = forwardingNode({
            ...parts,
            sim,
            pollMs: POLL_MS,
            settings: (call) => scenario.settings(call.from),
            log: (entry) => recorder.log.push(entry),
          });
          runtime.events.on('conflict', () => (recorder.conflicts += 1));
          runtime.events.on('failure', ({ error }) => recorder.failures.push(error));
          runtime.start();
          return {
            fetch: async (request) => elsewhere(request) ?? endpoint.fetch(request),
            idle: () => runtime.idle(),
          };
        },
        look: async (database) => observationOf(sim, scenario, numbersOf, await database.look(`${forwarding.name}:`)),
      };
      return recorder;
    },
  };
}

function observationOf(
  sim: Simulator,
  { people }: Pick<Scenario, 'people'>,
  numbersOf: (from: string) => readonly string[],
  records: readonly StoredRecord[],
): Observation {
  const states = new Map<string, LiveForwarding>();
  for (const { key, data } of records) {
    const { state } = decodeState(forwarding, key, data);
    if (state.kind === 'call') states.set(state.call.sid, state);
  }
  return {
    over: [...states.values()].every(isOver),
    problems: (callers) => {
      const problems = checkCalls(sim, people);
      for (const sid of callers) {
        const state = states.get(sid);
        if (state === undefined) problems.push(...neverHeardOf(sim, sid));
        else if (state.result === null) problems.push(`${sid} has no outcome`);
        else if (!isOver(state)) problems.push(`${sid}: a leg never ended for us`);
      }
      return problems;
    },
    orphans: (callers) => {
      const callerOf = new Map(
        callers.flatMap((sid) => {
          const call = sim.call(sid);
          return call === undefined ? [] : numbersOf(call.from).map((to) => [to, call] as const);
        }),
      );
      return orphansOf(sim, (to) => callerOf.get(to));
    },
    resultOf: (caller) => states.get(caller)?.result ?? 'none',
  };
}

function isOver(state: LiveForwarding): boolean {
  return state.result !== null && state.legs.every(({ phase }) => phase === 'ended');
}
