import { measureTimer, secondsBetween, type FlowMeasurement, type MeasuredStep } from '../measurements.js';
import type { CoolDown, WorkerState } from './state.js';

/** What one committed step of a worker is counted as: rests, whichever activity they are spent in. */
export function measureWorker(step: MeasuredStep<WorkerState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  const [earlier, later] = [restsOf(before), restsOf(after)];
  const isIn = (rests: readonly CoolDown[], rest: CoolDown): boolean =>
    rests.some(({ activity }) => activity === rest.activity);
  return [
    ...(before.kind === 'worker' ? measureTimer('worker', before.timers, event) : []),
    ...later.filter((rest) => !isIn(earlier, rest)).map(() => ({ type: 'coolDown.begun' }) as const),
    ...earlier
      .filter((rest) => !isIn(later, rest))
      .map((rest) => ({ type: 'coolDown.ended', seconds: secondsBetween(rest.startedAt, event.at) }) as const),
  ];
}

function restsOf(state: WorkerState): readonly CoolDown[] {
  return state.kind === 'worker' ? state.coolDowns : [];
}
