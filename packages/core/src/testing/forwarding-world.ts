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
    line: (world) => (world.event === null ? undefined : JSON.stringify(world.event)),
    test: testSource,
  };
}

function testSource(lines: readonly string[], violation: string): string {
  return [
    `it(${JSON.stringify(violation)}, () => {`,
    '  let state = forwarding.initial();',
    '  for (const event of [',
    ...lines.map((line) => `    ${line},`),
    '  ] as ForwardingEvent[]) {',
    '    const step = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG);',
    '    console.log(event.type, step.reply, step.effects);',
    '    state = step.state;',
    '  }',
    '});',
  ].join('\n');
}
