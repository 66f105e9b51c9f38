import type { TaskRouterOutcomeEvent } from '../effects.js';
import type { MeasuredStep } from '../measurements.js';
import type { FlowProblem } from '../problems.js';
import type { TaskRouterState } from './state.js';

/** A caller is given up because nothing could be found out about their task. */
export function taskRouterProblems({ before, event, after }: MeasuredStep<TaskRouterState>): readonly FlowProblem[] {
  if (before.kind !== 'call' || after.kind !== 'call' || event.type !== 'effect.outcome') return [];
  const { effect, outcome } = event as TaskRouterOutcomeEvent;
  if (effect.type !== 'task.find' || outcome.as !== 'refused') return [];
  if (before.caller.phase !== 'waiting' || after.caller.phase === 'waiting') return [];
  const message =
    `no event of the caller's task was heard, and Twilio refused ${String(after.task.refusals)} times to find it ` +
    `(${outcome.reason}): the caller gets the fallback. Check the workspace's event callback URL and the credentials: amd doctor`;
  return [{ code: 'task.lost', message }];
}
