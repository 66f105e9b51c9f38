import type { Clock } from './clock.js';

/** What stands in a line. `first`: somebody waits for its answer on the telephone, so it goes before what nobody waits for. */
export interface InLine {
  readonly first: boolean;
}

/** A store that hangs holds the others no longer than this, in ms: a request for TwiML keeps some of its budget. */
const HELD_MS = 750;

/** More at once would let the first of them wait for the decisions on all the others. */
const AT_ONCE = 64;

/**
 * One line for each key: what comes while others of its key are being served waits, and is then served together. `serve` never
 * rejects, and is not called again for a key before it has resolved, or hangs.
 */
export function createLines<Entry extends InLine>(
  clock: Clock,
  serve: (key: string, entries: readonly Entry[]) => Promise<void>,
): (key: string, entry: Entry) => void {
  const lines = new Map<string, Entry[]>();

  async function work(key: string, line: Entry[]): Promise<void> {
    while (line.length > 0) await unlessItHangs(serve(key, line.splice(0, AT_ONCE)));
    lines.delete(key);
  }

  async function unlessItHangs(served: Promise<void>): Promise<void> {
    let cancel = (): void => undefined;
    const hangs = new Promise<void>((resolve) => (cancel = clock.wakeAt(clock.now() + HELD_MS, resolve)));
    await Promise.race([served, hangs]);
    cancel();
  }

  return (key, entry) => {
    const line = lines.get(key);
    if (line === undefined) {
      const begun = [entry];
      lines.set(key, begun);
      void work(key, begun);
      return;
    }
    const place = entry.first ? line.findIndex(({ first }) => !first) : -1;
    line.splice(place === -1 ? line.length : place, 0, entry);
  };
}
