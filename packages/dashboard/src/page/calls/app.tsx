import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CallRow, Totals } from '../../shared/protocol.js';
import { newestFirst } from '../../shared/view.js';
import type { Connection } from '../connection/connection.js';
import { useKnowledge, useNow, useRemembered } from '../connection/hooks.js';
import { usePaused } from '../connection/paused.js';
import { Announcer } from '../parts/announcer.js';
import { CallList } from '../parts/call-list.js';
import { CallFilter, filterCalls, NO_FILTER } from '../parts/call-filter.js';
import { Header } from '../parts/header.js';
import { Legend } from '../parts/legend.js';
import { People } from './people.js';
import { Phones } from '../parts/phones.js';
import { Story } from '../parts/story.js';
import { TotalsCards } from './totals-cards.js';
import { useSelected } from '../parts/use-selected.js';
import { masked } from '../text/format.js';
import { newsOfCalls } from '../text/news.js';

const plain = (text: string): string => text;

export function App({ connection }: { readonly connection: Connection<CallRow, Totals> }): VNode {
  const { view: newest, online, welcome, lists, phone } = useKnowledge(connection);
  const pause = usePaused(newest);
  const { view } = pause;
  const [theme, setTheme] = useRemembered('theme', 'auto');
  const [numbers, setNumbers] = useRemembered('numbers', 'masked');
  const [filter, setFilter] = useState(NO_FILTER);
  const [selected, select] = useSelected();
  const now = useNow(view?.offsetMs ?? 0, online && !pause.paused);
  const number = numbers === 'masked' ? masked : plain;
  const rows = useMemo(() => newestFirst(view?.rows.values() ?? []), [view]);
  const shown = useMemo(() => filterCalls(rows, filter), [rows, filter]);
  const chosen = selected === null ? undefined : view?.rows.get(selected);
  const waiting = newest?.totals.waiting ?? 0;

  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    document.title = waiting > 0 ? `(${String(waiting)}) Calls` : 'Calls';
  }, [waiting]);

  return (
    <>
      <Header
        online={online}
        pause={pause}
        theme={theme}
        setTheme={setTheme}
        numbers={numbers}
        setNumbers={setNumbers}
        canLogOut={welcome?.canLogOut ?? false}
      />
      <main class="layout">
        <section class="calls" aria-labelledby="calls-title">
          <h1 id="calls-title">Calls</h1>
          {view === null ? (
            <p class="empty">{online ? 'Loading the calls…' : 'Connecting…'}</p>
          ) : (
            <>
              <TotalsCards totals={view.totals} now={now} />
              <CallFilter filter={filter} setFilter={setFilter} shown={shown.length} all={rows.length} />
              {rows.length > 0 && <Legend />}
              <CallList rows={shown} all={rows.length} now={now} number={number} selected={selected} select={select} />
            </>
          )}
        </section>
        <aside class="side" aria-label="Set-up">
          {phone !== null && <Phones connection={connection} state={phone} />}
          {lists.length > 0 && <People connection={connection} lists={lists} />}
        </aside>
      </main>
      {chosen !== undefined && (
        <Story
          row={chosen}
          number={number}
          close={() => {
            select(null);
          }}
        />
      )}
      <Announcer view={newest} silent={pause.paused} news={newsOfCalls} />
    </>
  );
}
