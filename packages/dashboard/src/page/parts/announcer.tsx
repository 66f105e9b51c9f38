import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Keyed } from '../../shared/protocol.js';
import type { View } from '../../shared/view.js';

const EVERY_MS = 5000;

/** Announces changes to screen readers: one sentence at most every five seconds, none while paused. */
export function Announcer<Row extends Keyed, Figures>(props: {
  readonly view: View<Row, Figures> | null;
  readonly silent: boolean;
  /** Describes the change from one view to another; empty if there is nothing to tell. */
  readonly news: (old: View<Row, Figures>, now: View<Row, Figures>) => string;
}): VNode {
  const { view, silent, news } = props;
  const [text, setText] = useState('');
  const told = useRef(view);
  const newest = useRef({ view, silent });
  newest.current = { view, silent };
  useEffect(() => {
    const timer = setInterval(() => {
      const { view: now, silent: hush } = newest.current;
      if (!hush && told.current !== null && now !== null) {
        const said = news(told.current, now);
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
