import type { Flow, Step } from '../kernel/flow.js';
import type { Effect, TimerEvent } from '../flows/effects.js';
import type { ForwardingConfig } from '../flows/forwarding/config.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import type { ForwardingState } from '../flows/forwarding/state.js';
import { isInRoom } from '../flows/leg/leg.js';
import type { Reply } from '../wire/twiml.js';
import { stateKey } from './world-key.js';

export interface KnownStep {
  readonly event: ForwardingEvent;
  readonly state: ForwardingState;
  readonly effects: readonly Effect[];
  readonly reply: Reply;
  readonly violation: string | null;
}

type ForwardingFlow = Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>;

export interface FlowMemory {
  /** States that mean the same are one object, so a number stands for all that is in it. */
  numberOf(state: ForwardingState): number;
  readonly initial: ForwardingState;
  /** `name` names the event: equal names, equal events. `repeated`: it may come twice, so the second must change nothing. */
  step(state: ForwardingState, name: string, event: () => ForwardingEvent, repeated: boolean): KnownStep;
}

/**
 * A pure flow needs to be asked only once: the worlds of an exploration are many, the states of their flow are few. States
 * that mean the same are one object, so that comparing them is free.
 */
export function flowMemory(flow: ForwardingFlow, config: ForwardingConfig): FlowMemory {
  const states = new Map<string, ForwardingState>();
  const numbers = new Map<ForwardingState, number>();
  const steps = new Map<ForwardingState, Map<string, KnownStep>>();

  function canonical(state: ForwardingState): ForwardingState {
    const plain = withoutStory(state);
    const key = stateKey(plain);
    const known = states.get(key);
    if (known !== undefined) return known;
    states.set(key, plain);
    numbers.set(plain, states.size);
    return plain;
  }

  function firstTime(state: ForwardingState, event: ForwardingEvent, repeated: boolean): KnownStep {
    const step = flow.transition(state, event, config);
    const violation =
      movedTwice(step) ?? (event.type === 'timer' ? ignored(state, event) : repeated ? heardTwice(step, event) : null);
    // What changed nothing that matters stays the same object; drops of what is not there are no work.
    return { event, state: canonical(step.state), effects: step.effects.filter(isWork), reply: step.reply, violation };
  }

  function heardTwice(step: Step<ForwardingState, Effect, Reply>, event: ForwardingEvent): string | null {
    const again = flow.transition(step.state, event, config);
    if (again.effects.every((effect) => effect.type === 'effect.drop') && sameState(again.state, step.state))
      return null;
    return `P6: hearing ${event.type} twice changes something`;
  }

  /** A timer that fired and is still wanted for the same time would never fire again. */
  function ignored(state: ForwardingState, event: TimerEvent): string | null {
    const { state: after } = flow.transition(state, { ...event, at: event.at + 1 }, config);
    const still = after.kind === 'call' && after.timers[event.timer] === event.dueAt;
    return still ? `P7: timer ${event.timer} fires, and the flow goes on waiting for it` : null;
  }

  return {
    initial: canonical(flow.initial()),
    numberOf: (state) => numbers.get(state) ?? 0,
    step(state, name, event, repeated) {
      let known = steps.get(state);
      if (known === undefined) steps.set(state, (known = new Map<string, KnownStep>()));
      let step = known.get(name);
      if (step === undefined) known.set(name, (step = firstTime(state, event(), repeated)));
      return step;
    },
  };
}

/** Exactly one mover brings a leg to the room: who was given its document is not redirected there as well. */
function movedTwice({ state, effects }: Step<ForwardingState, Effect, Reply>): string | null {
  if (state.kind !== 'call') return null;
  const twice = effects.some(
    (effect) =>
      effect.type === 'call.redirect' && state.legs.some(({ id, phase }) => id === effect.leg && isInRoom(phase)),
  );
  return twice ? 'P2: a leg that is on its way to the room is moved a second time' : null;
}

function isWork(effect: Effect): boolean {
  return effect.type !== 'hook.run';
}

/** The story and how a leg came out are for people, and numbers only number; a flow that looked at them would be caught here. */
function withoutStory(state: ForwardingState): ForwardingState {
  if (state.kind !== 'call') return state;
  return {
    ...state,
    asked: 0,
    story: { startedAt: 0 },
    legs: state.legs.map((leg) => ({ ...leg, result: null, story: { requestedAt: 0 } })),
  };
}

/** Structural, and quick about what was not copied. The story may differ: it is for people. */
function sameState(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [before, after] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(before);
  if (names.length !== Object.keys(after).length) return false;
  return names.every((name) => name === 'story' || sameState(before[name], after[name]));
}
