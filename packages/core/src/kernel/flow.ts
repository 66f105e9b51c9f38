/** Milliseconds since the Unix epoch. Flows never read a clock: time arrives on the event. */
export type EpochMs = number;

/** What every event of a flow has: what it is, and when it came, in epoch ms. */
export interface FlowEvent {
  readonly type: string;
  readonly at: EpochMs;
}

/** The result of one event: the next state, effects to run after it is committed, and the reply to the request. */
export interface Step<State, Effect, Reply> {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly reply: Reply;
  /** How long (ms) the record is kept from now on if the state is final; `null` while it is live. */
  readonly keepForMs: number | null;
}

/**
 * A flow is a pure and total function: every (state, event) pair returns a step, and a repeated, late or unexpected event changes
 * nothing and is answered from the current state.
 */
export interface Flow<State, Event extends FlowEvent, Effect, Reply, Config> {
  /** Prefix of the keys of its records; part of every callback reference. */
  readonly name: string;
  /** Version of the persisted state. A process reads no other version, and leaves records of other versions alone. */
  readonly schema: number;
  /**
   * Serialises the state to JSON; default: `JSON.stringify`. `texts`: JSON written earlier for objects that states share, which
   * saves work when many states of one call are written.
   */
  readonly write?: (state: State, texts: WeakMap<object, string>) => string;
  /** Restores a state from what `write` wrote, parsed; default: the parsed value is the state. */
  readonly read?: (data: unknown) => State;
  readonly initial: () => State;
  /** The names of the hooks that it runs; default: any. */
  readonly hooks?: readonly string[];
  /** The times of the machinery that a runtime need not be given. */
  readonly defaults?: Config;
  readonly transition: (state: State, event: Event, config: Config) => Step<State, Effect, Reply>;
}

/** Completes a configuration with the flow's defaults. A flow without defaults may have one of any shape. */
export function configOf<Config>(flow: { readonly defaults?: Config }, given: Partial<Config> | undefined): Config {
  return flow.defaults === undefined ? (given as Config) : { ...flow.defaults, ...given };
}
