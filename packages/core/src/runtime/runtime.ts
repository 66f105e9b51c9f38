import type { FlowEvent } from '../kernel/flow.js';

/** An event without its time: the runtime adds it. */
export type Untimed<Event extends FlowEvent> = Event extends FlowEvent ? Omit<Event, 'at'> : never;

export interface Runtime<Event extends FlowEvent, Reply> {
  /**
   * One webhook: read, decide, one compare-and-set, reply. Effects run after the returned promise resolves.
   * @throws AmdError `ERR_STORE_CONFLICT`, `ERR_STATE_VERSION`, `ERR_STOPPED`, or what the store throws: nothing was written
   */
  handle(key: string, event: Untimed<Event>): Promise<Reply>;
  /** Does what is due now, and returns when it is done. */
  tick(): Promise<void>;
  /** Begins to do what is due, also what an earlier process left behind. */
  start(): void;
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>;
  /** Resolves when nothing is under way and nothing is due; for tests on a virtual clock. */
  idle(): Promise<void>;
}
