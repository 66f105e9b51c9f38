import type { WebhookPath } from '../wire/callbacks.js';
import type { Outcome, TaskRouterOutcome, TwilioEffect } from '../flows/effects.js';
import type { FlowMeasurement, CommittedStep, WithMetrics } from '../flows/metrics.js';
import type { FlowProblem, Watched } from '../flows/problems.js';
import type { Execution } from './executor.js';
import type { ProblemCode } from './problem-code.js';

/** Tells what a committed step is counted as. A flow that cannot say so harms nothing. */
export function measureStep<State>(
  metrics: Metrics | null,
  flow: Partial<WithMetrics<State>>,
  step: CommittedStep<State>,
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
  step: CommittedStep<State>,
  tell: (problem: FlowProblem) => void,
): void {
  if (flow.problems === undefined) return;
  try {
    flow.problems(step).forEach(tell);
  } catch {
    // The step is committed, whatever is said of it.
  }
}

/**
 * One thing to count, told once, by the process that did it: what a step is counted as by the one that committed it. A
 * process that dies between the two tells nothing. `flow` is the name of a flow that the app runs; every other label is one
 * of a closed list. Every duration is in seconds.
 */
export type Measurement =
  | FlowMeasurement
  /** An event from outside that changed nothing: it came twice or late, or only asked what to play. */
  | { readonly type: 'event.unchanged'; readonly flow: string }
  /** Another process committed first, so that the step was decided anew. */
  | { readonly type: 'store.conflict'; readonly flow: string }
  /**
   * A request to Twilio's REST API. `seconds`: from asking to the answer; `null`: nothing was sent, because an earlier try
   * may have reached Twilio.
   */
  | {
      readonly type: 'twilio';
      readonly effect: TwilioEffect['type'];
      readonly result: TwilioResult;
      readonly seconds: number | null;
    }
  /** A task could not be finished and will be tried again, or given up when it is a hook that failed too often. */
  | { readonly type: 'task.failed'; readonly flow: string; readonly task: FailedTask }
  /** A webhook was answered. `seconds`: from its last byte to its answer. */
  | { readonly type: 'webhook'; readonly path: WebhookPath; readonly status: number; readonly seconds: number }
  /** Something was refused or went wrong; the log has a sentence about it. */
  | { readonly type: 'problem'; readonly code: ProblemCode };

/** How one try at a REST effect went. */
export type TwilioResult = Outcome['kind'] | TaskRouterOutcome['kind'] | Exclude<Execution['kind'], 'outcome'>;

/** What failed: work at Twilio, an event for another flow, a hook, a timer, asking the store what is due, or nobody knows. */
export type FailedTask = 'twilio' | 'send' | 'hook' | 'timer' | 'claim' | 'unreadable';

/** The hook for counters and timings. It is called often, and while somebody waits: count, and return. */
export type Metrics = (measurement: Measurement) => void;

/**
 * A hook that cannot harm anything, whatever it throws, or rejects when it is asynchronous all the same.
 * @throws TypeError naming the option
 */
export function safeMetrics(metrics: Metrics | undefined): Metrics | null {
  if (metrics === undefined) return null;
  if (typeof metrics !== 'function') throw new TypeError('"metrics" must be a function');
  // What is declared to return nothing may be an async function all the same.
  const tell: (measurement: Measurement) => unknown = metrics;
  return (measurement) => {
    try {
      const returned = tell(measurement);
      if (isThenable(returned)) returned.then(undefined, () => undefined);
    } catch {
      // Whoever counts wrongly still gets every call right.
    }
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
