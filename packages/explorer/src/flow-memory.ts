import type { Effect, EpochMs, Flow, FlowEvent, Step, TwilioEffect } from '@amd/core';

export interface KnownStep<State, Event, Reply, Rest extends TwilioEffect> {
  readonly event: Event;
  readonly state: State;
  readonly effects: readonly Effect<Rest>[];
  readonly reply: Reply;
  readonly violation: string | null;
}

export interface FlowMemory<State, Event, Reply, Rest extends TwilioEffect> {
  /** Equivalent states are one object, so a number stands for its whole content. */
  numberOf(state: State): number;
  readonly initial: State;
  /**
   * `name` identifies the event: equal names, equal events. `repeated`: the event may arrive twice, so the second must change
   * nothing.
   */
  step(state: State, name: string, event: () => Event, repeated: boolean): KnownStep<State, Event, Reply, Rest>;
}

/** What is needed to remember a flow's steps. */
export interface Remembered<State, Event extends FlowEvent, Reply, Config, Rest extends TwilioEffect> {
  readonly flow: Flow<State, Event, Effect<Rest>, Reply, Config>;
  readonly config: Config;
  /** Equal keys mean equal futures of the flow. */
  readonly stateKey: (state: State) => string;
  /** Removes what is for people and counters that only number: a flow that used them would be caught here. */
  readonly plain: (state: State) => State;
  readonly timersOf: (state: State) => Readonly<Record<string, EpochMs>>;
  /** Returns what no step may do. */
  readonly forbidden?: (step: Step<State, Effect<Rest>, Reply>) => string | null;
}

/**
 * Remembers a flow's steps. A pure flow needs to be asked only once: an exploration has many worlds, but their flow has few
 * states. Equivalent states are one object, so comparing them is free.
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
    // A state without relevant changes stays the same object; dropping an absent task is no work.
    return { event, state: canonical(step.state), effects: step.effects.filter(isWork), reply: step.reply, violation };
  }

  function heardTwice(step: Step<State, Effect<Rest>, Reply>, event: Event): string | null {
    const again = flow.transition(step.state, event, config);
    if (again.effects.every((effect) => effect.type === 'effect.drop') && sameState(again.state, step.state))
      return null;
    return `P6: hearing ${event.type} twice changes something`;
  }

  /** Reports a timer that fired and is still wanted for the same time: it would never fire again. */
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

/** Compares structurally, and quickly where nothing was copied. Timestamps may differ: they are for people. */
function sameState(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [before, after] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(before);
  if (names.length !== Object.keys(after).length) return false;
  return names.every((name) => name === 'timestamps' || sameState(before[name], after[name]));
}
