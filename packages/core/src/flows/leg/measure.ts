import type { EpochMs } from '../../kernel/flow.js';
import { secondsBetween, type CallFlow, type FlowMeasurement } from '../measurements.js';
import type { Leg } from './leg.js';

/** What became of the legs of one call between two states. A leg that was there before may be gone only when it had ended. */
export function measureLegs(
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
  const { answeredBy, story } = leg;
  if (answeredBy === null || (earlier?.answeredBy ?? null) !== null) return [];
  return [{ type: 'leg.verdict', flow, answeredBy, seconds: listened(earlier?.story.answeredAt, story) }];
}

/** Twilio's own figure where it gives one, else ours. That somebody had picked up must have been told before the verdict. */
function listened(answeredAt: EpochMs | undefined, { detectionMs, verdictAt }: Leg['story']): number | null {
  if (detectionMs !== undefined) return detectionMs / 1000;
  return answeredAt === undefined || verdictAt === undefined ? null : secondsBetween(answeredAt, verdictAt);
}

function end(flow: CallFlow, earlier: Leg | undefined, leg: Leg, at: EpochMs): readonly FlowMeasurement[] {
  const { result, answeredBy, story } = leg;
  // Not by its phase: one that was given up for lost may come back, and ends once all the same.
  if (story.endedAt === undefined || earlier?.story.endedAt !== undefined || result === null) return [];
  const seconds = secondsBetween(story.requestedAt, at);
  return [{ type: 'leg.ended', flow, result: result.kind, answeredBy: answeredBy ?? 'nobody', seconds }];
}
