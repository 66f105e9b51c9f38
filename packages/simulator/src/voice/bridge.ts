import type { Call } from './call.js';
import type { World } from './world.js';

/** Connects two calls: they hear each other from now on. */
export function openBridge(world: World, one: Call, other: Call): void {
  const since = world.clock.now();
  one.bridges.push({ with: other.sid, since, until: undefined });
  other.bridges.push({ with: one.sid, since, until: undefined });
}

/** Disconnects a call from the other. */
export function closeBridges(world: World, left: Call): void {
  const until = world.clock.now();
  for (const bridge of left.bridges) {
    if (bridge.until !== undefined) continue;
    bridge.until = until;
    for (const back of world.calls.get(bridge.with)?.bridges ?? []) {
      if (back.with === left.sid) back.until ??= until;
    }
  }
}
