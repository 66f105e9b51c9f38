import type { VNode } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { CallRow } from '../../shared/protocol.js';
import { CallItem } from './call-item.js';
import { moveFocus, useSeen } from './virtual.js';

/** In px, as in calls.css: a call, each of its legs, the gap below. */
const HEAD = 62;
const LEG = 26;
const GAP = 10;

interface CallListProps {
  readonly rows: readonly CallRow[];
  readonly all: number;
  readonly now: number;
  readonly number: (text: string) => string;
  readonly selected: string | null;
  readonly select: (sid: string) => void;
}

/** Renders only the calls in sight, however many there are. */
export function CallList({ rows, all, now, number, selected, select }: CallListProps): VNode {
  const list = useRef<HTMLOListElement>(null);
  const seen = useSeen(list, rows.length);
  const tops = useMemo(() => topsOf(rows), [rows]);

  if (rows.length === 0) return <Empty all={all} />;
  const height = tops[rows.length] ?? 0;
  return (
    <ol class="list" ref={list} style={{ height: `${String(height)}px` }} onKeyDown={moveFocus}>
      {rows.map((row, index) => {
        const top = tops[index] ?? 0;
        const bottom = tops[index + 1] ?? top;
        if (bottom < seen.from || top > seen.to) return null;
        return (
          <CallItem
            key={row.sid}
            row={row}
            top={top}
            height={bottom - top - GAP}
            place={index + 1}
            of={rows.length}
            // A finished call does not change with time.
            now={row.final ? 0 : now}
            number={number}
            selected={selected === row.sid}
            select={select}
          />
        );
      })}
    </ol>
  );
}

/** Returns where each row begins and, last, where the list ends. */
function topsOf(rows: readonly CallRow[]): number[] {
  const tops = [0];
  for (const { legs } of rows)
    tops.push((tops.at(-1) ?? 0) + HEAD + LEG * legs.length + (legs.length > 0 ? 8 : 0) + GAP);
  return tops;
}

function Empty({ all }: { readonly all: number }): VNode {
  return (
    <p class="empty">
      {all > 0
        ? 'No call matches the filter.'
        : 'No calls yet. Call one of your numbers: the call appears here while it rings.'}
    </p>
  );
}
