import type { Model } from './explore.js';
import { check, isSettled } from './world-checks.js';
import { worldKey } from './world-key.js';
import { worldMoves } from './world-moves.js';
import { worldContext, worldName, type WorldOptions } from './world-options.js';
import { NEW_LEG, type World } from './world-state.js';

export type { WorldOptions } from './world-options.js';

/** One call with everything that may happen to it: Twilio, people, the network, and our own crashes. */
export function forwardingWorld(options: WorldOptions): Model<World> {
  const context = worldContext(options);
  const { legs, faults, deaf, memory } = context;
  return {
    name: worldName(context),
    initial: () => ({
      caller: { call: 'ringing', final: null, doing: 'asks:inbound' },
      legs: Array.from({ length: legs }, () => NEW_LEG),
      roomStarted: false,
      notes: 0,
      stale: [],
      tasks: [],
      faults,
      state: memory.initial,
      event: null,
    }),
    moves: worldMoves(context),
    key: (world) => worldKey(deaf ? { ...world, notes: 0 } : world, memory.numberOf(world.state)),
    check: (world) => check(context, world),
    settled: isSettled,
    test: (trace, violation) => testSource(options, trace, violation),
  };
}

function testSource({ flow, ...options }: WorldOptions, trace: readonly string[], violation: string): string {
  const world = JSON.stringify(options);
  return [
    `it(${JSON.stringify(violation)}, () => {`,
    `  const world = forwardingWorld(${flow === undefined ? world : `{ ...${world}, flow }`});`,
    '  const trace = [',
    ...trace.map((name) => `    ${JSON.stringify(name)},`),
    '  ];',
    '  expect(replay(world, trace)).toBeNull();',
    '});',
  ].join('\n');
}
