import type { MeasuredStep } from './metrics.js';

/** What a person should hear of; `message` says what happened and what to do about it. */
export interface FlowProblem {
  readonly code: 'task.lost';
  readonly message: string;
}

/** A flow that says what went wrong in a step; a pure function of what was committed, so that nothing is said twice. */
export interface Watched<State> {
  readonly problems: (step: MeasuredStep<State>) => readonly FlowProblem[];
}
