import type { VNode } from 'preact';
import type { Totals } from '../../shared/protocol.js';
import { percent } from '../text/format.js';

/** Shows one figure. */
export function Card(props: {
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

/** Shows what answered the phones. */
export function Shares({ totals: { answered, humans, machines } }: { readonly totals: Totals }): VNode {
  return (
    <div class="card wide">
      <dt>Who answered</dt>
      <dd>
        {percent(humans, answered)} <small>human</small> · {percent(machines, answered)} <small>machine</small>
      </dd>
      <dd class="share" aria-hidden="true">
        <span class="human" style={{ flexGrow: humans }} />
        <span class="machine" style={{ flexGrow: machines }} />
        <span class="unsure" style={{ flexGrow: answered - humans - machines }} />
      </dd>
    </div>
  );
}
