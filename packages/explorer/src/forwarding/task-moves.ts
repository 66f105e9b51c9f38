import type { Outcome, CallEffect } from '@amd/core';
import type { Move, Violation } from '../explore.js';
import { inRoom, unfairEnd } from './checks.js';
import { tell, tellOutcome } from './hear.js';
import type { WorldContext } from './options.js';
import { fates, type Fate } from './rest.js';
import { START, type World, type WorldTask } from './state.js';

export type AddMove = (name: string, forced: boolean, run: Move<World>['run']) => void;

/** Adds what our REST calls lead to, and our crashes around them. */
export function taskMoves(context: WorldContext, world: World, add: AddMove): void {
  for (const task of world.tasks) {
    if ('timer' in task.work || (!context.slowRest && !isFetch(task) && world.tasks.some(isFetch))) continue;
    const { effect } = task.work;
    if (task.outcome === null) effectMoves(context, world, add, task, effect);
    else outcomeMoves(context, world, add, task, effect, task.outcome);
  }
}

/** Adds the end of an executed task: its outcome arrives, or we crash first and execute it again. */
function outcomeMoves(
  context: WorldContext,
  world: World,
  add: AddMove,
  task: WorldTask,
  effect: CallEffect,
  outcome: Outcome,
): void {
  add(`${task.id} → ${outcome.kind}`, true, () => tellOutcome(context, world, task.id, effect, outcome));
  if (world.faults === 0) return;
  add(`crash before ${task.id} is written down`, false, () => ({
    ...world,
    event: null,
    faults: world.faults - 1,
    tasks: [...without(world, task), { ...task, outcome: null, attempt: task.attempt + 1 }],
  }));
}

function effectMoves(context: WorldContext, world: World, add: AddMove, task: WorldTask, effect: CallEffect): void {
  // Only these outcomes can be overtaken in a way that matters by what they cause; the others arrive at once.
  const split = effect.type === 'call.create' || effect.type === 'call.redirect';
  for (const fate of fates(context.late, world, effect, task.attempt)) {
    if (fate.fault && world.faults === 0) continue;
    add(`${task.id} ${fate.name}`, fate.good, () => {
      const after = carriedOut(context, world, effect, fate);
      if ('violation' in after) return after;
      if (split) return { ...after, tasks: [...without(world, task), { ...task, outcome: fate.outcome }] };
      return tellOutcome(context, after, task.id, effect, fate.outcome);
    });
    // A fetch of a leg may come too soon to count; where it counts, our estimate of the longest way to the room may be too short.
    if (effect.type === 'call.fetch' && fate.good && effect.leg > 0) {
      add(`${task.id} ${fate.name}, early`, false, () => {
        const after = carriedOut(context, world, effect, fate);
        return 'violation' in after ? after : tellOutcome(context, after, task.id, effect, fate.outcome, true);
      });
    }
    if (!split && fate.good && effect.type !== 'call.fetch' && world.faults > 0) {
      add(`${task.id} ${fate.name}, then a crash`, false, () => {
        const after = carriedOut(context, world, effect, fate);
        return 'violation' in after ? after : { ...after, faults: world.faults - 1 };
      });
    }
  }
}

function carriedOut(context: WorldContext, world: World, effect: CallEffect, fate: Fate): World | Violation {
  const leg = world.legs[effect.leg - 1];
  if (
    effect.type === 'call.redirect' &&
    effect.once === true &&
    leg !== undefined &&
    inRoom(leg) &&
    fate.world !== world
  ) {
    return { violation: 'P4: two movers: somebody in the room is fetched out of it' };
  }
  if (effect.type === 'call.redirect' && effect.leg === 0 && world.caller.doing.startsWith('recording')) {
    return { violation: 'P1: a message is cut while it is recorded' };
  }
  if (effect.type === 'call.end' && effect.leg > 0 && fate.world !== world) {
    const unfair = unfairEnd(context, world, effect.leg);
    if (unfair !== undefined) return { violation: unfair };
  }
  return { ...fate.world, event: null, faults: world.faults - (fate.fault ? 1 : 0) };
}

function without(world: World, task: WorldTask): WorldTask[] {
  return world.tasks.filter((other) => other !== task);
}

/** Adds timers. Each fires at any later time, so in any order; if nothing else happens, recurring ones fire last. */
export function timerMoves(context: WorldContext, world: World, add: AddMove): void {
  for (const task of [...world.tasks].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))) {
    if (!('timer' in task.work)) continue;
    const { timer } = task.work;
    if (context.callerStays && timer === 'deadline') continue;
    const restFirst = !context.slowRest && rank(task) < RANKS.indexOf('deadline');
    if (restFirst && world.tasks.some((other) => 'effect' in other.work)) continue;
    add(`timer ${timer}`, true, () =>
      tell(context, world, task.id, () => ({ type: 'timer', at: START, timer, dueAt: task.dueAt }), task.id),
    );
  }
}

/** The last three are due at times of their own, so they may overtake REST. */
const RANKS = ['caller', 'deadline', 'step', 'heartbeat'];

function rank(task: WorldTask): number {
  return 'timer' in task.work ? RANKS.indexOf(task.work.timer) : -1;
}

export function isFetch(task: WorldTask): boolean {
  return 'effect' in task.work && task.work.effect.type === 'call.fetch';
}
