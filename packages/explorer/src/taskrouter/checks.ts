import { isTaskCallFinal, type Leg } from '@amd/core';
import { canStillAnswer } from '@amd/core/internal';
import type { TasksContext } from './options.js';
import type { TaskWorld, TaskWorldLeg } from './state.js';

/** Returns the invariant that this state violates, if any. */
export function checkTasks(world: TaskWorld): string | undefined {
  const { state, legs } = world;
  if (legs.filter(({ doing }) => doing === 'talk').length > 1) return 'P2: two people are with one caller';
  if (state.kind !== 'call') return undefined;
  const over = state.caller.phase === 'ended';
  if (over && state.legs.some(({ phase }) => canStillAnswer(phase))) return 'P3: a leg goes on for nobody';
  if (over !== (state.result !== null)) return 'P1: ended without an outcome, or the other way round';
  if (state.caller.phase === 'waiting' && !state.taskCanceled) {
    const kept = state.reservations.find(({ leg, phase }) => phase === 'pending' && legs[(leg ?? 0) - 1]?.declined);
    if (kept !== undefined) return `P5: a worker who has declined is kept (reservation ${String(kept.id)})`;
  }
  if (!isTaskCallFinal(state)) return undefined;
  const orphan = legs.findIndex((leg, index) => isLive(leg) && (legOf(world, index + 1)?.sid ?? null) !== null);
  if (orphan >= 0) return `P3: leg ${String(orphan + 1)} lives on after the call is over`;
  if (world.tasks.some((task) => 'timer' in task.work)) return 'P3: a timer outlives its call';
  if (world.task === 'wrapping' && state.task.sid !== null)
    return 'P5: the task is left in wrapping, and a voice slot taken';
  const held = world.reservations.findIndex(({ status, assigning }) => status === 'pending' && !assigning);
  if (held >= 0) return `P5: reservation ${String(held + 1)} is left to time out`;
  return undefined;
}

/** Returns what would be wrong with hanging up on this leg now. */
export function unfairTaskEnd({ config }: TasksContext, world: TaskWorld, who: number): string | undefined {
  const leg = world.legs[who - 1];
  if (leg === undefined || !leg.owed || leg.told || leg.bridged || leg.call !== 'in-progress') return undefined;
  const { farewellDelivered = false, farewellTries = 0 } = legOf(world, who) ?? {};
  if (leg.doing.startsWith('asks:leg.document') && (farewellDelivered || farewellTries >= config.farewellTries))
    return undefined;
  return 'P4: a human who waits is hung up on without a word';
}

/** True once it is over for everyone, or two people talk and the flow knows. */
export function isTasksSettled({ state, caller, legs, task, reservations }: TaskWorld): boolean {
  const isTalk = caller.doing === 'talk' && legs.some(({ doing }) => doing === 'talk');
  if (state.kind !== 'call') return caller.call === 'over';
  if (state.caller.phase === 'connected' && isTalk) return legs.every((leg) => !leg.declined);
  const nobodyHeld = reservations.every(({ status, assigning }) => status !== 'pending' && !assigning);
  return (
    isTaskCallFinal(state) &&
    caller.call === 'over' &&
    legs.every((leg) => !isLive(leg)) &&
    nobodyHeld &&
    // Twilio takes care of a task that was never reported to us.
    (task !== 'wrapping' || state.task.sid === null)
  );
}

/** True while the caller waits for a worker, and nobody is on the way to them. */
export function isOpen({ state }: TaskWorld): boolean {
  if (state.kind !== 'call') return false;
  const { caller, task, taskCanceled, deadlinePassed, winner } = state;
  const isWaiting = caller.phase === 'waiting' && !caller.takenElsewhere && !task.over && !taskCanceled;
  return isWaiting && !deadlinePassed && winner === null;
}

export function legOf(world: TaskWorld, who: number): Leg | undefined {
  return world.state.kind === 'call' ? world.state.legs.find((leg) => leg.id === who) : undefined;
}

function isLive(leg: TaskWorldLeg): boolean {
  return leg.call !== 'none' && leg.call !== 'over';
}
