import type { EpochMs } from '../../kernel/flow.js';
import { measureCall } from '../caller/measure.js';
import { measureTimer, secondsBetween, type FlowMeasurement, type MeasuredStep } from '../measurements.js';
import type { LiveTaskCall, TaskRouterState } from './state.js';

/** What one committed step of a call in a queue is counted as. */
export function measureTaskRouter(step: MeasuredStep<TaskRouterState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  const known = before.kind === 'call' ? before : null;
  return [
    ...(known === null ? [] : measureTimer('taskrouter', known.timers, event)),
    ...measureCall('taskrouter', before, after, event.at),
    ...(after.kind === 'call' ? measureReservations(known?.reservations ?? [], after.reservations, event.at) : []),
  ];
}

function measureReservations(
  before: LiveTaskCall['reservations'],
  after: LiveTaskCall['reservations'],
  at: EpochMs,
): readonly FlowMeasurement[] {
  return after.flatMap(({ id, phase, result, story }) => {
    const isNews = phase === 'over' && before.find((other) => other.id === id)?.phase !== 'over';
    if (!isNews) return [];
    const seconds = secondsBetween(story.assignedAt, at);
    return [{ type: 'reservation.ended', result: result ?? 'none', seconds } as const];
  });
}
