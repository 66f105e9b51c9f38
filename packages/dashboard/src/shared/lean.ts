import type { CallRow, Keyed, LegRow, Update } from './protocol.js';

/** What most legs and calls have in common is not sent with each change; both sides know it. Of a leg: nothing has happened yet. */
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
  result: null,
  heldAt: null,
  claimedAt: null,
  connectedAt: null,
  fallbackAt: null,
  endedAt: null,
  messageSeconds: null,
  final: false,
} as const satisfies Partial<CallRow>;

/** An update as it is sent. */
export function leanUpdate<Row extends Keyed, Figures>(update: Update<Row, Figures>): Update<Row, Figures> {
  return { ...update, rows: update.rows.map((row) => (isCall(row) ? (leanCall(row) as unknown as Row) : row)) };
}

/** The update that was sent. */
export function wholeUpdate<Row extends Keyed, Figures>(update: Update<Row, Figures>): Update<Row, Figures> {
  return { ...update, rows: update.rows.map((row) => (isCall(row) ? (wholeCall(row) as unknown as Row) : row)) };
}

function isCall(row: Keyed): row is CallRow {
  return 'kind' in row && row.kind === 'call' && 'legs' in row;
}

function leanCall(row: CallRow): Partial<CallRow> {
  const { legs, ...own } = row;
  return { ...unusual(own, USUAL_CALL), legs: legs.map((leg) => unusual(leg, USUAL_LEG) as LegRow) };
}

function wholeCall(row: CallRow): CallRow {
  return { ...USUAL_CALL, ...row, legs: row.legs.map((leg) => ({ ...USUAL_LEG, ...leg })) };
}

function unusual<Value extends object>(value: Value, usual: Readonly<Record<string, unknown>>): Partial<Value> {
  const sent: Record<string, unknown> = {};
  for (const [name, own] of Object.entries(value)) {
    if (!Object.hasOwn(usual, name) || own !== usual[name]) sent[name] = own;
  }
  return sent as Partial<Value>;
}
