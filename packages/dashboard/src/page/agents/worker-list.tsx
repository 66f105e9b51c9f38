import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { WorkerRow } from '../../shared/agents.js';
import { moveFocus, useSeen } from '../parts/virtual.js';
import { WorkerItem } from './worker-item.js';
import type { Shown } from './workers.js';

/** In px: a worker, and the gap below. */
const ROW = 64;
const GAP = 8;

/** Only the workers in sight are in the document, however many there are. */
export function WorkerList(props: {
  readonly rows: readonly WorkerRow[];
  readonly shown: Shown;
  readonly now: number;
  readonly number: (text: string) => string;
  readonly switchWorker: (row: WorkerRow, on: boolean) => void;
  readonly select: (call: string) => void;
}): VNode {
  const { rows, shown, now, number, switchWorker, select } = props;
  const list = useRef<HTMLOListElement>(null);
  const seen = useSeen(list, rows.length);
  if (rows.length === 0) {
    return (
      <p class="empty">
        {shown.workers.length > 0
          ? 'No worker fits the filter.'
          : 'No workers yet. Create them in the workspace, with the attribute "phone": they appear here.'}
      </p>
    );
  }
  const first = Math.max(0, Math.floor(seen.from / (ROW + GAP)));
  const end = Math.min(rows.length, Math.ceil(seen.to / (ROW + GAP)));
  return (
    <ol
      class="list"
      ref={list}
      aria-label="Workers"
      style={{ height: `${String(rows.length * (ROW + GAP))}px` }}
      onKeyDown={moveFocus}
    >
      {rows.slice(first, end).map((row, index) => (
        <WorkerItem
          key={row.sid}
          row={row}
          activity={shown.activities.get(row.activity ?? '')}
          present={shown.present.get(row.sid)}
          top={(first + index) * (ROW + GAP)}
          height={ROW}
          place={first + index + 1}
          of={rows.length}
          now={now}
          number={number}
          switchWorker={switchWorker}
          select={select}
        />
      ))}
    </ol>
  );
}
