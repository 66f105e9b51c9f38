import type { EpochMs } from '../kernel/flow.js';
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
  const lines = new Map<string, Line<Entry>>();

  async function work(key: string, line: Line<Entry>): Promise<void> {
    while (line.waiting.length > 0) {
      line.since = clock.now();
      const served = serve(key, line.waiting.splice(0, AT_ONCE));
      await new Promise<void>((goOn) => {
        line.goOn = goOn;
        void served.then(goOn);
        if (line.waiting.length > 0) watch(line);
      });
      line.stopWatching?.();
      line.stopWatching = null;
    }
    lines.delete(key);
  }

  /** Somebody waits: what is being served may hang. Most are alone, and need no timer. */
  function watch(line: Line<Entry>): void {
    line.stopWatching ??= clock.wakeAt(line.since + HELD_MS, line.goOn);
  }

  return (key, entry) => {
    const line = lines.get(key);
    if (line === undefined) {
      const begun: Line<Entry> = { waiting: [entry], since: 0, goOn: () => undefined, stopWatching: null };
      lines.set(key, begun);
      void work(key, begun);
      return;
    }
    const { waiting } = line;
    const place = entry.first ? waiting.findIndex(({ first }) => !first) : -1;
    waiting.splice(place === -1 ? waiting.length : place, 0, entry);
    watch(line);
  };
}

interface Line<Entry> {
  readonly waiting: Entry[];
  /** When what is being served began. */
  since: EpochMs;
  /** Serves the next, whatever becomes of what is being served. */
  goOn: () => void;
  stopWatching: (() => void) | null;
}
