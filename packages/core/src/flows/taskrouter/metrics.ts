import type { EpochMs } from '../../kernel/flow.js';
import { callMetrics } from '../call/metrics.js';
import type { TaskRouterOutcomeEvent } from '../effects.js';
import { type FlowMeasurement, type CommittedStep, measureTimer, secondsBetween } from '../metrics.js';
import type { FlowProblem } from '../problems.js';
import type { LiveTaskCall, TaskRouterState } from './state.js';

/** Measures one committed step of a call in a queue. */
export function measureTaskRouter(step: CommittedStep<TaskRouterState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  const known = before.kind === 'call' ? before : null;
  return [
    ...(known === null ? [] : measureTimer('taskrouter', known.timers, event)),
    ...callMetrics('taskrouter', before, after, event.at),
    ...(after.kind === 'call' ? measureReservations(known?.reservations ?? [], after.reservations, event.at) : []),
  ];
}

function measureReservations(
  before: LiveTaskCall['reservations'],
  after: LiveTaskCall['reservations'],
  at: EpochMs,
): readonly FlowMeasurement[] {
  return after.flatMap(({ id, phase, result, timestamps }) => {
    const isNews = phase === 'over' && before.find((other) => other.id === id)?.phase !== 'over';
    if (!isNews) return [];
    const seconds = secondsBetween(timestamps.assignedAt, at);
    return [{ type: 'reservation.ended', result: result ?? 'none', seconds } as const];
  });
}

/** Reports a caller who is given up because their task could not be found. */
export function taskRouterProblems({ before, event, after }: CommittedStep<TaskRouterState>): readonly FlowProblem[] {
  if (before.kind !== 'call' || after.kind !== 'call' || event.type !== 'effect.outcome') return [];
  const { effect, outcome } = event as TaskRouterOutcomeEvent;
  if (effect.type !== 'task.find' || outcome.kind !== 'refused') return [];
  if (before.caller.phase !== 'waiting' || after.caller.phase === 'waiting') return [];
  const message =
    `no event of the caller's task was heard, and Twilio refused ${String(after.task.refusals)} times to find it ` +
    `(${outcome.reason}): the caller gets the fallback. Check the workspace's event callback URL and the credentials: amd doctor`;
  return [{ code: 'task.lost', message }];
}
