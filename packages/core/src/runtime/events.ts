import type { EventEmitter } from 'eventemitter3';
import type { FlowEvent } from '../kernel/flow.js';
import type { Effect, CallEffect, TwilioEffect } from '../flows/effects.js';
import type { Execution } from './executor.js';

/** What a runtime tells listeners: for looking, never for acting. */
export interface RuntimeEvents<State, Event extends FlowEvent, Rest extends TwilioEffect = CallEffect> {
  /** A step was committed. */
  committed: [{ key: string; event: Event; state: State; effects: readonly Effect<Rest>[] }];
  /** A REST effect was tried. */
  executed: [{ key: string; effect: Rest; attempt: number; execution: Execution }];
  /** Somebody else committed first; the step is decided anew. */
  conflict: [{ key: string; type: string }];
  /** A task could not be finished and will be claimed again. */
  failure: [{ key: string; task: string; error: unknown }];
}

/** Tells the listeners; their own trouble stays theirs. */
export type Emit<State, Event extends FlowEvent> = EventEmitter<RuntimeEvents<State, Event, TwilioEffect>>['emit'];
