// A part of a folder's changes, drawn by chance: the score of the whole within a few percent, in a fraction of the time.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { ROOT } from '../root.js';
import { SOURCE, type Folder } from './groups.js';

/** A change as Stryker reports it: lines and columns from 1. */
export interface Mutant {
  readonly location: { readonly start: Place; readonly end: Place };
  readonly mutatorName: string;
  readonly replacement?: string | undefined;
  readonly status: string;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** What was drawn: the places as Stryker's `--mutate` takes them, and the key of each change. */
export interface Sample {
  readonly places: readonly string[];
  readonly keys: readonly string[];
}

/** The part of Stryker's log that reading sources needs. */
const NO_LOG = {
  ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, () => undefined])),
  ...Object.fromEntries(
    ['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'].map((level) => [`is${level}Enabled`, () => false]),
  ),
} as unknown as ConstructorParameters<typeof Instrumenter>[0];

/** Emptied blocks: Stryker would also try every change within one, and tests nearly always notice them. */
const LEFT_OUT = ['BlockStatement'];

/** Draws about `percent` of the changes of a folder; the same code and seed draw the same. */
export async function draw({ files }: Folder, percent: number, seed: string): Promise<Sample> {
  const folder = files.replace(/\*\.ts$/, '');
  const sources = readdirSync(ROOT + folder)
    .filter((name) => SOURCE.test(name))
    .map((name) => ({ name: folder + name, mutate: true, content: readFileSync(ROOT + folder + name, 'utf8') }));
  const options = { plugins: null, excludedMutations: LEFT_OUT, ignorers: [] };
  const { mutants } = await new Instrumenter(NO_LOG).instrument(sources, options);
  const drawn = mutants
    .map(({ fileName, location: { start, end }, ...rest }) => {
      const lines = `${String(start.line + 1)}:${String(start.column)}-${String(end.line + 1)}:${String(end.column)}`;
      const location = { start: fromOne(start), end: fromOne(end) };
      return { place: `${fileName}:${lines}`, key: keyOf(fileName, { ...rest, location }) };
    })
    .filter(({ key }) => chance(`${seed} ${key}`) * 100 < percent);
  return { places: [...new Set(drawn.map(({ place }) => place))], keys: drawn.map(({ key }) => key) };
}

/** Names a change: Stryker also makes those within the place of one that was drawn. */
export function keyOf(
  path: string,
  { location: { start, end }, mutatorName, replacement }: Omit<Mutant, 'status'>,
): string {
  const place = [start.line, start.column, end.line, end.column].join(':');
  return `${path}:${place} ${mutatorName} ${String(replacement)}`;
}

/** Half the width of the interval that the true share is in, 95 times of 100 (Wilson), in percent. */
export function marginOf(noticed: number, of: number): number {
  if (of === 0) return 100;
  const [share, z] = [noticed / of, 1.96];
  return (100 * z * Math.sqrt((share * (1 - share)) / of + (z / (2 * of)) ** 2)) / (1 + z ** 2 / of);
}

function fromOne({ line, column }: Place): Place {
  return { line: line + 1, column: column + 1 };
}

/** A number from 0 to 1 that a text always gets. */
function chance(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
