import type { WithMetrics, MeasuredStep } from '../flows/metrics.js';
import type { FlowProblem, Watched } from '../flows/problems.js';
import type { Metrics } from './measurement.js';

/** Tells what a committed step is counted as. A flow that cannot say so harms nothing. */
export function measureStep<State>(
  metrics: Metrics | null,
  flow: Partial<WithMetrics<State>>,
  step: MeasuredStep<State>,
): void {
  if (metrics === null || flow.measure === undefined) return;
  try {
    flow.measure(step).forEach(metrics);
  } catch {
    // The step is committed, whatever it counts as.
  }
}

/** Tells what a person should hear of a committed step. */
export function tellProblems<State>(
  flow: Partial<Watched<State>>,
  step: MeasuredStep<State>,
  tell: (problem: FlowProblem) => void,
): void {
  if (flow.problems === undefined) return;
  try {
    flow.problems(step).forEach(tell);
  } catch {
    // The step is committed, whatever is said of it.
  }
}
