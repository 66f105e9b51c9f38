import { measureCall } from '../caller/measure.js';
import { measureTimer, type FlowMeasurement, type MeasuredStep } from '../measurements.js';
import type { ForwardingState } from './state.js';

/** What one committed step of a forwarded call is counted as. */
export function measureForwarding(step: MeasuredStep<ForwardingState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  return [
    ...(before.kind === 'call' ? measureTimer('forwarding', before.timers, event) : []),
    ...measureCall('forwarding', before, after, event.at),
  ];
}
