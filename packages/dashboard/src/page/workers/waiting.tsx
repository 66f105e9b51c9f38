import type { VNode } from 'preact';
import type { CallRow } from '../../shared/protocol.js';
import { ticking } from '../text/format.js';
import { groupOf, legWords } from '../text/words.js';

const MOST = 12;

/** Lists waiting callers, the longest wait first, and the workers TaskRouter has tried for them. */
export function Waiting(props: {
  readonly calls: readonly CallRow[];
  readonly now: number;
  readonly number: (text: string) => string;
  readonly select: (call: string) => void;
}): VNode {
  const { calls, now, number, select } = props;
  const waiting = calls.filter((row) => groupOf(row) === 'waiting').sort((a, b) => a.startedAt - b.startedAt);
  return (
    <section class="panel waiting" aria-labelledby="waiting-title">
      <h2 id="waiting-title">Waiting callers</h2>
      {waiting.length === 0 ? (
        <p class="hint">No callers are waiting.</p>
      ) : (
        <ol>
          {waiting.slice(0, MOST).map((row) => (
            <li key={row.sid}>
              <button
                type="button"
                class="link"
                aria-haspopup="dialog"
                onClick={() => {
                  select(row.sid);
                }}
              >
                <b>{number(row.from)}</b> <small>waits {ticking(now - row.startedAt)}</small>
              </button>
              <Path row={row} number={number} />
            </li>
          ))}
        </ol>
      )}
      {waiting.length > MOST && <p class="hint">And {String(waiting.length - MOST)} more.</p>}
    </section>
  );
}

/** Shows the way from worker to worker, each with what answered. */
function Path({ row, number }: { readonly row: CallRow; readonly number: (text: string) => string }): VNode {
  if (row.legs.length === 0) return <p class="hint">No worker is free.</p>;
  return (
    <ol class="path" aria-label="Workers that TaskRouter tried">
      {row.legs.map((leg) => (
        <li key={leg.id} data-tone={leg.won ? 'good' : leg.phase === 'ended' ? 'quiet' : 'live'}>
          <b>{leg.name || number(leg.to)}</b> {legWords(leg)}
        </li>
      ))}
    </ol>
  );
}
