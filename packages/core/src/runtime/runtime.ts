import type { EventEmitter } from 'eventemitter3';
import type { EpochMs, FlowEvent } from '../kernel/flow.js';
import type { CallEffect, Effect, TwilioEffect } from '../flows/effects.js';
import type { HookRun } from '../flows/tells.js';
import type { Execution } from './executor.js';

/** What a runtime tells listeners: for looking, never for acting. */
export interface RuntimeEvents<State, Event extends FlowEvent, Rest extends TwilioEffect = CallEffect> {
  /** A step was committed. */
  committed: [{ key: string; event: Event; state: State; effects: readonly Effect<Rest>[] }];
  /** A REST effect was tried. */
  executed: [{ key: string; effect: Rest; attempt: number; execution: Execution }];
  /** Somebody else committed first; the step is decided anew. */
  conflict: [{ key: string; type: string }];
  /**
   * A task could not be finished. `isGivenUp`: it was a hook's last try, and `hook` has what it was to be told; any other task is
   * claimed again.
   */
  failure: [{ key: string; task: string; error: unknown; isGivenUp: boolean; hook: HookRun | null }];
}

/** Tells the listeners; their own trouble stays theirs. */
export type Emit<State, Event extends FlowEvent> = EventEmitter<RuntimeEvents<State, Event, TwilioEffect>>['emit'];

/** An event without its time: the runtime adds it. */
export type Untimed<Event extends FlowEvent> = Event extends FlowEvent ? Omit<Event, 'at'> : never;

/** How urgent an event is. */
export interface Turn {
  /** Somebody on the telephone waits for the reply: it is decided before what of its call nobody waits for. Default: `false`. */
  readonly first?: boolean;
  /** Epoch ms after which the reply is no longer waited for: if its turn has not come by then, nothing is decided. Default: never. */
  readonly by?: EpochMs;
  /** Most likely the first of its key: decided without reading, and anew if there was something to read. Default: `false`. */
  readonly isNew?: boolean;
}

/** Runs a flow on a store: answers webhooks, and carries out tasks and timers afterwards. */
export interface Runtime<Event extends FlowEvent, Reply> {
  /**
   * One webhook: decide, one compare-and-set, reply. Those of one key that come at the same time are decided one after the
   * other, and written down together. Effects run after the returned promise resolves.
   * @throws AmdError `ERR_STORE_CONFLICT` (other processes have changed the record whenever this one was about to, for 10 s),
   * `ERR_TIMEOUT` (its turn came after `by`), `ERR_STATE_VERSION`, `ERR_STOPPED`, or what the store throws: nothing was written
   */
  handle(key: string, event: Untimed<Event>, turn?: Turn): Promise<Reply>;
  /**
   * Does what is due now, and returns when it is done. `by`: epoch ms at which it returns at the latest, where the process is frozen
   * then. Requests to Twilio get no more time than is left; a call is created only while 3 s are left, anything else is done while
   * half a second is left; the rest waits for the next tick. Default: no limit.
   */
  tick(limit?: { readonly by?: EpochMs }): Promise<void>;
  /** Begins to do what is due, also what an earlier process left behind. */
  start(): void;
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>;
  /** Resolves when nothing is under way and nothing is due; for tests on a virtual clock. */
  idle(): Promise<void>;
}
