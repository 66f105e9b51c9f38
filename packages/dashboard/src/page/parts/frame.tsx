import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Keyed } from '../../shared/protocol.js';
import type { View } from '../../shared/view.js';
import type { Connection, Knowledge } from '../connection/connection.js';
import { useKnowledge, useNow, useRemembered } from '../connection/hooks.js';
import { usePaused, type Pause } from '../connection/paused.js';
import { masked } from '../text/format.js';
import { Header } from './header.js';
import { TroubleBar } from './trouble-bar.js';

/** The parts of every page: its header, what it shows, and how. */
export interface Frame<Row extends Keyed, Figures> {
  readonly knowledge: Knowledge<Row, Figures>;
  readonly header: VNode;
  readonly pause: Pause;
  /** What to show: the newest view, or the one at the time of the pause. */
  readonly view: View<Row, Figures> | null;
  /** Server time, ms. */
  readonly now: number;
  /** Formats numbers as the user wants to see them. */
  readonly number: (text: string) => string;
}

const plain = (text: string): string => text;

/** Builds the frame. `title` is the page's, with the number of waiting callers in front. */
export function useFrame<Row extends Keyed, Figures extends { readonly waiting: number }>(
  connection: Connection<Row, Figures>,
  title: string,
): Frame<Row, Figures> {
  const knowledge = useKnowledge(connection);
  const { view: newest, online, welcome, trouble, nextTryAt } = knowledge;
  const pause = usePaused(newest);
  const { view } = pause;
  const [theme, setTheme] = useRemembered('theme', 'auto');
  const [numbers, setNumbers] = useRemembered('numbers', 'masked');
  const now = useNow(view?.offsetMs ?? 0, online && !pause.paused);
  const waiting = newest?.totals.waiting ?? 0;

  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    document.title = waiting > 0 ? `(${String(waiting)}) ${title}` : title;
  }, [waiting, title]);

  const header = (
    <>
      <Header
        state={!online ? (welcome === null ? 'Connecting' : 'Reconnecting') : pause.paused ? 'Paused' : 'Live'}
        pause={pause}
        theme={theme}
        setTheme={setTheme}
        numbers={numbers}
        setNumbers={setNumbers}
        canLogOut={welcome?.canLogOut ?? false}
        onLogOut={() => {
          connection.leave();
        }}
      />
      <TroubleBar trouble={trouble} nextTryAt={nextTryAt} />
    </>
  );
  return { knowledge, header, pause, view, now, number: numbers === 'masked' ? masked : plain };
}
