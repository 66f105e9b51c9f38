import type { EpochMs } from '../../kernel/flow.js';
import type { Leg } from '../leg/leg.js';
import { measureLegs } from '../leg/measure.js';
import { secondsBetween, type CallFlow, type FlowMeasurement } from '../measurements.js';
import type { CallResult } from '../forwarding/state.js';

/** A call of either flow, as far as it is counted. */
interface CountedCall {
  readonly kind: 'call';
  readonly round: number;
  readonly caller: { readonly phase: string };
  readonly result: CallResult | null;
  readonly legs: readonly Leg[];
  readonly story: { readonly startedAt: EpochMs; readonly connectedAt?: EpochMs };
}

interface NoCall {
  readonly kind: 'nothing';
}

/** What became of the caller and of the legs between two states. */
export function measureCall(
  flow: CallFlow,
  before: CountedCall | NoCall,
  after: CountedCall | NoCall,
  at: EpochMs,
): readonly FlowMeasurement[] {
  if (after.kind !== 'call') return [];
  const known = before.kind === 'call' ? before : null;
  const sameRound = known?.round === after.round ? known : null;
  const { startedAt, connectedAt } = after.story;
  const measurements: FlowMeasurement[] = [];
  if (sameRound === null) measurements.push({ type: 'call.begun', flow });
  if (connectedAt !== undefined && sameRound?.story.connectedAt === undefined) {
    measurements.push({ type: 'call.connected', flow, seconds: secondsBetween(startedAt, connectedAt) });
  }
  if (after.caller.phase === 'ended' && sameRound?.caller.phase !== 'ended') {
    const seconds = secondsBetween(startedAt, at);
    measurements.push({ type: 'call.ended', flow, result: after.result ?? 'none', seconds });
  }
  return [...measurements, ...measureLegs(flow, known?.legs ?? [], after.legs, at)];
}
