import { useMemo, useRef } from 'preact/hooks';
import {
  presentCalls,
  type ActivityInfo,
  type WorkersRow,
  type WorkerTotals,
  type PresentCall,
  type WorkerRow,
} from '../../shared/workers.js';
import type { CallRow } from '../../shared/protocol.js';
import type { View } from '../../shared/view.js';
import { isFound, type Filter } from '../parts/filter-bar.js';
import { groupOfWorker, type WorkerGroup } from '../text/workers.js';

/** What the page shows of a view. */
export interface Shown {
  /** By name. */
  readonly workers: readonly WorkerRow[];
  readonly calls: readonly CallRow[];
  readonly activities: ReadonlyMap<string, ActivityInfo>;
  /** By the worker's SID. */
  readonly present: ReadonlyMap<string, PresentCall>;
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The rows of a view, in order. Sorting what was sorted before is quick, so the last order is where each begins. */
export function useShown(view: View<WorkersRow, WorkerTotals> | null): Shown {
  const order = useRef<readonly string[]>([]);
  return useMemo(() => {
    const rows = view?.rows ?? new Map<string, WorkersRow>();
    const workers: WorkerRow[] = [];
    for (const sid of order.current) {
      const row = rows.get(sid);
      if (row?.kind === 'worker') workers.push(row);
    }
    const known = new Set(order.current);
    const calls: CallRow[] = [];
    for (const row of rows.values()) {
      if (row.kind === 'call') calls.push(row);
      else if (!known.has(row.sid)) workers.push(row);
    }
    workers.sort((a, b) => byName.compare(a.name, b.name) || (a.sid < b.sid ? -1 : 1));
    order.current = workers.map(({ sid }) => sid);
    return {
      workers,
      calls,
      activities: new Map((view?.totals.activities ?? []).map((activity) => [activity.sid, activity])),
      present: presentCalls(calls),
    };
  }, [view]);
}

/** By name, phone, activity or SID. */
export function filterWorkers(
  { workers, activities, present }: Shown,
  { group, text }: Filter<WorkerGroup>,
): readonly WorkerRow[] {
  if (group === 'all' && text.trim() === '') return workers;
  return workers.filter((row) => {
    const activity = activities.get(row.activity ?? '');
    if (group !== 'all' && groupOfWorker(activity, present.get(row.sid)) !== group) return false;
    return isFound(text, [row.name, row.phone, row.sid, activity?.name ?? '']);
  });
}
