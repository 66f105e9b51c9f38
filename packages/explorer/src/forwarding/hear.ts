import type { Effect, ForwardingEvent, ForwardingState, Outcome, Reply, CallEffect, TimerEvent } from '@amd/core';
import type { Violation } from '../explore.js';
import type { WorldContext } from './options.js';
import { GREETED, START, type World, type WorldTask } from './state.js';

export interface Heard {
  readonly world: World;
  readonly reply: Reply;
}

/** Lets the flow handle an event: its state and tasks change together, and a repeat must change nothing. */
export function hear(
  { memory }: WorldContext,
  world: World,
  name: string,
  event: () => ForwardingEvent,
  doneTask?: string,
): Heard | Violation {
  const step = memory.step(world.state, name, event, doneTask === undefined);
  if (step.violation !== null) return { violation: step.violation };
  if (doneTask === undefined && step.effects.length === 0 && step.state === world.state) {
    return { world, reply: step.reply };
  }
  // Time stands still here, so a restarted timer is the same timer.
  const startedAnew = step.event.type === 'timer' && wants(step.state, step.event);
  const tasks = applyEffects(world.tasks, step.effects, startedAnew ? undefined : doneTask);
  return { world: { ...world, state: step.state, tasks, event: step.event }, reply: step.reply };
}

/** Lets the flow handle an event whose answer is not used. */
export function tell(
  context: WorldContext,
  world: World,
  name: string,
  event: () => ForwardingEvent,
  doneTask?: string,
): World | Violation {
  const heard = hear(context, world, name, event, doneTask);
  return 'violation' in heard ? heard : heard.world;
}

/** Reports an effect's outcome to the flow. `early`: too soon for a fetch to prove that the call is in the room. */
export function tellOutcome(
  context: WorldContext,
  world: World,
  id: string,
  effect: CallEffect,
  outcome: Outcome,
  early = false,
): World | Violation {
  // A call in the room has heard the greeting; how long that takes is all that a fetch needs a clock for.
  const greeted = !early && effect.type === 'call.fetch' && (effect.leg > 0 || world.caller.doing === 'room');
  const at = greeted ? GREETED : START;
  const event = (): ForwardingEvent => ({ type: 'effect.outcome', at, effect, outcome });
  return tell(context, world, outcomeName(id, outcome) + (greeted ? ' in the room' : ''), event, id);
}

function outcomeName(task: string, outcome: Outcome): string {
  return `${task} ${outcome.kind} ${'status' in outcome ? String(outcome.status) : ''}${'code' in outcome ? String(outcome.code) : ''}`;
}

function wants(state: ForwardingState, { timer, dueAt }: TimerEvent): boolean {
  return state.kind === 'call' && state.timers[timer] === dueAt;
}

function applyEffects(
  tasks: readonly WorldTask[],
  effects: readonly Effect[],
  doneTask: string | undefined,
): WorldTask[] {
  let next = tasks.filter((task) => task.id !== doneTask);
  for (const effect of effects) {
    switch (effect.type) {
      case 'timer.stop':
        next = next.filter((task) => task.id !== effect.id);
        break;
      case 'effect.drop':
        // A task in progress is not stopped by a drop.
        next = next.filter((task) => task.id !== effect.id || task.outcome !== null);
        break;
      case 'timer.start':
        next.push({ id: effect.id, dueAt: effect.dueAt, work: { timer: effect.timer }, attempt: 1, outcome: null });
        break;
      case 'hook.run':
      case 'flow.send':
        break;
      case 'call.create':
      case 'call.end':
      case 'call.redirect':
      case 'call.fetch':
      case 'call.announce':
        next.push({ id: effect.id, dueAt: 0, work: { effect }, attempt: 1, outcome: null });
    }
  }
  return next;
}
