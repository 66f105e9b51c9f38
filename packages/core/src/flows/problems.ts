import type { CommittedStep } from './metrics.js';

/** A problem that operators should hear of; `message` says what happened and what to do about it. */
export interface FlowProblem {
  readonly code: 'task.lost';
  readonly message: string;
}

/**
 * A flow that reports problems of its steps. `problems` is a pure function of what was committed, so nothing is reported twice.
 */
export interface Watched<State> {
  readonly problems: (step: CommittedStep<State>) => readonly FlowProblem[];
}
