import type { CallRow, Totals } from '../../shared/protocol.js';

/** Computes figures over all rows. */
export function totalsOf(rows: Iterable<CallRow>): Totals {
  let [live, waiting, calls, connected, answered, humans, machines] = [0, 0, 0, 0, 0, 0, 0];
  let waitingSince: number | null = null;
  for (const row of rows) {
    calls += 1;
    if (row.connectedAt !== null || row.result === 'connected') connected += 1;
    if (row.phase !== 'ended') {
      live += 1;
      if (isWaiting(row)) {
        waiting += 1;
        waitingSince = Math.min(waitingSince ?? row.startedAt, row.startedAt);
      }
    }
    for (const { answeredBy } of row.legs) {
      if (answeredBy === null) continue;
      answered += 1;
      if (answeredBy === 'human') humans += 1;
      else if (answeredBy === 'fax' || answeredBy.startsWith('machine')) machines += 1;
    }
  }
  return { live, waiting, waitingSince, calls, connected, answered, humans, machines };
}

function isWaiting({ phase }: CallRow): boolean {
  return phase === 'arriving' || phase === 'held' || phase === 'joining';
}
