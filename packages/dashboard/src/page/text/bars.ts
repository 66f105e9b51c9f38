import type { CallRow, LegRow } from '../../shared/protocol.js';

/** A stretch of a leg's bar, in % of the call's time. */
export interface Stretch {
  readonly kind: 'calling' | 'ringing' | 'detecting' | 'asked' | 'talking';
  readonly left: number;
  readonly width: number;
  readonly ms: number;
}

/**
 * Returns the time from the call's first to its last moment; `now` for a call in progress. At least a second, to avoid division
 * by zero.
 */
export function spanOf(row: CallRow, now: number): { readonly from: number; readonly to: number } {
  const ends = row.legs.map(({ endedAt }) => endedAt ?? row.startedAt);
  const to = row.final ? Math.max(row.endedAt ?? row.startedAt, ...ends) : now;
  return { from: row.startedAt, to: Math.max(to, row.startedAt + 1000) };
}

/** Returns what a leg went through, one stretch after the other. */
export function stretchesOf(leg: LegRow, row: CallRow, now: number): Stretch[] {
  const { from, to } = spanOf(row, now);
  const end = leg.endedAt ?? to;
  const moments: readonly (readonly [Stretch['kind'], number | null])[] = [
    ['calling', leg.requestedAt],
    ['ringing', leg.ringingAt],
    ['detecting', leg.answeredAt],
    // A key may be faster than the verdict, which then has no effect.
    ['asked', isBefore(leg.verdictAt, leg.joinedAt) ? leg.verdictAt : null],
    ['talking', leg.joinedAt],
  ];
  const seen = moments.filter((moment): moment is readonly [Stretch['kind'], number] => moment[1] !== null);
  return seen.flatMap(([kind, start], index) => {
    const until = Math.min(end, seen[index + 1]?.[1] ?? end);
    const ms = until - start;
    if (ms <= 0) return [];
    const left = (100 * (start - from)) / (to - from);
    return [{ kind, ms, left, width: Math.min(100 - left, (100 * ms) / (to - from)) }];
  });
}

function isBefore(at: number | null, other: number | null): boolean {
  return at !== null && (other === null || at <= other);
}

/** What decided about a leg, and its position in %. */
export interface Mark {
  readonly kind: 'human' | 'unsure' | 'machine' | 'key';
  readonly left: number;
}

export function marksOf(leg: LegRow, row: CallRow, now: number): Mark[] {
  const { from, to } = spanOf(row, now);
  const answer = leg.answeredBy === 'human' ? 'human' : leg.answeredBy === 'unknown' ? 'unsure' : 'machine';
  const marks: readonly (readonly [Mark['kind'], number | null])[] = [
    [answer, leg.verdictAt],
    ['key', leg.keyAt],
  ];
  return marks.flatMap(([kind, at]) =>
    at === null ? [] : [{ kind, left: Math.min(100, (100 * (at - from)) / (to - from)) }],
  );
}
