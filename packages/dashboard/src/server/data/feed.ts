import { randomUUID } from 'node:crypto';
import { systemClock, type Clock, type Store } from '@amd/core';
import type { CallRow, Delta, Keyed, Totals, Update } from '../../shared/protocol.js';
import { quiet, type DashboardLog } from '../log.js';
import { readRows, type Source } from './read-rows.js';

/** Rows that pages follow: first all of them, then every change, with totals. */
export interface Feed<Row extends Keyed, Figures> {
  /** Returns what changed after `since`; everything if that is unknown or too long ago. */
  sync(since: { readonly epoch: string; readonly seq: number } | null): Update<Row, Figures>;
  /** Calls `listener` with every change; returns a function that stops it. */
  on(listener: (delta: Delta<Row, Figures>) => void): () => void;
  /** Something was committed: poll soon instead of at the next interval, if there are listeners. */
  nudge(): void;
  /** Returns an empty change: a page with another sequence number has missed one. */
  tick(): Delta<Row, Figures>;
  totals(): Figures;
  start(): void;
  stop(): void;
}

/** The feed of calls. */
export type CallFeed = Feed<CallRow, Totals>;

/** Which store a feed follows, how often it looks, and how many calls it holds. */
export interface CallFeedOptions {
  readonly store: Store;
  readonly clock?: Clock | undefined;
  /** How often the store is polled for commits of other processes, in ms. Default 250. */
  readonly pollMs?: number | undefined;
  /** Changes are sent at most once in this many ms. Default 100. */
  readonly everyMs?: number | undefined;
  /** How many ended calls are held, besides all live ones. Default 1000. */
  readonly limit?: number | undefined;
  /** Names this feed; default a random one. */
  readonly epoch?: string | undefined;
  readonly log?: DashboardLog | undefined;
}

/** The names of the options above, for the check of misspelt ones. */
export const FEED_OPTIONS = {
  store: true,
  clock: true,
  pollMs: true,
  everyMs: true,
  limit: true,
  epoch: true,
  log: true,
} as const satisfies Record<keyof CallFeedOptions, true>;

interface Change {
  readonly seq: number;
  readonly sids: readonly string[];
}

/** How many changes, with as many rows together, are kept to catch up with; a page that missed more gets everything. */
const REMEMBERED = 600;
const REMEMBERED_ROWS = 5000;

/**
 * Creates a feed that follows the store: the same on every node, and correct again after any failure of node, network or store.
 */
