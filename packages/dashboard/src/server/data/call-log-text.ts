import type { LoggedCall } from './call-log.js';

const COLUMNS = [
  'call',
  'startedAt',
  'from',
  'to',
  'result',
  'waitedSeconds',
  'connectedAt',
  'endedAt',
  'takenBy',
] as const satisfies readonly (keyof LoggedCall)[];

/** Writes a JSON array, one call a line. */
export async function* toJson(calls: AsyncIterable<LoggedCall>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const call of calls) {
    yield before + JSON.stringify(call);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** Writes RFC 4180 with a header; the legs in one column, as in `Ann: answered machine_start; Ben: bridged`. */
export async function* toCsv(calls: AsyncIterable<LoggedCall>): AsyncGenerator<string> {
  yield `${[...COLUMNS, 'legs'].join(',')}\r\n`;
  for await (const call of calls) {
    const legs = call.legs
      .map(({ name, to, result, detail }) => `${name || to}: ${result} ${detail}`.trim())
      .join('; ');
    yield `${[...COLUMNS.map((column) => String(call[column])), legs].map(field).join(',')}\r\n`;
  }
}

/**
 * Formats a field. A spreadsheet runs text that begins with = + - @ or a control character as a formula, and callers choose their
 * name and number; an apostrophe in front makes it text. A plain phone number is harmless and stays unchanged.
 */
function field(value: string): string {
  const text = /^[=+\-@\t\r\n]/.test(value) && !/^\+[0-9…]+$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
