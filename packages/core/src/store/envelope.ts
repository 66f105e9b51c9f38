import { AmdError } from '../kernel/errors.js';
import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';

/** A state as it is stored: with its schema, and the time of the last event, below which time never falls back. */
export interface Envelope<State> {
  readonly state: State;
  readonly at: EpochMs;
}

interface Wire {
  readonly v: number;
  readonly at: EpochMs;
  readonly state: unknown;
}

export function encodeState(schema: number, envelope: Envelope<unknown>): string {
  return JSON.stringify({ v: schema, at: envelope.at, state: envelope.state } satisfies Wire);
}

/**
 * @throws AmdError `ERR_STATE_VERSION` when the record is newer than this process: it is left alone
 * @throws AmdError `ERR_STORE_CORRUPT` when it is not a record of ours
 */
export function decodeState<State, Event extends FlowEvent, Effect, Reply, Config>(
  flow: Flow<State, Event, Effect, Reply, Config>,
  key: string,
  data: string,
): Envelope<State> {
  const wire = parse(key, data);
  if (wire.v > flow.schema) {
    throw new AmdError(
      'ERR_STATE_VERSION',
      `record "${key}" has schema ${String(wire.v)}, this process knows ${flow.name} up to ${String(flow.schema)}; it is left alone`,
    );
  }
  return { at: wire.at, state: wire.v === flow.schema ? (wire.state as State) : flow.migrate(wire.state, wire.v) };
}

function parse(key: string, data: string): Wire {
  try {
    const wire = JSON.parse(data) as Partial<Wire> | null;
    if (typeof wire?.v === 'number' && typeof wire.at === 'number') return wire as Wire;
  } catch (cause) {
    throw new AmdError('ERR_STORE_CORRUPT', `record "${key}" is not JSON`, { cause });
  }
  throw new AmdError('ERR_STORE_CORRUPT', `record "${key}" has no schema or time`);
}
