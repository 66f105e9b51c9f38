import { onlyKnown } from '@amd/core/internal';
import { randomUUID } from 'node:crypto';
import { systemClock, type Clock, type EventParams } from '@amd/core';
import type { WorkersEvent, WorkersEvents } from '../../shared/worker-events.js';
import { short } from './call-row.js';

/** The newest TaskRouter events that this process received, for people to read. In memory only. */
export interface EventLog {
  /** For the endpoint's `onEvent`. */
  hear(event: EventParams): void;
  /** Returns the events after the one with this id; default: all that are kept. */
  since(id?: number): WorkersEvents;
  /** Calls `listener` with every event; returns a function that stops it. */
  on(listener: () => void): () => void;
}

/** How many events a log keeps. */
export interface EventLogOptions {
  /** How many are kept. Default 300. */
  readonly limit?: number | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** Creates the log. A workspace with many workers has very many events: only the newest are kept. */
export function createEventLog(options: EventLogOptions = {}): EventLog {
  onlyKnown(options, 'createEventLog', { limit: true, clock: true } satisfies Record<keyof EventLogOptions, true>);
  const { limit = 300, clock = systemClock } = options;
  const run = randomUUID();
  const listeners = new Set<() => void>();
  let events: WorkersEvent[] = [];
  let heard = 0;
  return {
    hear({ type, happenedAt, worker, call, taskReason }) {
      heard += 1;
      events.push({
        id: heard,
        at: happenedAt ?? clock.now(),
        type,
        worker: short(worker?.name ?? ''),
        caller: short(call?.from ?? ''),
        detail: short((type.startsWith('worker.') ? worker?.activityName : taskReason) ?? ''),
        call: call?.sid ?? null,
      });
      if (events.length >= 2 * limit) events = events.slice(-limit);
      for (const listener of listeners) listener();
    },
    since: (id = 0) => ({ run, events: events.filter((event) => event.id > id).slice(-limit) }),
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
