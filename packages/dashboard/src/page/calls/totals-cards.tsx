import type { VNode } from 'preact';
import type { Totals } from '../../shared/protocol.js';
import { Card, Shares } from '../parts/card.js';
import { percent, ticking } from '../text/format.js';

export function TotalsCards({ totals, now }: { readonly totals: Totals; readonly now: number }): VNode {
  const { live, waiting, waitingSince, calls, connected } = totals;
  return (
    <dl class="totals">
      <Card term="On the line" value={String(live)} />
      <Card term="Waiting" value={String(waiting)} tone={waiting > 0 ? 'wait' : undefined} />
      <Card term="Longest wait" value={waitingSince === null ? '–' : ticking(now - waitingSince)} />
      <Card
        term="Connected"
        value={percent(connected, calls)}
        note={`${String(connected)} of ${String(calls)} calls`}
      />
      <Shares totals={totals} />
    </dl>
  );
}
