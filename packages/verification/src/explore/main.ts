// npm run explore: every order of the events of small calls. Exits with 1 on a violation, or if a world is smaller than
// docs/explored.json says (after an intended change: npm run explore -- --record).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { explore, type Exploration } from '@amd/explorer';
import { readOptions } from '../../../../scripts/options.mjs';
import { PROVED_WORLDS } from './proved-worlds.js';
import { readRecorded, writeRecorded, type Counts } from './recorded.js';
import { modelOf, WORLDS, type AnyWorldOptions } from './worlds.js';

const HELP = `npm run explore -- [options]

Explores every causal order of the events of small calls: what Twilio, people, the network and our own crashes may do,
with every notification heard at any time, again and again, or never.

  --only TEXT   only the worlds whose name contains TEXT
  --exact       … or is TEXT
  --quick       without the worlds that npm run prove explores, and without those that take minutes
  --jobs N      worlds at once (default 2)
  --equal       a world that has become larger fails as well: after a move that should change nothing
  --record      write the counts to docs/explored.json
  --help        show this`;

/** Transitions. */
const MOST_WHEN_QUICK = 6_000_000;
/** Minutes longer than another world of the same kind. */
const LARGE_OF_A_KIND = [
  '1 leg, 0 faults, async, the caller stays, 1 asked twice, a room that ends, human or machine_start',
];

interface NamedWorld {
  readonly name: string;
  readonly options: AnyWorldOptions;
}

/** A message of a child. */
interface Message {
  readonly progress?: { readonly states: number };
  readonly result?: Exploration;
}

const values = readOptions(HELP, {
  only: { type: 'string', default: '' },
  exact: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  jobs: { type: 'string', default: '2' },
  equal: { type: 'boolean', default: false },
  record: { type: 'boolean', default: false },
  child: { type: 'string' },
});

if (values.child === undefined) await exploreAll();
else exploreOne(JSON.parse(values.child) as AnyWorldOptions);

/** Explores one world, in this process. */
function exploreOne(options: AnyWorldOptions): void {
  const send = (message: Message): void => void process.send?.(message);
  const result = explore(modelOf(options), {
    onProgress: (states) => {
      send({ progress: { states } });
    },
  });
  send({ result });
}

async function exploreAll(): Promise<void> {
  const known = readRecorded();
  const queue = WORLDS.map((options) => ({ options, name: modelOf(options).name })).filter(
    ({ name }) =>
      (values.exact ? name === values.only : name.includes(values.only)) && !(values.quick && isLeftOut(known, name)),
  );
  if (queue.length === 0) {
    console.error(`No world's name contains "${values.only}".`);
    process.exit(2);
  }
  console.log(`${String(queue.length)} worlds, ${values.jobs} at a time; every 15 s each says how far it is.`);
  const counts: Record<string, Counts> = {};
  let failed = 0;
  const next = async (): Promise<void> => {
    for (let world = queue.shift(); world !== undefined; world = queue.shift()) {
      const { result, seconds } = await exploreInChild(world);
      const bad = wrong(result, known[world.name]);
      if (bad !== null) failed += 1;
      if (result !== undefined) {
        const { states, transitions, orders } = result;
        counts[world.name] = { states, transitions, orders };
      }
      console.log(line(world.name, result, seconds, bad));
      const violation = result?.violation ?? null;
      if (violation !== null) console.log(`\n${violation.trace.join('\n')}\n\n${violation.test}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, next));
  if (values.record && failed === 0) {
    writeRecorded({ ...known, ...counts });
    console.log('written to docs/explored.json');
  }
  console.log(`${String(Object.keys(counts).length - failed)} passed, ${String(failed)} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

function isLeftOut(known: Readonly<Record<string, Counts>>, name: string): boolean {
  const isLarge = (known[name]?.transitions ?? 0) > MOST_WHEN_QUICK;
  return isLarge || Object.values(PROVED_WORLDS).flat().includes(name) || LARGE_OF_A_KIND.includes(name);
}

function exploreInChild({ options, name }: NamedWorld): Promise<{ result: Exploration | undefined; seconds: number }> {
  const began = performance.now();
  return new Promise((resolve) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, ['--max-old-space-size=12000', self, '--child', JSON.stringify(options)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: Exploration | undefined;
    let shown = 0;
    child.on('message', (message: Message) => {
      if (message.result !== undefined) result = message.result;
      const now = performance.now();
      if (message.progress !== undefined && now - shown > 15_000) {
        shown = now;
        console.log(`  … ${name}: ${message.progress.states.toLocaleString('en')} states so far`);
      }
    });
    child.on('close', () => {
      resolve({ result, seconds: (performance.now() - began) / 1000 });
    });
  });
}

/** Returns what is wrong with it, or `null`. */
function wrong(result: Exploration | undefined, known: Counts | undefined): string | null {
  if (result === undefined) return 'it crashed';
  if (result.violation !== null) return result.violation.what;
  if (!result.complete) return 'too many states: not explored to the end';
  if (values.record) return null;
  if (known === undefined) return values.equal ? 'not recorded in docs/explored.json' : null;
  const was = `${String(known.states)} states and ${String(known.transitions)} transitions`;
  if (result.states < known.states || result.transitions < known.transitions) return `smaller than it was: ${was}`;
  const isEqual = (['states', 'transitions', 'orders'] as const).every((count) => result[count] === known[count]);
  return values.equal && !isEqual ? `not equal to what it was: ${was}` : null;
}

function line(name: string, result: Exploration | undefined, seconds: number, bad: string | null): string {
  const counts =
    result === undefined
      ? ''
      : ` · ${result.states.toLocaleString('en')} states · ${result.transitions.toLocaleString('en')} transitions · ${result.orders.toExponential(1)} orders`;
  return `${bad === null ? 'PASS' : 'FAIL'} ${name}${counts} · ${seconds.toFixed(0)} s${bad === null ? '' : ` · ${bad}`}`;
}
