import type { EpochMs } from '../kernel/flow.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { LegResult } from './call/leg.js';
import type { CallResult } from './forwarding/state.js';
import type { ReservationResult } from './taskrouter/state.js';
import type { Timers } from './timers.js';

/** The flows that ring people for a caller. */
export type CallFlow = 'forwarding' | 'taskrouter';

/**
 * What one committed step is counted as. Labels come from closed lists: no number, name or SID is ever in them, so that
 * neither privacy nor the number of series suffers. Every duration is in seconds.
 */
export type FlowMeasurement =
  /** A call came in, or came back for another visit. */
  | { readonly type: 'call.begun'; readonly flow: CallFlow }
  /** A human and the caller talk. `seconds`: since the call came in, the caller's wait for a human. */
  | { readonly type: 'call.connected'; readonly flow: CallFlow; readonly seconds: number }
  /** The one outcome of a visit. `seconds`: since the call came in. */
  | {
      readonly type: 'call.ended';
      readonly flow: CallFlow;
      readonly result: CallResult | 'none';
      readonly seconds: number;
    }
  /** Somebody is to be rung. */
  | { readonly type: 'leg.begun'; readonly flow: CallFlow }
  /** Detection said who answered. `seconds`: since they picked up; `null`: nobody told us when that was. */
  | {
      readonly type: 'leg.verdict';
      readonly flow: CallFlow;
      readonly answeredBy: AnsweredBy;
      readonly seconds: number | null;
    }
  /** An outbound call is over. `seconds`: since it was asked for. */
  | {
      readonly type: 'leg.ended';
      readonly flow: CallFlow;
      readonly result: LegResult['kind'];
      readonly answeredBy: AnsweredBy | 'nobody';
      readonly seconds: number;
    }
  /** A worker was held for the caller, and that is over. `seconds`: since the assignment. */
  | {
      readonly type: 'reservation.ended';
      readonly result: ReservationResult | 'none';
      readonly seconds: number;
    }
  /** A worker began a cool-down. */
  | { readonly type: 'coolDown.begun' }
  /** A cool-down is over. `seconds`: how long it was. */
  | { readonly type: 'coolDown.ended'; readonly seconds: number }
  /** A timer of a state rang. `seconds`: how late. */
  | { readonly type: 'timer.fired'; readonly flow: CallFlow | 'worker'; readonly seconds: number };

/** One committed step, as far as it is counted. */
export interface MeasuredStep<State> {
  readonly before: State;
  readonly event: { readonly type: string; readonly at: EpochMs };
  readonly after: State;
}

/** A flow that says what its steps are counted as; a pure function of what was committed, so that nothing counts twice. */
export interface WithMetrics<State> {
  readonly measure: (step: MeasuredStep<State>) => readonly FlowMeasurement[];
}

/** Milliseconds between two times as seconds; never below 0, however clocks differ. */
export function secondsBetween(from: EpochMs, to: EpochMs): number {
  return Math.max(0, to - from) / 1000;
}

/** How late a timer rang. One that the state no longer wants, or that rings a second time, is not counted. */
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
