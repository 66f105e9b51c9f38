import { isDeepStrictEqual } from 'node:util';
import { configOf, type Flow, type FlowEvent, type Step } from '../kernel/flow.js';
import type { Reply } from '../wire/twiml.js';
import type { Effect, TwilioEffect } from '../flows/effects.js';
import type { HookRun, Tells } from '../flows/tells.js';
import type { ForwardingConfig } from '../flows/forwarding/options.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import type { ForwardingState } from '../flows/forwarding/state.js';
import type { TaskRouterConfig } from '../flows/taskrouter/options.js';
import type { TaskRouterEvent } from '../flows/taskrouter/events.js';
import type { TaskRouterState } from '../flows/taskrouter/state.js';
import type { TaskRouterReply } from '../flows/taskrouter/events.js';
import { differences, show, type Part } from './difference.js';

/** An event, or a function that creates one from what happened before: the effects of all steps so far, and the state. */
export type Given<State, Event, Effect> =
  Event | ((before: { readonly state: State; readonly effects: readonly Effect[] }) => Event);

/** What a step should do. Only what is named is compared. */
export interface Expected<State, Effect, Reply> {
  readonly state?: Part<State>;
  /** All effects, in order. */
  readonly effects?: readonly Part<Effect>[];
  /** The effects that leave the process, in order: all but timers and drops. */
  readonly asks?: readonly Part<Effect>[];
  /** What your hooks are told, in order, as if all of them were given. */
  readonly tells?: readonly Part<HookRun>[];
  readonly reply?: Part<Reply>;
  /** The reply's verbs by name, as in `['say', 'hangup']`. */
  readonly verbs?: readonly string[];
  readonly keepForMs?: number | null;
}

/** One step that a specification has taken, to be compared. */
export interface When<State, Effect, Reply> {
  /** For assertions of your own. */
  readonly result: Step<State, Effect, Reply>;
  /** @throws Error that lists the differences if the step is not as expected */
  then(expected: Expected<State, Effect, Reply>): When<State, Effect, Reply>;
  /** @throws Error if the state has changed or effects are requested */
  thenNothingHappened(): When<State, Effect, Reply>;
}

/** A flow after the given events, ready for the step under test. */
export interface Specification<State, Event, Effect, Reply> {
  readonly state: State;
  /** The effects of all steps so far. */
  readonly effects: readonly Effect[];
  when(event: Given<State, Event, Effect>): When<State, Effect, Reply>;
}

/**
 * Runs a flow on plain data: `given(forwarding, [events.inbound()]).when(events.answered()).then({ … })`. The configuration of
 * forwarding and of taskrouter may be omitted or partial.
 */
export function given(
  flow: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>,
  events: readonly Given<ForwardingState, ForwardingEvent, Effect>[],
  config?: Partial<ForwardingConfig>,
): Specification<ForwardingState, ForwardingEvent, Effect, Reply>;
export function given(
  flow: Flow<TaskRouterState, TaskRouterEvent, Effect<TwilioEffect>, TaskRouterReply, TaskRouterConfig>,
  events: readonly Given<TaskRouterState, TaskRouterEvent, Effect<TwilioEffect>>[],
  config?: Partial<TaskRouterConfig>,
): Specification<TaskRouterState, TaskRouterEvent, Effect<TwilioEffect>, TaskRouterReply>;
export function given<State, Event extends FlowEvent, Effect, Reply, Config>(
  flow: Flow<State, Event, Effect, Reply, Config> & Partial<Tells<State>>,
  events: readonly Given<State, NoInfer<Event>, NoInfer<Effect>>[],
  config: Config,
): Specification<State, Event, Effect, Reply>;
export function given<State, Event extends FlowEvent, Effect, Reply, Config>(
  flow: Flow<State, Event, Effect, Reply, Config> & Partial<Tells<State>>,
  events: readonly Given<State, Event, Effect>[],
  config?: Config,
): Specification<State, Event, Effect, Reply> {
  const whole = configOf(flow, config);
  let state = flow.initial();
  const effects: Effect[] = [];
  for (const event of events) {
    const step = flow.transition(state, made(event, state, effects), whole);
    state = step.state;
    effects.push(...step.effects);
  }
  return {
    state,
    effects,
    when: (given) => {
      const event = made(given, state, effects);
      const step = flow.transition(state, event, whole);
      return when(state, step, () => flow.tells?.({ before: state, event, after: step.state }) ?? []);
    },
  };
}

function made<State, Event extends FlowEvent, Effect>(
  event: Given<State, Event, Effect>,
  state: State,
  effects: readonly Effect[],
): Event {
  return event instanceof Function ? event({ state, effects }) : event;
}

function when<State, Effect, Reply>(
  before: State,
  result: Step<State, Effect, Reply>,
  told: () => readonly HookRun[],
): When<State, Effect, Reply> {
  const chain: When<State, Effect, Reply> = {
    result,
    then(expected) {
      // `await` calls `then` with a function; a step is not a promise, and must not look like one that never resolves.
      if (typeof expected === 'function') throw new TypeError('a step is compared by "then", not awaited');
      const { state, effects, asks, tells, reply, verbs, keepForMs } = expected;
      fail([
        ...(state === undefined ? [] : differences('state', state, result.state)),
        ...(effects === undefined ? [] : differences('effects', effects, result.effects)),
        ...(asks === undefined ? [] : differences('asks', asks, result.effects.filter(reachesOut))),
        ...(tells === undefined ? [] : differences('tells', tells, told())),
        ...(reply === undefined ? [] : differences('reply', reply, result.reply)),
        ...(verbs === undefined ? [] : differences('verbs', verbs, verbsOf(result.reply))),
        ...(keepForMs === undefined ? [] : differences('keepForMs', keepForMs, result.keepForMs)),
      ]);
      return chain;
    },
    thenNothingHappened() {
      fail([
        ...(isDeepStrictEqual(before, result.state)
          ? []
          : ['state: expected no change', ...differences('state', before, result.state)]),
        ...result.effects.map((effect) => `effects: expected none, got ${show(effect)}`),
        ...told().map((run) => `tells: expected none, got ${show(run)}`),
      ]);
      return chain;
    },
  };
  return chain;
}

function fail(lines: readonly string[]): void {
  if (lines.length > 0) throw new Error(`The step is not as expected:\n  ${lines.join('\n  ')}`);
}

const QUIET = ['timer.start', 'timer.stop', 'effect.drop'];

function reachesOut(effect: unknown): boolean {
  return !QUIET.includes((effect as { readonly type?: string }).type ?? '');
}

function verbsOf(reply: unknown): string[] {
  return ((reply as { readonly verbs?: readonly { readonly verb: string }[] }).verbs ?? []).map(({ verb }) => verb);
}
