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

/** A JSON array, one call a line. */
export async function* toJson(calls: AsyncIterable<LoggedCall>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const call of calls) {
    yield before + JSON.stringify(call);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** RFC 4180, with a header; the legs in one column, as in `Ann: answered machine_start; Ben: bridged`. */
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
 * A spreadsheet runs what begins with = + - @ or a control character as a formula, and a caller chooses their name and
 * number; an apostrophe before it makes it text. A plain phone number runs nothing and stays as it is.
 */
function field(value: string): string {
  const text = /^[=+\-@\t\r\n]/.test(value) && !/^\+[0-9…]+$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
