import type { CallRow, Keyed, LegRow, Update } from './protocol.js';

/**
 * Values that most legs and calls have in common are not sent with each change; both sides know them. For a leg: nothing has
 * happened yet.
 */
export const USUAL_LEG = {
  answeredBy: null,
  result: null,
  detail: '',
  won: false,
  reservation: null,
  queuedMs: null,
  ringingAt: null,
  answeredAt: null,
  greetedAt: null,
  verdictAt: null,
  keyAt: null,
  screened: false,
  joinedAt: null,
  endedAt: null,
} as const satisfies Partial<LegRow>;

const USUAL_CALL = {
  kind: 'call',
  result: null,
  messageSeconds: null,
  final: false,
} as const satisfies Partial<CallRow>;

/** Returns the values not sent for the leg at this place, including no name, and its number. */
function unsentLeg(index: number): Partial<LegRow> {
  return { ...USUAL_LEG, name: '', id: index + 1 };
}

/** Sent as a list: how many ms after the call began each of these came, without names and without trailing missing ones. */
const CALL_TIMES = ['heldAt', 'wonAt', 'connectedAt', 'fallbackAt', 'endedAt'] as const;
const LEG_TIMES = [
  'requestedAt',
  'ringingAt',
  'answeredAt',
  'greetedAt',
  'verdictAt',
  'keyAt',
  'joinedAt',
  'endedAt',
] as const;

type Times = readonly (number | null)[];

/** Converts an update to its sent form. */
export function leanUpdate<Row extends Keyed, Figures>(update: Update<Row, Figures>): Update<Row, Figures> {
  return { ...update, rows: update.rows.map((row) => (isCall(row) ? (leanCall(row) as unknown as Row) : row)) };
}

/** Restores the update from its sent form. */
export function wholeUpdate<Row extends Keyed, Figures>(update: Update<Row, Figures>): Update<Row, Figures> {
  return { ...update, rows: update.rows.map((row) => (isLean(row) ? (wholeCall(row) as unknown as Row) : row)) };
}

type LeanLeg = Partial<LegRow> & { readonly times: Times };
type LeanCall = Partial<Omit<CallRow, 'legs' | 'startedAt'>> &
  Pick<CallRow, 'startedAt'> & { readonly times: Times; readonly legs: readonly LeanLeg[] };

function isCall(row: Keyed): row is CallRow {
  return 'kind' in row && row.kind === 'call' && 'legs' in row;
}

function isLean(row: Keyed): row is Keyed & LeanCall {
  return 'times' in row && 'legs' in row;
}

function leanCall({ legs, ...call }: CallRow): LeanCall {
  const { startedAt } = call;
  return {
    ...unusual(call, USUAL_CALL, CALL_TIMES),
    startedAt,
    times: listed(call, CALL_TIMES, startedAt),
    legs: legs.map((leg, index) => ({
      ...unusual(leg, unsentLeg(index), LEG_TIMES),
      times: listed(leg, LEG_TIMES, startedAt),
    })),
  };
}

function wholeCall({ times, legs, ...call }: Keyed & LeanCall): object {
  const { startedAt } = call;
  return {
    ...USUAL_CALL,
    ...call,
    ...named(times, CALL_TIMES, startedAt),
    legs: legs.map(({ times: ofLeg, ...leg }, index) => ({
      ...unsentLeg(index),
      ...leg,
      ...named(ofLeg, LEG_TIMES, startedAt),
    })),
  };
}

function listed<Name extends string>(
  row: Readonly<Record<Name, number | null>>,
  names: readonly Name[],
  since: number,
): Times {
  const times = names.map((name) => (row[name] === null ? null : row[name] - since));
  while (times.at(-1) === null) times.pop();
  return times;
}

function named<Name extends string>(times: Times, names: readonly Name[], since: number): Record<Name, number | null> {
  return Object.fromEntries(
    names.map((name, index) => {
      const ms = times[index] ?? null;
      return [name, ms === null ? null : ms + since];
    }),
  ) as Record<Name, number | null>;
}

function unusual<Value extends object>(
  value: Value,
  usual: Readonly<Record<string, unknown>>,
  without: readonly string[],
): Partial<Value> {
  const all = value as Readonly<Record<string, unknown>>;
  const sent: Record<string, unknown> = {};
  for (const name in all) {
    const own = all[name];
    if ((!Object.hasOwn(usual, name) || own !== usual[name]) && !without.includes(name)) sent[name] = own;
  }
  return sent as Partial<Value>;
}
