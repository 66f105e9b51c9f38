import type { CallRow, Keyed, Totals, Update } from './protocol.js';

/** What a page holds: the rows as of one sequence number of one feed. */
export interface View<Row extends Keyed = CallRow, Figures = Totals> {
  readonly epoch: string;
  readonly seq: number;
  /** What to add to the local clock to get the server's, in ms. */
  readonly offsetMs: number;
  readonly rows: ReadonlyMap<string, Row>;
  readonly totals: Figures;
}

/**
 * Returns the view after an update that arrived at `receivedAt` of the local clock. `resync`: something in between was missed, or
 * the feed is a different one; the view stays unchanged until the answer to a `sync` arrives.
 */
export function applyUpdate<Row extends Keyed, Figures>(
  view: View<Row, Figures> | null,
  update: Update<Row, Figures>,
  receivedAt: number,
): View<Row, Figures> | 'resync' {
  const { epoch, seq, totals } = update;
  const offsetMs = update.now - receivedAt;
  if (update.kind === 'snapshot') {
    return { epoch, seq, totals, offsetMs, rows: new Map(update.rows.map((row) => [row.sid, row])) };
  }
  if (view?.epoch !== epoch) return 'resync';
  // Overtaken by the answer to a sync that contained this.
  if (seq <= view.seq) return view;
  if (update.from > view.seq) return 'resync';
  const rows = new Map(view.rows);
  for (const row of update.rows) {
    const held = rows.get(row.sid);
    if (held === undefined || row.version >= held.version) rows.set(row.sid, row);
  }
  for (const sid of update.gone) rows.delete(sid);
  return { epoch, seq, totals, offsetMs, rows };
}

/** Sorts newest first, and by SID within the same moment, so that rows never swap places by chance. */
export function newestFirst(rows: Iterable<CallRow>): CallRow[] {
  return [...rows].sort((a, b) => b.startedAt - a.startedAt || (a.sid < b.sid ? -1 : 1));
}
