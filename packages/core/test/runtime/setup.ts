import {
  createMemoryStore,
  createRuntime,
  decodeState,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type ForwardingEvent,
  type ForwardingState,
  type LogEntry,
  type Reply,
  type RuntimeOptions,
  type Store,
  type StoredRecord,
  type Untimed,
} from '@amd/core';
import { events, type ManualClock, manualClock, NUMBERS, type Recorder, recorder, sids } from '@amd/core/testing';

export const KEY = `forwarding:${sids.call(0)}`;

export type Options = RuntimeOptions<ForwardingState, ForwardingEvent, Reply, typeof DEFAULT_FORWARDING_CONFIG>;

/** A runtime of the forwarding flow on a clock that stands still; nothing happens by itself. */
export function setup(change: Omit<Partial<Options>, 'clock'> & { clock?: ManualClock } = {}) {
  const clock = change.clock ?? manualClock();
  const store = change.store ?? createMemoryStore();
  const execute = change.execute ?? recorder();
  const log: LogEntry[] = [];
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    random: () => 0,
    pollMs: null,
    log: (entry) => log.push(entry),
    ...change,
    clock,
    store,
    execute,
  });
  const read = (): Promise<StoredRecord | undefined> => store.read(KEY, clock.now());
  const state = async (): Promise<ForwardingState> => {
    const record = await read();
    return record === undefined ? { kind: 'nothing' } : decodeState(forwarding, KEY, record.data).state;
  };
  return { clock, store, runtime, log, execute: execute as Recorder, read, state };
}

export function untimed<Event extends ForwardingEvent>(event: Event): Untimed<Event> {
  const { at: _, ...rest } = event;
  return rest as unknown as Untimed<Event>;
}

export const inbound = untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ben] } }));

/** Wraps a store so that its methods can be replaced. */
export function around(store: Store, change: Partial<Store>): Store {
  return {
    read: (...a) => store.read(...a),
    commit: (...a) => store.commit(...a),
    claim: (...a) => store.claim(...a),
    settle: (...a) => store.settle(...a),
    list: (...a) => store.list(...a),
    ...change,
  };
}
