import { AmdError } from '../kernel/errors.js';
import type { EpochMs, Flow } from '../kernel/flow.js';

/** A state as it is stored: with its schema and the time of the last event, below which time never falls back. */
export interface Envelope<State> {
  readonly state: State;
  readonly at: EpochMs;
}

interface Wire {
  readonly v: number;
  readonly at: EpochMs;
  readonly state: unknown;
}

/** The part of a flow that says how its states are serialised. */
export type Format<State> = Pick<Flow<State, never, unknown, unknown, never>, 'name' | 'schema' | 'write' | 'read'>;

/** Writes a state as the text that a store keeps, with the version of its format. `decodeState` reads it. */
export function encodeState<State>(
  { schema, write = (one) => JSON.stringify(one) }: Pick<Format<State>, 'schema' | 'write'>,
  { state, at }: Envelope<State>,
  texts = new WeakMap<object, string>(),
): string {
  // `join` makes one flat string; concatenation would keep a tree of all its parts alive.
  return ['{"v":', String(schema), ',"at":', String(at), ',"state":', write(state, texts), '}'].join('');
}

/**
 * Reads a stored state.
 * @throws AmdError `ERR_STATE_VERSION` when the record was written by another version: it is left alone
 * @throws AmdError `ERR_STORE_CORRUPT` when it is not a record of ours
 */
export function decodeState<State>(flow: Format<State>, key: string, data: string): Envelope<State> {
  const wire = parse(key, data);
  if (wire.v !== flow.schema) {
    throw new AmdError(
      'ERR_STATE_VERSION',
      `record "${key}" has schema ${String(wire.v)}, this process reads ${flow.name} of schema ${String(flow.schema)}; it is left alone`,
    );
  }
  return { at: wire.at, state: read(flow, key, wire.state) };
}

function read<State>({ name, read: understand }: Format<State>, key: string, data: unknown): State {
  if (understand === undefined) return data as State;
  try {
    return understand(data);
  } catch (cause) {
    throw new AmdError('ERR_STORE_CORRUPT', `record "${key}" has no state of ${name}`, { cause });
  }
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
