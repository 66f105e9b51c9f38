import type { EpochMs } from '../../kernel/flow.js';
import type { CallResult } from '../forwarding/state.js';
import { type CallFlow, type FlowMeasurement, secondsBetween } from '../metrics.js';
import { type Leg, listenedMs } from './leg.js';

/** The part of a call's state, in either flow, that metrics are derived from. */
interface CountedCall {
  readonly kind: 'call';
  readonly visit: number;
  readonly caller: { readonly phase: string };
  readonly result: CallResult | null;
  readonly legs: readonly Leg[];
  readonly timestamps: { readonly startedAt: EpochMs; readonly connectedAt?: EpochMs };
}

interface NoCall {
  readonly kind: 'nothing';
}

/** Measures what happened to the caller and to the legs between two states. */
export function callMetrics(
  flow: CallFlow,
  before: CountedCall | NoCall,
  after: CountedCall | NoCall,
  at: EpochMs,
): readonly FlowMeasurement[] {
  if (after.kind !== 'call') return [];
  const known = before.kind === 'call' ? before : null;
  const sameVisit = known?.visit === after.visit ? known : null;
  const { startedAt, connectedAt } = after.timestamps;
  const measurements: FlowMeasurement[] = [];
  if (sameVisit === null) measurements.push({ type: 'call.begun', flow });
  if (connectedAt !== undefined && sameVisit?.timestamps.connectedAt === undefined) {
    measurements.push({ type: 'call.connected', flow, seconds: secondsBetween(startedAt, connectedAt) });
  }
  if (after.caller.phase === 'ended' && sameVisit?.caller.phase !== 'ended') {
    const seconds = secondsBetween(startedAt, at);
    measurements.push({ type: 'call.ended', flow, result: after.result ?? 'none', seconds });
  }
  return [...measurements, ...legMetrics(flow, known?.legs ?? [], after.legs, at)];
}

/** Measures what happened to the legs of one call between two states. Only an ended leg may be missing from the later one. */
function legMetrics(
  flow: CallFlow,
  before: readonly Leg[],
  after: readonly Leg[],
  at: EpochMs,
): readonly FlowMeasurement[] {
  return after.flatMap((leg) => {
    const earlier = before.find(({ id }) => id === leg.id);
    return [
      ...(earlier === undefined ? [{ type: 'leg.begun', flow } as const] : []),
      ...verdict(flow, earlier, leg),
      ...end(flow, earlier, leg, at),
    ];
  });
}

function verdict(flow: CallFlow, earlier: Leg | undefined, leg: Leg): readonly FlowMeasurement[] {
  const { answeredBy, timestamps } = leg;
  if (answeredBy === null || (earlier?.answeredBy ?? null) !== null) return [];
  const listened = listenedMs(timestamps);
  return [{ type: 'leg.verdict', flow, answeredBy, seconds: listened === null ? null : listened / 1000 }];
}

function end(flow: CallFlow, earlier: Leg | undefined, leg: Leg, at: EpochMs): readonly FlowMeasurement[] {
  const { result, answeredBy, timestamps } = leg;
  // Not by phase: a leg given up for lost may come back, and still counts as ended only once.
  if (timestamps.endedAt === undefined || earlier?.timestamps.endedAt !== undefined || result === null) return [];
  const seconds = secondsBetween(timestamps.requestedAt, at);
  return [{ type: 'leg.ended', flow, result: result.kind, answeredBy: answeredBy ?? 'nobody', seconds }];
}
