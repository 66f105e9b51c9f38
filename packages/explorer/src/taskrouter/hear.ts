import type { Outcome, TaskRouterEvent, TaskRouterOutcome, TaskRouterReply, TwilioEffect } from '@amd/core';
import type { Violation } from '../explore.js';
import type { TaskWorld } from './state.js';
import type { TasksContext } from './options.js';
import { START } from '../forwarding/state.js';

export interface Heard {
  readonly world: TaskWorld;
  readonly reply: TaskRouterReply;
}

/** Lets the flow handle an event: its state and tasks change together, and a repeat must change nothing. */
export function hear(
  { memory }: TasksContext,
  world: TaskWorld,
  name: string,
  event: () => TaskRouterEvent,
  doneTask?: string,
): Heard | Violation {
  const step = memory.step(world.state, name, event, doneTask === undefined);
  if (step.violation !== null) return { violation: step.violation };
  if (doneTask === undefined && step.effects.length === 0 && step.state === world.state) {
    return { world, reply: step.reply };
  }
  const { state } = step;
  const anew =
    step.event.type === 'timer' && state.kind === 'call' && state.timers[step.event.timer] === step.event.dueAt;
  let tasks = world.tasks.filter((task) => anew || task.id !== doneTask);
  for (const effect of step.effects) {
    switch (effect.type) {
      case 'timer.stop':
        tasks = tasks.filter((task) => task.id !== effect.id);
        break;
      case 'effect.drop':
        // A task in progress is not stopped by a drop.
        tasks = tasks.filter((task) => task.id !== effect.id || task.outcome !== null);
        break;
      case 'timer.start':
        tasks.push({ id: effect.id, dueAt: effect.dueAt, work: { timer: effect.timer }, attempt: 1, outcome: null });
        break;
      case 'hook.run':
      case 'flow.send':
        break;
      case 'call.create':
      case 'call.end':
      case 'call.redirect':
      case 'call.fetch':
      case 'call.announce':
      case 'reservation.update':
      case 'reservation.fetch':
      case 'task.update':
      case 'task.fetch':
      case 'task.find':
      case 'worker.update':
      case 'worker.fetch':
      case 'reservation.coolDown':
        tasks.push({ id: effect.id, dueAt: 0, work: { effect }, attempt: 1, outcome: null });
    }
  }
  return { world: { ...world, state, tasks, event: step.event }, reply: step.reply };
}

export function tell(
  context: TasksContext,
  world: TaskWorld,
  name: string,
  event: () => TaskRouterEvent,
  doneTask?: string,
): TaskWorld | Violation {
  const heard = hear(context, world, name, event, doneTask);
  return 'violation' in heard ? heard : heard.world;
}

export function tellOutcome(
  context: TasksContext,
  world: TaskWorld,
  id: string,
  effect: TwilioEffect,
  outcome: Outcome | TaskRouterOutcome,
): TaskWorld | Violation {
  const detail = `${'status' in outcome ? String(outcome.status) : ''}${'code' in outcome ? String(outcome.code) : ''}`;
  const event = { type: 'effect.outcome', at: START, effect, outcome } as unknown as TaskRouterEvent;
  return tell(context, world, `${id} ${outcome.kind} ${detail}`, () => event, id);
}
