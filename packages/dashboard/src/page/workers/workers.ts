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

/** The part of a view that the page shows. */
export interface Shown {
  /** By name. */
  readonly workers: readonly WorkerRow[];
  readonly calls: readonly CallRow[];
  readonly activities: ReadonlyMap<string, ActivityInfo>;
  /** By the worker's SID. */
  readonly present: ReadonlyMap<string, PresentCall>;
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Returns the rows of a view, in order. Sorting a sorted list is quick, so each sort starts from the last order. */
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

/** Filters by name, phone, activity or SID. */
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