export function createFeed<Row extends Keyed, Figures>(
  options: CallFeedOptions & {
    readonly sources: readonly Source<Row>[];
    readonly totalsOf: (rows: Iterable<Row>) => Figures;
    /** When an ended row began, ms: the oldest beyond `limit` are removed. `null`: the row stays. */
    readonly endedSince: (row: Row) => number | null;
  },
): Feed<Row, Figures> {
  const { store, pollMs = 250, everyMs = 100, limit = 1000, epoch = randomUUID().slice(0, 8), log = quiet } = options;
  const { sources, totalsOf, endedSince } = options;
  const clock = options.clock ?? systemClock;
  const rows = new Map<string, Row>();
  const expiries = new Map<string, number>();
  const listeners = new Set<(delta: Delta<Row, Figures>) => void>();
  let changes: Change[] = [];
  let changedRows = 0;
  let totals = totalsOf([]);
  let seq = 0;
  const cursors = new Map<string, string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let nextLook: { readonly at: number; readonly cancel: () => void } | null = null;
  let running = false;
  let looking = false;
  let nudges = 0;
  let troubled = false;
  let skipped = 0;

  async function look(): Promise<void> {
    const changed = new Set<string>();
    for (const source of sources) {
      for (let more = true; more && running;) {
        const page = await readRows(store, source, cursors.get(source.prefix));
        ({ more } = page);
        cursors.set(source.prefix, page.cursor);
        if (skipped === 0 && page.unreadable.length > 0) {
          log({ level: 'warn', code: 'feed.unreadable', message: `rows are left out: ${reason(page.unreadable[0])}` });
        }
        skipped += page.unreadable.length;
        for (const { sid, row, expiresAt } of page.rows) {
          if (row === null) rows.delete(sid);
          else rows.set(sid, row);
          if (row === null || expiresAt === null) expiries.delete(sid);
          else expiries.set(sid, expiresAt);
          changed.add(sid);
        }
      }
    }
    for (const sid of [...expired(), ...surplus()]) {
      rows.delete(sid);
      expiries.delete(sid);
      changed.add(sid);
    }
    if (changed.size > 0) publish([...changed]);
  }

  function expired(): string[] {
    const now = clock.now();
    const sids: string[] = [];
    for (const [sid, at] of expiries) if (at <= now) sids.push(sid);
    return sids;
  }

  /** Returns ended rows beyond the limit, the oldest. */
  function surplus(): string[] {
    if (rows.size <= limit) return [];
    const ended: { readonly sid: string; readonly since: number }[] = [];
    for (const row of rows.values()) {
      const since = endedSince(row);
      if (since !== null) ended.push({ sid: row.sid, since });
    }
    if (ended.length <= limit) return [];
    ended.sort((a, b) => b.since - a.since || (a.sid < b.sid ? -1 : 1));
    return ended.slice(limit).map(({ sid }) => sid);
  }

  function publish(sids: readonly string[]): void {
    seq += 1;
    changes.push({ seq, sids });
    changedRows += sids.length;
    if (changes.length > 2 * REMEMBERED || changedRows > 2 * REMEMBERED_ROWS) forget();
    totals = totalsOf(rows.values());
    const delta = since(seq - 1, sids);
    for (const listener of listeners) {
      try {
        listener(delta);
      } catch (error) {
        log({ level: 'error', code: 'feed.listener', message: `a listener of the feed failed: ${reason(error)}` });
      }
    }
  }

  /** Forgets seldom, and then half of it at once: removing one from the front of a list costs as much. */
  function forget(): void {
    let rowsKept = 0;
    const kept = changes.slice(-REMEMBERED).reverse();
    const end = kept.findIndex(({ sids }) => (rowsKept += sids.length) > REMEMBERED_ROWS);
    changes = (end === -1 ? kept : kept.slice(0, end)).reverse();
    changedRows = changes.reduce((sum, { sids }) => sum + sids.length, 0);
  }

  function since(from: number, sids: Iterable<string>): Delta<Row, Figures> {
    const present: Row[] = [];
    const gone: string[] = [];
    for (const sid of sids) {
      const row = rows.get(sid);
      if (row === undefined) gone.push(sid);
      else present.push(row);
    }
    return { kind: 'delta', epoch, from, seq, now: clock.now(), rows: present, gone, totals };
  }

  async function wake(): Promise<void> {
    nextLook = null;
    if (looking) return;
    looking = true;
    const heard = nudges;
    lookedAt = clock.now();
    try {
      await look();
      if (troubled) log({ level: 'warn', code: 'feed.back', message: 'the store answers the feed again' });
      troubled = false;
    } catch (error) {
      if (!troubled) log({ level: 'error', code: 'feed.failed', message: `the feed cannot read: ${reason(error)}` });
      troubled = true;
    } finally {
      looking = false;
      schedule(lookedAt + (nudges === heard ? pollMs : everyMs));
    }
  }

  function schedule(at: number): void {
    if (!running || looking) return;
    if (nextLook !== null) {
      if (nextLook.at <= at) return;
      nextLook.cancel();
    }
    nextLook = { at, cancel: clock.wakeAt(at, () => void wake()) };
  }

  function nudge(): void {
    if (listeners.size === 0) return;
    nudges += 1;
    schedule(Math.max(clock.now(), lookedAt + everyMs));
  }

  return {
    sync(given) {
      const oldest = changes[0]?.seq ?? seq + 1;
      if (given?.epoch === epoch && given.seq <= seq && given.seq >= oldest - 1) {
        const missed = changes.filter((change) => change.seq > given.seq).flatMap(({ sids }) => sids);
        return since(given.seq, new Set(missed));
      }
      return { kind: 'snapshot', epoch, seq, now: clock.now(), rows: [...rows.values()], totals };
    },
    on(listener) {
      listeners.add(listener);
      nudge();
      return () => listeners.delete(listener);
    },
    nudge,
    tick() {
      // Some figures change by themselves, such as names of activities.
      totals = totalsOf(rows.values());
      return since(seq, []);
    },
    totals: () => totals,
    start() {
      if (running) return;
      running = true;
      schedule(clock.now());
    },
    stop() {
      running = false;
      nextLook?.cancel();
      nextLook = null;
    },
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
