import type { VNode } from 'preact';
import type { WorkerTotals } from '../../shared/workers.js';
import { Card, Shares } from '../parts/card.js';
import { ticking } from '../text/format.js';

export function WorkerCards({ totals, now }: { readonly totals: WorkerTotals; readonly now: number }): VNode {
  const { ready, busy, coolingDown, away, waiting, waitingSince } = totals;
  return (
    <dl class="totals">
      <Card term="Ready" value={String(ready)} tone={ready === 0 && waiting > 0 ? 'wait' : undefined} />
      <Card term="On a call" value={String(busy)} />
      <Card term="Cooling down" value={String(coolingDown)} />
      <Card term="Away" value={String(away)} />
      <Card
        term="Callers waiting"
        value={String(waiting)}
        tone={waiting > 0 ? 'wait' : undefined}
        note={waitingSince === null ? 'nobody' : `longest ${ticking(now - waitingSince)}`}
      />
      <Shares totals={totals} />
    </dl>
  );
}
