import { useRef, useState } from 'preact/hooks';
import type { View } from '../../shared/view.js';

export interface Pause {
  readonly paused: boolean;
  /** What to show: the newest view, or the one at which somebody paused. */
  readonly view: View | null;
  /** Calls that changed since. */
  readonly waiting: number;
  toggle(): void;
}

/** Holds the page still, for reading; what happens meanwhile is kept. */
export function usePaused(newest: View | null): Pause {
  const [still, setStill] = useState<View | null>(null);
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

function changesBetween(old: View, now: View): number {
  let changes = 0;
  for (const [sid, row] of now.rows) if (old.rows.get(sid)?.version !== row.version) changes += 1;
  return changes;
}
