import type { VNode } from 'preact';
import type { Totals } from '../../shared/protocol.js';
import { percent, ticking } from '../text/format.js';

export function TotalsCards({ totals, now }: { readonly totals: Totals; readonly now: number }): VNode {
  const { live, waiting, waitingSince, calls, connected, answered, humans, machines } = totals;
  const unsure = answered - humans - machines;
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
      <div class="card wide">
        <dt>Who answered</dt>
        <dd>
          {percent(humans, answered)} <small>human</small> · {percent(machines, answered)} <small>machine</small>
        </dd>
        <dd class="share" aria-hidden="true">
          <span class="human" style={{ flexGrow: humans }} />
          <span class="machine" style={{ flexGrow: machines }} />
          <span class="unsure" style={{ flexGrow: unsure }} />
        </dd>
      </div>
    </dl>
  );
}

function Card(props: {
  readonly term: string;
  readonly value: string;
  readonly note?: string;
  readonly tone?: string | undefined;
}): VNode {
  return (
    <div class="card" data-tone={props.tone}>
      <dt>{props.term}</dt>
      <dd>{props.value}</dd>
      {props.note !== undefined && <dd class="note">{props.note}</dd>}
    </div>
  );
}
