// npm run trace -- "verdict human async": the files and functions that one event of a call runs through, in the flows and below.
import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_FORWARDING_CONFIG, forwarding, type ForwardingState } from '@amd/core';
import { SCENARIOS, type TraceScenario } from './scenarios.js';

const HELP = `npm run trace -- [name] [options]

Plays one event of a call and prints the files and functions that ran for it, as V8 counts them: packages/core alone.

${Object.keys(SCENARIOS)
  .map((name) => `  ${JSON.stringify(name)}`)
  .join('\n')}

  --table   all of them in numbers: files and functions (the rows of docs/how-it-works.md)
  --help    show this`;

const { values, positionals } = parseArgs({
  options: { table: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const wanted = positionals.join(' ');

const SELF = fileURLToPath(import.meta.url);
const BUNDLE = readFileSync(SELF, 'utf8');
/** Where each module begins in this bundle: esbuild writes its path before it. */
const MODULES = [...BUNDLE.matchAll(/^\/\/ (\S+\.ts)$/gm)].map(({ index, 1: path = '' }) => ({ index, path }));

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

if (values.table) {
  console.log('| event | files | functions |\n| --- | --- | --- |');
  for (const [scenario, played] of Object.entries(SCENARIOS)) {
    const ran = await trace(played);
    const functions = [...ran.values()].reduce((sum, names) => sum + names.length, 0);
    console.log(`| ${scenario} | ${String(ran.size)} | ${String(functions)} |`);
  }
} else {
  const scenario = SCENARIOS[wanted];
  if (scenario === undefined) {
    console.error(`There is no event "${wanted}".\n\n${HELP}`);
    process.exit(2);
  }
  for (const [file, names] of await trace(scenario)) console.log(`${file}\n    ${names.join(', ')}`);
}

/** Returns the functions of core that ran for the events, by file. */
async function trace({ before, events }: TraceScenario): Promise<ReadonlyMap<string, readonly string[]>> {
  let state: ForwardingState = forwarding.initial();
  const play = (all: TraceScenario['events']): void => {
    for (const event of all) ({ state } = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG));
  };
  play(before);
  await session.post('Profiler.takePreciseCoverage');
  play(events);
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ran = result.find(({ url }) => url === import.meta.url)?.functions ?? [];
  const files = new Map<string, string[]>();
  for (const { file, name: called } of ran.flatMap(placed)) files.set(file, [...(files.get(file) ?? []), called]);
  return new Map([...files].sort(([a], [b]) => a.localeCompare(b)));
}

/** Returns where a function is defined, if it ran, has a name and belongs to core's flows or below. */
function placed({
  functionName,
  ranges,
}: Profiler.FunctionCoverage): { readonly file: string; readonly name: string }[] {
  const [{ startOffset, count } = { startOffset: 0, count: 0 }] = ranges;
  const file = MODULES.filter(({ index }) => index <= startOffset).at(-1)?.path ?? '';
  const inside = /^packages\/core\/src\/((?:flows|wire|kernel)\/.*)$/.exec(file)?.[1];
  return count > 0 && functionName !== '' && inside !== undefined ? [{ file: inside, name: functionName }] : [];
}
