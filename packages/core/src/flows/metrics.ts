import type { EpochMs } from '../kernel/flow.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { LegResult } from './call/leg.js';
import type { CallResult } from './forwarding/state.js';
import type { ReservationResult } from './taskrouter/state.js';
import type { Timers } from './timers.js';

/** The flows that ring people for a caller. */
export type CallFlow = 'forwarding' | 'taskrouter';

/**
 * What one committed step counts as. Labels come from closed lists and never contain a number, name or SID, which protects
 * privacy and limits the number of series. Durations are in seconds.
 */
export type FlowMeasurement =
  /** A call came in, or came back for another visit. */
  | { readonly type: 'call.begun'; readonly flow: CallFlow }
  /** A human and the caller talk. `seconds`: the caller's wait for a human, from the arrival of the call. */
  | { readonly type: 'call.connected'; readonly flow: CallFlow; readonly seconds: number }
  /** The one outcome of a visit. `seconds`: since the call came in. */
  | {
      readonly type: 'call.ended';
      readonly flow: CallFlow;
      readonly result: CallResult | 'none';
      readonly seconds: number;
    }
  /** A call to a callee was requested. */
  | { readonly type: 'leg.begun'; readonly flow: CallFlow }
  /** Detection reported who answered. `seconds`: since the answer; `null`: the answer itself was not reported. */
  | {
      readonly type: 'leg.verdict';
      readonly flow: CallFlow;
      readonly answeredBy: AnsweredBy;
      readonly seconds: number | null;
    }
  /** An outbound call is over. `seconds`: since it was requested. */
  | {
      readonly type: 'leg.ended';
      readonly flow: CallFlow;
      readonly result: LegResult['kind'];
      readonly answeredBy: AnsweredBy | 'nobody';
      readonly seconds: number;
    }
  /** A worker is no longer held for the caller. `seconds`: since the assignment. */
  | {
      readonly type: 'reservation.ended';
      readonly result: ReservationResult | 'none';
      readonly seconds: number;
    }
  /** A worker began a cool-down. */
  | { readonly type: 'coolDown.begun' }
  /** A cool-down is over. `seconds`: how long it was. */
  | { readonly type: 'coolDown.ended'; readonly seconds: number }
  /** A flow's timer fired. `seconds`: how late. */
  | { readonly type: 'timer.fired'; readonly flow: CallFlow | 'worker'; readonly seconds: number };

/** One committed step, as whoever is told of it sees it. */
export interface CommittedStep<State> {
  readonly before: State;
  readonly event: { readonly type: string; readonly at: EpochMs };
  readonly after: State;
}

/** A flow that reports metrics for its steps. `measure` is a pure function of what was committed, so nothing is counted twice. */
export interface WithMetrics<State> {
  readonly measure: (step: CommittedStep<State>) => readonly FlowMeasurement[];
}

/** Returns the time between two moments in ms; never below 0, even if clocks differ. */
export function msBetween(from: EpochMs, to: EpochMs): number {
  return Math.max(0, to - from);
}

/** The same in seconds. */
export function secondsBetween(from: EpochMs, to: EpochMs): number {
  return msBetween(from, to) / 1000;
}

/** Measures how late a timer fired. A timer that the state no longer wants, or that fires a second time, is not counted. */
export function measureTimer(
  flow: CallFlow | 'worker',
  before: Timers,
  event: { readonly type: string; readonly at: EpochMs },
): readonly FlowMeasurement[] {
  if (event.type !== 'timer') return [];
  const { timer, dueAt } = event as { readonly timer?: unknown; readonly dueAt?: unknown };
  if (typeof timer !== 'string' || typeof dueAt !== 'number' || before[timer] !== dueAt) return [];
  return [{ type: 'timer.fired', flow, seconds: secondsBetween(dueAt, event.at) }];
}
