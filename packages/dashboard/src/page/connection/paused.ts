import { useRef, useState } from 'preact/hooks';
import type { Keyed } from '../../shared/protocol.js';
import type { View } from '../../shared/view.js';

export interface Pause {
  readonly paused: boolean;
  /** Rows that have changed since. */
  readonly waiting: number;
  toggle(): void;
}

/** Holds the page still for reading; changes made meanwhile are kept. */
export function usePaused<Row extends Keyed, Figures>(
  newest: View<Row, Figures> | null,
): Pause & {
  /** What to show: the newest view, or the one at the time of the pause. */
  readonly view: View<Row, Figures> | null;
} {
  const [still, setStill] = useState<View<Row, Figures> | null>(null);
  const counted = useRef({ newest, waiting: 0 });
  if (still !== null && newest !== null && counted.current.newest !== newest) {
    counted.current = { newest, waiting: changesBetween(still, newest) };
  }
  return {
    paused: still !== null,
    view: still ?? newest,
    waiting: still === null ? 0 : counted.current.waiting,
    toggle: () => {
      counted.current = { newest, waiting: 0 };
      setStill(still === null ? newest : null);
    },
  };
}

function changesBetween<Row extends Keyed>(old: View<Row, unknown>, now: View<Row, unknown>): number {
  let changes = 0;
  for (const [sid, row] of now.rows) if (old.rows.get(sid)?.version !== row.version) changes += 1;
  return changes;
}
