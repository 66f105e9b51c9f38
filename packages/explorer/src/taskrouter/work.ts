import type { TwilioEffect } from '@amd/core';
import { RETRIED_MS } from '@amd/core/internal';
import type { Move, Violation } from '../explore.js';
import { unfairTaskEnd } from './checks.js';
import { tell, tellOutcome } from './hear.js';
import { taskFates, type TaskFate } from './rest.js';
import type { TaskWorld, TaskWorldTask } from './state.js';
import type { TasksContext } from './options.js';
import { GREETED, START } from '../forwarding/state.js';

export type AddMove = (name: string, forced: boolean, run: Move<TaskWorld>['run']) => void;

export function isFetch(task: TaskWorldTask): boolean {
  return 'effect' in task.work && /\.(fetch|find)$/.test(task.work.effect.type);
}

/** Adds what our requests to Twilio lead to. */
export function restMoves(context: TasksContext, world: TaskWorld, add: AddMove): void {
  const onlyFetches = world.tasks.some(isFetch);
  for (const task of world.tasks) {
    if ('timer' in task.work || (onlyFetches && !isFetch(task))) continue;
    const { effect } = task.work;
    if (task.outcome === null) effectMoves(context, world, add, task, effect);
    else {
      const { outcome } = task;
      add(`${task.id} → ${outcome.kind}`, true, () => tellOutcome(context, world, task.id, effect, outcome));
    }
  }
}

function effectMoves(
  context: TasksContext,
  world: TaskWorld,
  add: AddMove,
  task: TaskWorldTask,
  effect: TwilioEffect,
): void {
  // Only these outcomes can be overtaken in a way that matters by what they cause; the others arrive at once.
  const split =
    effect.type === 'call.create' || effect.type === 'call.redirect' || effect.type === 'reservation.update';
  for (const fate of taskFates(context, world, effect, task.attempt)) {
    if (fate.fault && world.faults === 0) continue;
    add(`${task.id} ${fate.name}`, fate.good, () => {
      const after = carriedOut(context, world, effect, fate);
      if ('violation' in after) return after;
      if (split) return { ...after, tasks: [...without(world, task), { ...task, outcome: fate.outcome }] };
      return tellOutcome(context, after, task.id, effect, fate.outcome);
    });
    if (fate.good && !isFetch(task) && world.faults > 0) {
      add(`${task.id} ${fate.name}, then a crash`, false, () => {
        const after = carriedOut(context, world, effect, fate);
        if ('violation' in after) return after;
        const tasks = [...without(world, task), { ...task, attempt: task.attempt + 1 }];
        return { ...after, tasks, faults: world.faults - 1 };
      });
    }
  }
}

function carriedOut(
  context: TasksContext,
  world: TaskWorld,
  effect: TwilioEffect,
  fate: TaskFate,
): TaskWorld | Violation {
  const doing = 'leg' in effect ? world.legs[effect.leg - 1]?.doing : undefined;
  if (effect.type === 'call.redirect' && effect.once === true && (doing === 'dialing' || doing === 'talk')) {
    return { violation: 'P4: two movers: somebody who takes the caller is fetched out of it' };
  }
  if (effect.type === 'call.end' && effect.leg > 0 && fate.world !== world) {
    const unfair = unfairTaskEnd(context, world, effect.leg);
    if (unfair !== undefined) return { violation: unfair };
  }
  return { ...fate.world, event: null, faults: world.faults - (fate.fault ? 1 : 0) };
}

function without(world: TaskWorld, task: TaskWorldTask): TaskWorldTask[] {
  return world.tasks.filter((other) => other !== task);
}

const RANKS = ['caller', 'deadline', 'heartbeat'];
const rank = (timer: string): number => RANKS.indexOf(timer);

/** True for a stage that Twilio ends by itself, 10 s before we would fetch: ringing, detection, a Gather, a sentence. */
function isTimed({ call, doing }: TaskWorld['legs'][number]): boolean {
  return call === 'ringing' || ['detecting', 'gather', 'speaking', 'dialing'].includes(doing);
}

/** True while a request is in transit that tells whether they talked: its last answer is given within 15 s. */
function isTellingOfTalk({ caller, legs }: TaskWorld): boolean {
  return caller.doing === 'asks:caller.ended' || legs.some(({ doing }) => doing === 'asks:leg.ended');
}

/**
 * Adds timers in any order, except that watchdogs (10 s and more) never overtake a REST call in progress (8 s at most), and the
 * caller's timer, where it waits for the report of a talk, no request that carries it.
 */
export function timerMoves(
  context: TasksContext,
  world: TaskWorld,
  add: AddMove,
  counts: (timer: string) => boolean,
): void {
  const timers = world.tasks.flatMap((task) =>
    'timer' in task.work && counts(task.work.timer) ? [{ task, timer: task.work.timer }] : [],
  );
  timers.sort((a, b) => rank(a.timer) - rank(b.timer) || (a.task.id < b.task.id ? -1 : 1));
  const busy = world.tasks.some((other) => 'effect' in other.work);
  for (const { task, timer } of timers) {
    if (busy && rank(timer) < RANKS.indexOf('deadline')) continue;
    if (world.legs.some((leg, at) => timer === `leg${String(at + 1)}` && isTimed(leg))) continue;
    if (timer === 'caller' && task.dueAt - START > RETRIED_MS && isTellingOfTalk(world)) continue;
    // A heartbeat fires when every greeting is over: nothing else here depends on the clock.
    const at = timer === 'heartbeat' ? GREETED : START;
    add(`timer ${timer}`, true, () =>
      tell(context, world, task.id, () => ({ type: 'timer', at, timer, dueAt: task.dueAt }), task.id),
    );
  }
}
