import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { View } from '../../shared/view.js';

const EVERY_MS = 5000;

/** Tells those who listen instead of look what happened: a sentence at most every five seconds, none while paused. */
export function Announcer({ view, silent }: { readonly view: View | null; readonly silent: boolean }): VNode {
  const [text, setText] = useState('');
  const told = useRef(view);
  const newest = useRef({ view, silent });
  newest.current = { view, silent };
  useEffect(() => {
    const timer = setInterval(() => {
      const { view: now, silent: hush } = newest.current;
      if (!hush && told.current !== null && now !== null) {
        const said = newsBetween(told.current, now);
        if (said !== '') setText(said);
      }
      told.current = now;
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return (
    <p class="hidden" role="status">
      {text}
    </p>
  );
}

/** `2 new calls, 1 connected`; empty when there is nothing to tell. */
export function newsBetween(old: View, now: View): string {
  let [fresh, connected, missed] = [0, 0, 0];
  for (const [sid, row] of now.rows) {
    const before = old.rows.get(sid);
    if (before === undefined) fresh += 1;
    if (row.connectedAt !== null && (before?.connectedAt ?? null) === null) connected += 1;
    if (row.phase === 'ended' && row.connectedAt === null && before?.phase !== 'ended') missed += 1;
  }
  return [
    fresh > 0 ? `${String(fresh)} new ${fresh === 1 ? 'call' : 'calls'}` : '',
    connected > 0 ? `${String(connected)} connected` : '',
    missed > 0 ? `${String(missed)} missed` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
