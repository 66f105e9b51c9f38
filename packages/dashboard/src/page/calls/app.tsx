import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CallRow, Totals } from '../../shared/protocol.js';
import { newestFirst } from '../../shared/view.js';
import type { Connection } from '../connection/connection.js';
import { Announcer } from '../parts/announcer.js';
import { CallList } from '../parts/call-list.js';
import { CallFilter, filterCalls, NO_FILTER } from '../parts/call-filter.js';
import { useFrame } from '../parts/frame.js';
import { Legend } from '../parts/legend.js';
import { People } from './people.js';
import { Phones } from '../parts/phones.js';
import { Timeline } from '../parts/timeline.js';
import { TotalsCards } from './totals-cards.js';
import { useSelected } from '../parts/use-selected.js';
import { newsOfCalls } from '../text/news.js';

export function App({ connection }: { readonly connection: Connection<CallRow, Totals> }): VNode {
  const { knowledge, header, pause, view, now, number } = useFrame(connection, 'Calls');
  const { view: newest, online, lists, phone } = knowledge;
  const [filter, setFilter] = useState(NO_FILTER);
  const [selected, select] = useSelected();
  const rows = useMemo(() => newestFirst(view?.rows.values() ?? []), [view]);
  const shown = useMemo(() => filterCalls(rows, filter), [rows, filter]);
  const chosen = selected === null ? undefined : view?.rows.get(selected);

  return (
    <>
      {header}
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
        <Timeline
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
