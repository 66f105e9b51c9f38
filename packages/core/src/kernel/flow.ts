/** Milliseconds since the Unix epoch. Flows never read a clock: time arrives on the event. */
export type EpochMs = number;

export interface FlowEvent {
  readonly type: string;
  readonly at: EpochMs;
}

/** What one event leads to: the next state, work to be done after it is committed, and the answer to whoever asked. */
export interface Step<State, Effect, Reply> {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly reply: Reply;
  /** How long (ms) the record is kept from now on once the state is final; `null` while it is live. */
  readonly keepForMs: number | null;
}

/**
 * A flow is a pure and total function: every (state, event) pair returns a step, and what comes twice, late or in the
 * wrong state changes nothing and is answered by what the state says now.
 */
export interface Flow<State, Event extends FlowEvent, Effect, Reply, Config> {
  /** Prefix of the keys of its records; part of every callback reference. */
  readonly name: string;
  /** Version of the persisted state. A process reads no other: it leaves what another version has written alone. */
  readonly schema: number;
  /**
   * The state as JSON; default: as `JSON.stringify` writes it. `texts`: what was written before of objects that states share; it
   * spares a writer of many states of one call.
   */
  readonly write?: (state: State, texts: WeakMap<object, string>) => string;
  /** What `write` has written, parsed; default: that is the state. */
  readonly read?: (data: unknown) => State;
  readonly initial: () => State;
  readonly transition: (state: State, event: Event, config: Config) => Step<State, Effect, Reply>;
}
