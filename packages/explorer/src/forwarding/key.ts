import type { AnsweredBy, ForwardingState, Leg, LiveForwarding } from '@amd/core';
import { canStillAnswer } from '@amd/core/internal';
import { legNotifications, type World, type WorldLeg, type WorldTask } from './state.js';

/**
 * Returns everything that the future depends on. Left out on purpose: settings (constant), counters that only number effects,
 * what is for people, and times: a timer may fire at any later time, so every order is explored, and the clock decides only
 * whether the time for a key is over.
 */
export function worldKey(world: World, stateNumber: number): string {
  const { caller, legs, roomStarted, stale, tasks, faults, repeats, roomEnds } = world;
  let key = `${String(stateNumber)} ${caller.call} ${caller.doing} ${String(relevantNotifications(world))} ${String(faults)} ${String(repeats)} ${String(roomEnds)}`;
  legs.forEach((leg, index) => {
    key += isDone(world, index + 1)
      ? '|'
      : `|${leg.call} ${leg.doing} ${leg.verdict ?? ''} ${leg.final === 'completed' ? 'c' : ''}${flags(leg)}`;
  });
  return `${key}|${roomStarted ? 'r' : ''}|${stale.join()}|${tasks.map(taskKey).sort().join()}`;
}

function flags({ human, owed, declined, told, bridged, late, listening }: WorldLeg): string {
  return `${listening ? 's' : ''}${human ? 'h' : ''}${owed ? 'o' : ''}${declined ? 'd' : ''}${told ? 't' : ''}${bridged ? 'b' : ''}${late ? 'l' : ''}`;
}

/**
 * True if the leg is over and the flow knows: later notifications no longer count. Every state checks this (`lateNotification` of
 * the world); it is not assumed.
 */
export function isDone({ legs, state, stale }: World, leg: number): boolean {
  if (legs[leg - 1]?.call !== 'over' || state.kind !== 'call') return false;
  const known = state.legs.find(({ id }) => id === leg);
  return known?.phase === 'ended' && known.sid !== null && !stale.some((entry) => entry.startsWith(`${String(leg)}:`));
}

/** Leaves out notifications about a leg that is done. */
export function relevantNotifications(world: World): number {
  let { notifications } = world;
  world.legs.forEach((_, index) => {
    if (isDone(world, index + 1)) notifications &= ~legNotifications(index + 1);
  });
  return notifications;
}

/** Returns a task's key. `end:1:7` and `end:1:9` have the same future; the ids of creates and redirects matter. */
function taskKey(task: WorldTask): string {
  if ('timer' in task.work) return task.id;
  const { effect } = task.work;
  const named = effect.type === 'call.create' || effect.type === 'call.redirect';
  const id = named ? task.id : `${effect.type}:${String(effect.leg)}`;
  return `${id}#${String(Math.min(task.attempt, 2))}${task.outcome === null ? '' : task.outcome.kind + ('code' in task.outcome ? String(task.outcome.code) : '')}`;
}

/** Equal keys mean equal futures of the flow. */
export function stateKey(state: ForwardingState): string {
  if (state.kind === 'nothing') return '';
  const { caller } = state;
  return JSON.stringify([
    callerKey(state),
    caller.inFlight.fetch !== null,
    caller.inFlight.end !== null,
    caller.inFlight.redirect,
    state.call.token,
    state.winner,
    state.nextStep,
    state.firstLegOfStep,
    state.lastLeg,
    state.deadlinePassed,
    state.visit,
    Object.entries(state.timers).sort(),
    state.legs.map(legKey),
  ]);
}

/** Fields that matter only in certain phases count only in those. */
function callerKey({ caller, result }: LiveForwarding): unknown {
  if (caller.phase === 'ended') return [caller.phase, result, caller.over];
  return [
    caller.phase,
    caller.held,
    // Only a fetch depends on when the greeting is over, and it knows (hear.ts).
    caller.inRoom && ['arriving', 'held', 'joining'].includes(caller.phase),
    caller.left,
    caller.isUnverified,
    caller.fallbackServed,
    caller.recorded,
    caller.phase === 'joining' && caller.seenAlive,
    caller.phase === 'fallingBack' ? Math.min(caller.redirectTries, 2) : 0,
  ];
}

function legKey(leg: Leg): unknown {
  const { phase } = leg;
  const known = leg.sid !== null;
  const owed = leg.human ? leg.farewell : false;
  if (phase === 'ended') return [leg.id, phase, known, owed];
  return [
    leg.id,
    phase,
    known,
    owed,
    phase === 'requested' || phase === 'ending' ? leg.callerId : 0,
    kind(leg.answeredBy),
    leg.farewellDelivered,
    phase === 'farewell' ? [leg.farewell, leg.farewellTries] : phase === 'ending' && leg.human ? leg.farewellTries : 0,
    phase === 'joining'
      ? [leg.joined, leg.seenAlive, leg.joinTwimlSent]
      : phase === 'bridged' && [leg.joined, leg.joinTwimlSent],
    canStillAnswer(phase) && leg.overdue,
    leg.inFlight.fetch !== null,
    leg.inFlight.end !== null,
    leg.inFlight.redirect !== null,
    leg.wasRedirected,
  ];
}

/** The flow's default policy treats all machines alike. */
function kind(answeredBy: AnsweredBy | null): string | null {
  return answeredBy === 'human' || answeredBy === 'unknown' || answeredBy === null ? answeredBy : 'machine';
}
