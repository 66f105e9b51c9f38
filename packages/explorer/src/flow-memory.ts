import type { Effect, EpochMs, Flow, FlowEvent, Step, TwilioEffect } from '@amd/core';

export interface KnownStep<State, Event, Reply, Rest extends TwilioEffect> {
  readonly event: Event;
  readonly state: State;
  readonly effects: readonly Effect<Rest>[];
  readonly reply: Reply;
  readonly violation: string | null;
}

export interface FlowMemory<State, Event, Reply, Rest extends TwilioEffect> {
  /** States that mean the same are one object, so a number stands for all that is in it. */
  numberOf(state: State): number;
  readonly initial: State;
  /** `name` names the event: equal names, equal events. `repeated`: it may come twice, so the second must change nothing. */
  step(state: State, name: string, event: () => Event, repeated: boolean): KnownStep<State, Event, Reply, Rest>;
}

/** What has to be known of a flow to remember its steps. */
export interface Remembered<State, Event extends FlowEvent, Reply, Config, Rest extends TwilioEffect> {
  readonly flow: Flow<State, Event, Effect<Rest>, Reply, Config>;
  readonly config: Config;
  /** Equal keys mean equal futures of the flow. */
  readonly stateKey: (state: State) => string;
  /** Without what is for people, and without numbers that only number: a flow that looked at them would be caught here. */
  readonly plain: (state: State) => State;
  readonly timersOf: (state: State) => Readonly<Record<string, EpochMs>>;
  /** What no step may do. */
  readonly forbidden?: (step: Step<State, Effect<Rest>, Reply>) => string | null;
}

/**
 * A pure flow needs to be asked only once: the worlds of an exploration are many, the states of their flow are few. States
 * that mean the same are one object, so that comparing them is free.
 */
export function flowMemory<State, Event extends FlowEvent, Reply, Config, Rest extends TwilioEffect>(
  options: Remembered<State, Event, Reply, Config, Rest>,
): FlowMemory<State, Event, Reply, Rest> {
  const { flow, config, stateKey, plain, timersOf } = options;
  const states = new Map<string, State>();
  const numbers = new Map<State, number>();
  const steps = new Map<State, Map<string, KnownStep<State, Event, Reply, Rest>>>();

  function canonical(state: State): State {
    const bare = plain(state);
    const key = stateKey(bare);
    const known = states.get(key);
    if (known !== undefined) return known;
    states.set(key, bare);
    numbers.set(bare, states.size);
    return bare;
  }

  function firstTime(state: State, event: Event, repeated: boolean): KnownStep<State, Event, Reply, Rest> {
    const step = flow.transition(state, event, config);
    const violation =
      options.forbidden?.(step) ?? (isTimer(event) ? ignored(state, event) : repeated ? heardTwice(step, event) : null);
    // What changed nothing that matters stays the same object; drops of what is not there are no work.
    return { event, state: canonical(step.state), effects: step.effects.filter(isWork), reply: step.reply, violation };
  }

  function heardTwice(step: Step<State, Effect<Rest>, Reply>, event: Event): string | null {
    const again = flow.transition(step.state, event, config);
    if (again.effects.every((effect) => effect.type === 'effect.drop') && sameState(again.state, step.state))
      return null;
    return `P6: hearing ${event.type} twice changes something`;
  }

  /** A timer that fired and is still wanted for the same time would never fire again. */
  function ignored(state: State, event: Event & { timer: string; dueAt: EpochMs }): string | null {
    const { state: after } = flow.transition(state, { ...event, at: event.at + 1 }, config);
    const still = timersOf(after)[event.timer] === event.dueAt;
    return still ? `P7: timer ${event.timer} fires, and the flow goes on waiting for it` : null;
  }

  return {
    initial: canonical(flow.initial()),
    numberOf: (state) => numbers.get(state) ?? 0,
    step(state, name, event, repeated) {
      let known = steps.get(state);
      if (known === undefined) steps.set(state, (known = new Map<string, KnownStep<State, Event, Reply, Rest>>()));
      let step = known.get(name);
      if (step === undefined) known.set(name, (step = firstTime(state, event(), repeated)));
      return step;
    },
  };
}

function isTimer<Event extends FlowEvent>(event: Event): event is Event & { timer: string; dueAt: EpochMs } {
  return event.type === 'timer';
}

function isWork(effect: Pick<Effect<TwilioEffect>, 'type'>): boolean {
  return effect.type !== 'hook.run';
}

/** Structural, and quick about what was not copied. The story may differ: it is for people. */
function sameState(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [before, after] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(before);
  if (names.length !== Object.keys(after).length) return false;
  return names.every((name) => name === 'timestamps' || sameState(before[name], after[name]));
}
