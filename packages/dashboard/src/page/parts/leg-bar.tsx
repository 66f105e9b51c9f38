import type { VNode } from 'preact';
import type { CallRow, LegRow } from '../../shared/protocol.js';
import { marksOf, stretchesOf } from '../text/bars.js';
import { duration } from '../text/format.js';
import { legWords } from '../text/words.js';

interface LegBarProps {
  readonly leg: LegRow;
  readonly row: CallRow;
  readonly now: number;
  readonly number: (text: string) => string;
}

/** Shows a leg as a bar in the call's time, and the same in words. */
export function LegBar({ leg, row, now, number }: LegBarProps): VNode {
  const stretches = stretchesOf(leg, row, now);
  return (
    <li class="leg" data-won={leg.won ? '' : undefined}>
      <span class="who">{leg.name || number(leg.to)}</span>
      <span class="bar" aria-hidden="true">
        {stretches.map(({ kind, left, width, ms }) => (
          <span
            key={kind}
            class="stretch"
            data-kind={kind}
            title={`${TITLES[kind]} ${duration(ms)}`}
            style={{ left: `${String(left)}%`, width: `${String(width)}%` }}
          />
        ))}
        {marksOf(leg, row, now).map(({ kind, left }) => (
          <span key={kind} class="verdict" data-answer={kind} style={{ left: `${String(left)}%` }} />
        ))}
      </span>
      <span class="outcome" title={legWords(leg)}>
        {legWords(leg)}
      </span>
    </li>
  );
}

const TITLES = {
  calling: 'being called',
  ringing: 'ringing',
  detecting: 'detection',
  asked: 'after the verdict',
  talking: 'talk',
} as const;
