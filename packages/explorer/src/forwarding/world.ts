import type { Model } from '../explore.js';
import { check, isSettled } from './checks.js';
import { worldKey } from './key.js';
import { isBeginning, worldMoves } from './moves.js';
import { worldContext, worldName, type WorldContext, type WorldOptions } from './options.js';
import { LEG_NOTIFICATIONS, NEW_LEG, notificationName, type World } from './state.js';

/** Builds the world of one call with everything that may happen to it: Twilio, people, the network, and our own crashes. */
export function forwardingWorld(options: WorldOptions): Model<World> {
  const context = worldContext(options);
  const { legs, faults, repeats, roomEnds, memory } = context;
  const heard = heardNotifications(context);
  return {
    name: worldName(context),
    initial: () => ({
      caller: { call: 'ringing', final: null, doing: 'asks:inbound' },
      legs: Array.from({ length: legs }, () => NEW_LEG),
      roomStarted: false,
      notifications: 0,
      stale: [],
      tasks: [],
      faults,
      repeats,
      roomEnds,
      state: memory.initial,
      event: null,
    }),
    moves: worldMoves(context),
    key: (world) => {
      const notifications = isBeginning(context, world) ? world.notifications : world.notifications & heard;
      return worldKey({ ...world, notifications }, memory.numberOf(world.state));
    },
    check: (world) => check(context, world),
    settled: isSettled,
    test: (trace, violation) => testSource(options, trace, violation),
  };
}

/** Leaves out notifications that will not be heard. */
function heardNotifications({ legs, notificationsLost, hears }: WorldContext): number {
  let bits = 0;
  for (let notification = 0; notification < 6 + LEG_NOTIFICATIONS.length * legs; notification += 1) {
    if (!notificationsLost && hears(notificationName(notification))) bits |= 1 << notification;
  }
  return bits;
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
