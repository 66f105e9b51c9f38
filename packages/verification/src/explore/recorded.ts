import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from '../root.js';

export interface Counts {
  readonly states: number;
  readonly transitions: number;
  /** Orders of events, as a float: there are more than a number holds exactly. */
  readonly orders: number;
}

const FILE = `${ROOT}docs/explored.json`;

/** Reads what docs/explored.json says of each world, by its name. */
export function readRecorded(): Readonly<Record<string, Counts>> {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Counts>;
}

export function writeRecorded(counts: Readonly<Record<string, Counts>>): void {
  writeFileSync(FILE, `${JSON.stringify(counts, undefined, 2)}\n`);
}
