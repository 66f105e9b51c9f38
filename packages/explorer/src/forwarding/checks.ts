import { isFinal, type Leg } from '@amd/core';
import { canStillAnswer } from '@amd/core/internal';
import { isDone } from './key.js';
import type { WorldContext } from './options.js';
import {
  LEG_NOTIFICATIONS,
  legNotification,
  notificationEvent,
  notificationKey,
  notificationName,
  type World,
  type WorldLeg,
} from './state.js';

/** Returns the invariant that this state violates, if any. */
export function check(context: WorldContext, world: World): string | undefined {
  if (world.legs.filter(inRoom).length > 1) return 'P2: two people are with one caller';
  const late = lateNotification(context, world);
  if (late !== undefined) return late;
  if (world.state.kind !== 'call') return undefined;
  const over = world.state.caller.phase === 'ended';
  if (over && world.state.legs.some(({ phase }) => canStillAnswer(phase))) return 'P3: a leg goes on for nobody';
  if (over !== (world.state.result !== null)) return 'P1: ended without an outcome, or the other way round';
  if (isFinal(world.state)) {
    const orphan = world.legs.findIndex((leg, index) => live(leg) && (legOf(world, index + 1)?.sid ?? null) !== null);
    if (orphan >= 0) return `P3: leg ${String(orphan + 1)} lives on after the call is over`;
    if (world.tasks.some((task) => 'timer' in task.work)) return 'P3: a timer outlives its call';
  }
  return undefined;
}

/** Checks that late notifications about a leg that is known to be over change nothing. */
function lateNotification({ legs, memory }: WorldContext, world: World): string | undefined {
  for (let leg = 1; leg <= legs; leg += 1) {
    if (!isDone(world, leg)) continue;
    for (const notification of LEG_NOTIFICATIONS) {
      const number = legNotification(leg, notification);
      if ((world.notifications & (1 << number)) === 0) continue;
      const step = memory.step(
        world.state,
        notificationKey(world, number),
        () => notificationEvent(world, number),
        true,
      );
      if (step.effects.length > 0 || step.state !== world.state) return `P6: a late ${notificationName(number)} counts`;
    }
  }
  return undefined;
}

/** Returns what would be wrong with hanging up on this leg now. */
export function unfairEnd({ config }: WorldContext, world: World, who: number): string | undefined {
  const leg = world.legs[who - 1];
  if (leg === undefined || !leg.owed || leg.told || leg.bridged || leg.call !== 'in-progress') return undefined;
  // The farewell was served to a request that was overtaken, or tried as often as allowed, and no request has come since.
  const { farewellDelivered = false, farewellTries = 0 } = legOf(world, who) ?? {};
  if (leg.doing.startsWith('asks:leg.document') && (farewellDelivered || farewellTries >= config.farewellTries))
    return undefined;
  return 'P4: a human who waits is hung up on without a word';
}

/** True once it is over for everyone, or two people talk and the flow knows. */
export function isSettled({ state, caller, legs }: World): boolean {
  if (state.kind !== 'call') return caller.call === 'over';
  if (isFinal(state)) return caller.call === 'over' && legs.every((leg) => !live(leg));
  return state.caller.phase === 'connected' && caller.doing === 'room' && legs.some((leg) => leg.doing === 'room');
}

export function inRoom(leg: WorldLeg): boolean {
  return leg.doing === 'room' || leg.doing === 'entering';
}

/** Returns the leg as the flow knows it. */
export function legOf(world: World, who: number): Leg | undefined {
  return world.state.kind === 'call' ? world.state.legs.find((leg) => leg.id === who) : undefined;
}

function live(leg: WorldLeg): boolean {
  return leg.call !== 'none' && leg.call !== 'over';
}
