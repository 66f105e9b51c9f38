import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { WorkerRow } from '../../shared/workers.js';
import { moveFocus, useMedia, useSeen } from '../parts/virtual.js';
import { WorkerItem } from './worker-item.js';
import type { Shown } from './workers.js';

/** In px, as in workers.css: a worker on a wide and on a narrow page, and the gap below. */
const ROW = 64;
const NARROW_ROW = 92;
const GAP = 8;
const NARROW = '(max-width: 44rem)';

/** Renders only the workers in sight, however many there are. */
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
  const height = useMedia(NARROW) ? NARROW_ROW : ROW;
  const step = height + GAP;
  if (rows.length === 0) {
    return (
      <p class="empty">
        {shown.workers.length > 0
          ? 'No worker matches the filter.'
          : 'No workers yet. Create them in the workspace, with the attribute "phone": they appear here.'}
      </p>
    );
  }
  const first = Math.max(0, Math.floor(seen.from / step));
  const end = Math.min(rows.length, Math.ceil(seen.to / step));
  return (
    <ol
      class="list"
      ref={list}
      aria-label="Workers"
      style={{ height: `${String(rows.length * step)}px` }}
      onKeyDown={moveFocus}
    >
      {rows.slice(first, end).map((row, index) => (
        <WorkerItem
          key={row.sid}
          row={row}
          activity={shown.activities.get(row.activity ?? '')}
          present={shown.present.get(row.sid)}
          top={(first + index) * step}
          height={height}
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
