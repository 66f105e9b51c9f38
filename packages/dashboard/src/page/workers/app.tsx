import type { VNode } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { WorkersRow, WorkerTotals, WorkerRow } from '../../shared/workers.js';
import { newestFirst } from '../../shared/view.js';
import type { Connection } from '../connection/connection.js';
import { useRemembered } from '../connection/hooks.js';
import { Announcer } from '../parts/announcer.js';
import { CallFilter, filterCalls, NO_FILTER } from '../parts/call-filter.js';
import { CallList } from '../parts/call-list.js';
import { FilterBar, type Filter } from '../parts/filter-bar.js';
import { useFrame } from '../parts/frame.js';
import { Legend } from '../parts/legend.js';
import { Phones } from '../parts/phones.js';
import { Timeline } from '../parts/timeline.js';
import { useSelected } from '../parts/use-selected.js';
import type { WorkerGroup } from '../text/workers.js';
import { newsOfWorkers } from '../text/news.js';
import { WorkerCards } from './worker-cards.js';
import { EventLog } from './event-log.js';
import { Waiting } from './waiting.js';
import { WorkerList } from './worker-list.js';
import { filterWorkers, useShown } from './workers.js';

const GROUPS = [
  ['all', 'All'],
  ['ready', 'Ready'],
  ['busy', 'On a call'],
  ['coolingDown', 'Cooling down'],
  ['away', 'Away'],
] as const;

export function App({ connection }: { readonly connection: Connection<WorkersRow, WorkerTotals> }): VNode {
  const { knowledge, header, pause, view, now, number } = useFrame(connection, 'Workers');
  const { view: newest, online, phone, events } = knowledge;
  const [watch, setWatch] = useRemembered('events', 'off');
  const [looksAt, setLooksAt] = useState<'workers' | 'calls'>('workers');
  const [filter, setFilter] = useState<Filter<WorkerGroup>>({ group: 'all', text: '' });
  const [callFilter, setCallFilter] = useState(NO_FILTER);
  const [problem, setProblem] = useState('');
  const [selected, select] = useSelected();
  const shown = useShown(view);
  const workers = useMemo(() => filterWorkers(shown, filter), [shown, filter]);
  const calls = useMemo(() => newestFirst(shown.calls), [shown]);
  const shownCalls = useMemo(() => filterCalls(calls, callFilter), [calls, callFilter]);
  const chosen = selected === null ? undefined : view?.rows.get(selected);

  useEffect(() => {
    connection.watchEvents(watch === 'on');
  }, [connection, watch]);

  const present = useRef({ pause, online });
  present.current = { pause, online };
  const switchWorker = useCallback(
    ({ sid, name }: WorkerRow, on: boolean) => {
      if (!present.current.online) {
        setProblem(`${name} was not switched ${on ? 'on' : 'off'}: there is no connection to the server.`);
        return;
      }
      // The outcome must be visible.
      if (present.current.pause.paused) present.current.pause.toggle();
      void connection.switchWorker({ worker: sid, on }).then((result) => {
        setProblem(result.ok ? '' : `${name} could not be switched ${on ? 'on' : 'off'}. ${result.message}`);
      });
    },
    [connection],
  );

  return (
    <>
      {header}
      <main class="layout">
        <section class="calls" aria-labelledby="main-title">
          <div class="views">
            <h1 id="main-title">{looksAt === 'workers' ? 'Workers' : 'Calls'}</h1>
            <nav aria-label="Views">
              {(['workers', 'calls'] as const).map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-current={looksAt === name ? 'page' : undefined}
                  onClick={() => {
                    setLooksAt(name);
                  }}
                >
                  {name === 'workers' ? 'Workers' : 'Calls'}
                </button>
              ))}
            </nav>
          </div>
          <p class="problem" role="alert">
            {problem}
          </p>
          {view === null ? (
            <p class="empty">{online ? 'Loading the workers…' : 'Connecting…'}</p>
          ) : (
            <>
              <WorkerCards totals={view.totals} now={now} />
              {looksAt === 'workers' ? (
                <>
                  <FilterBar
                    filter={filter}
                    setFilter={setFilter}
                    noun="workers"
                    groups={GROUPS}
                    searched="Name, number or activity"
                    shown={workers.length}
                    all={shown.workers.length}
                  />
                  <WorkerList
                    rows={workers}
                    shown={shown}
                    now={now}
                    number={number}
                    switchWorker={switchWorker}
                    select={select}
                  />
                </>
              ) : (
                <>
                  <CallFilter
                    filter={callFilter}
                    setFilter={setCallFilter}
                    shown={shownCalls.length}
                    all={calls.length}
                  />
                  {calls.length > 0 && <Legend />}
                  <CallList
                    rows={shownCalls}
                    all={calls.length}
                    now={now}
                    number={number}
                    selected={selected}
                    select={select}
                  />
                </>
              )}
            </>
          )}
        </section>
        <aside class="side" aria-label="Callers and tools">
          <Waiting calls={shown.calls} now={now} number={number} select={select} />
          {phone !== null && <Phones connection={connection} state={phone} />}
          <EventLog
            events={events}
            on={watch === 'on'}
            turn={(on) => {
              setWatch(on ? 'on' : 'off');
            }}
            number={number}
            select={select}
          />
        </aside>
      </main>
      {chosen?.kind === 'call' && (
        <Timeline
          row={chosen}
          number={number}
          close={() => {
            select(null);
          }}
        />
      )}
      <Announcer view={newest} silent={pause.paused} news={newsOfWorkers} />
    </>
  );
}
