import { systemClock, type Clock, type Store } from '@amd/core';
import { maskNumbers } from '@amd/core/http';
import type { CallRow, LegRow } from '../../shared/protocol.js';
import { QUEUED_CALLS } from './worker-feed.js';
import { FORWARDED_CALLS } from './call-feed.js';
import { readRows } from './read-rows.js';

/** One call in the log: times as ISO 8601 in UTC, empty if that never happened. */
export interface LoggedCall {
  readonly call: string;
  readonly startedAt: string;
  readonly from: string;
  readonly to: string;
  /** `connected`, `unanswered`, `handedOff`, `callerLeft`; `open` while it goes on. */
  readonly result: string;
  /** From the call's start until it was taken or over, in seconds; empty while it waits. */
  readonly waitedSeconds: number | '';
  readonly connectedAt: string;
  readonly endedAt: string;
  /** Who took it: a name, or otherwise a number. */
  readonly takenBy: string;
  readonly legs: readonly LoggedLeg[];
}

/** A leg, as texts for a list: times in ISO 8601, numbers masked unless told otherwise. */
export interface LoggedLeg {
  readonly name: string;
  readonly to: string;
  readonly result: string;
  readonly detail: string;
  readonly answeredBy: string;
  readonly requestedAt: string;
  readonly answeredAt: string;
  readonly verdictAt: string;
  readonly endedAt: string;
}

/** Which calls a log lists, and how it shows numbers. */
export interface CallLogOptions {
  readonly store: Store;
  /** The flow whose calls are listed. Default `forwarding`. */
  readonly flow?: 'forwarding' | 'taskrouter' | undefined;
  /** Phone numbers as `+14…42`. Default true. */
  readonly masked?: boolean | undefined;
  readonly clock?: Clock | undefined;
}

/** Yields every call the store remembers, in the order of their last change; page by page, however many there are. */
export async function* callLog(options: CallLogOptions): AsyncGenerator<LoggedCall> {
  const { store, flow = 'forwarding', masked = true } = options;
  const source = flow === 'forwarding' ? FORWARDED_CALLS : QUEUED_CALLS;
  const clock = options.clock ?? systemClock;
  const number = masked ? maskNumbers : (text: string) => text;
  let cursor: string | undefined;
  for (let more = true; more;) {
    const page = await readRows(store, source, cursor);
    ({ cursor, more } = page);
    const now = clock.now();
    for (const { row, expiresAt } of page.rows) {
      if (row === null) continue;
      if (expiresAt === null || expiresAt > now) yield logged(row, number);
    }
  }
}

function logged(row: CallRow, number: (text: string) => string): LoggedCall {
  const winner = row.legs.find(({ won }) => won);
  const waitedUntil = row.connectedAt ?? row.fallbackAt ?? row.endedAt;
  return {
    call: row.sid,
    startedAt: iso(row.startedAt),
    from: number(row.from),
    to: number(row.to),
    result: row.result ?? 'open',
    waitedSeconds: waitedUntil === null ? '' : Math.round((waitedUntil - row.startedAt) / 100) / 10,
    connectedAt: iso(row.connectedAt),
    endedAt: iso(row.endedAt),
    takenBy: winner === undefined || row.connectedAt === null ? '' : winner.name || number(winner.to),
    legs: row.legs.map((leg) => loggedLeg(leg, number)),
  };
}

function loggedLeg(leg: LegRow, number: (text: string) => string): LoggedLeg {
  return {
    name: leg.name,
    to: number(leg.to),
    result: leg.result ?? 'open',
    detail: number(leg.detail),
    answeredBy: leg.answeredBy ?? '',
    requestedAt: iso(leg.requestedAt),
    answeredAt: iso(leg.answeredAt),
    verdictAt: iso(leg.verdictAt),
    endedAt: iso(leg.endedAt),
  };
}

function iso(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}
