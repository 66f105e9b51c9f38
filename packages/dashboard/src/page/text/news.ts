import type { WorkersRow, WorkerTotals } from '../../shared/workers.js';
import type { CallRow } from '../../shared/protocol.js';
import type { View } from '../../shared/view.js';

/** Describes changes as `2 new calls, 1 connected`; empty if there is nothing to tell. */
export function newsOfCalls(old: View, now: View): string {
  return sentence(callNews(old.rows, now.rows));
}

/** Describes changes as `1 new call, 2 workers cooling down`. */
export function newsOfWorkers(old: View<WorkersRow, WorkerTotals>, now: View<WorkersRow, WorkerTotals>): string {
  const [before, after] = [old.totals.coolingDown, now.totals.coolingDown];
  const coolingDown = after === before ? '' : `${String(after)} ${after === 1 ? 'worker' : 'workers'} cooling down`;
  return sentence([...callNews(old.rows, now.rows), coolingDown, ...refusals(old.rows, now.rows)]);
}

/** Returns the workers whose switch was refused. */
function refusals(old: ReadonlyMap<string, WorkersRow>, now: ReadonlyMap<string, WorkersRow>): string[] {
  const news: string[] = [];
  for (const [sid, row] of now) {
    const before = old.get(sid);
    if (row === before || row.kind !== 'worker' || row.requested?.status !== 'refused') continue;
    if (before?.kind === 'worker' && before.requested?.status === 'refused') continue;
    news.push(`${row.name} was not switched ${row.requested.on ? 'on' : 'off'}`);
  }
  return news.slice(0, 3);
}

function callNews(
  old: ReadonlyMap<string, CallRow | WorkersRow>,
  now: ReadonlyMap<string, CallRow | WorkersRow>,
): string[] {
  let [fresh, connected, missed] = [0, 0, 0];
  for (const [sid, row] of now) {
    if (row.kind !== 'call') continue;
    const held = old.get(sid);
    const before = held?.kind === 'call' ? held : undefined;
    if (before === undefined) fresh += 1;
    if (row.connectedAt !== null && (before?.connectedAt ?? null) === null) connected += 1;
    if (row.phase === 'ended' && row.connectedAt === null && before?.phase !== 'ended') missed += 1;
  }
  return [
    fresh > 0 ? `${String(fresh)} new ${fresh === 1 ? 'call' : 'calls'}` : '',
    connected > 0 ? `${String(connected)} connected` : '',
    missed > 0 ? `${String(missed)} missed` : '',
  ];
}

function sentence(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
