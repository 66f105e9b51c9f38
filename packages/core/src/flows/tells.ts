import type { Effect } from './effects.js';
import type { CommittedStep } from './metrics.js';

/** One run of a user's hook: kept with the step that it tells of, and carried out at least once. */
export type HookRun = Extract<Effect, { type: 'hook.run' }>;

/**
 * A flow that tells the user's hooks what happened. `tells` is a pure function of one step that changed something, so that what
 * the transition decides does not depend on who listens.
 */
export interface Tells<State> {
  readonly tells: (step: CommittedStep<State>) => readonly HookRun[];
}
