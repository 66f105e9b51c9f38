// npm run prove: the promises, measured. Everything runs in processes of its own, two at a time.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../../../../scripts/options.mjs';
import { PROVED_WORLDS } from '../explore/proved-worlds.js';
import { readRecorded } from '../explore/recorded.js';
import { ROOT } from '../root.js';
import type { Facts, PartOptions } from './facts.js';
import { FULL_PARTS, PARTS } from './parts.js';
import { ELSEWHERE, PROMISES, type Explored } from './promises.js';

const HELP = `npm run prove -- [options]

Measures what is promised: every order of events, a death at every place, a bad network, every fault of Twilio's REST,
processes and databases that are killed, several nodes, timers. One line for each promise; exits with 1 if one falls short.
Needs redis-server and Chromium (apt-get install redis-server chromium). About thirteen minutes on two processors that have nothing else to do.

  --full        more of everything: all worlds of the explorer, 200 and 50 kills, 1,000 seeds, 30,000 calls (half an hour to an hour);
                and what builds or installs first: the release before beside this one, hosts from npm
  --only TEXT   only the parts whose name contains TEXT, with their figures and no verdicts
  --previous C  the release before this one, as a commit (default: the newest tag of a release, else a recorded commit)
  --seed N      other random calls and moments (default 1)
  --jobs N      processes at once (default 2)
  --json        the results as JSON, last
  --help        show this`;

const values = readOptions(HELP, {
  full: { type: 'boolean', default: false },
  only: { type: 'string' },
  previous: { type: 'string' },
  seed: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '2' },
  json: { type: 'boolean', default: false },
  child: { type: 'string' },
});
/** What measures real time runs alone: anything else would delay it. */
const ALONE = ['timers', 'burst', 'storm', 'measured'];

type Flow = 'forwarding' | 'queues';

interface ExploredWorld {
  readonly states: number;
  readonly transitions: number;
  readonly orders: number;
  readonly ok: boolean;
}

interface Job {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** A message of a child. */
interface Message {
  readonly progress?: string;
  readonly facts?: Facts;
}

if (values.child === undefined) await prove();
else await part(values.child);

/** Runs one part, in this process. */
async function part(name: string): Promise<void> {
  const options = JSON.parse(process.env['PROVE_OPTIONS'] ?? '') as Omit<PartOptions, 'tell'>;
  const send = (message: Message, sent: () => void = () => undefined): void => void process.send?.(message, sent);
  let told = 0;
  const tell = (done: number, of: number): void => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    send({ progress: `${String(done)} of ${String(of)}` });
  };
  const facts = await { ...PARTS, ...FULL_PARTS }[name]?.({ ...options, tell });
  if (facts === undefined) throw new Error(`there is no part "${name}"`);
  send({ facts }, () => process.exit(0));
}

async function prove(): Promise<void> {
  if (!isInstalled('redis-server')) {
    console.error('npm run prove needs redis-server: apt-get install redis-server');
    process.exit(2);
  }
  const began = performance.now();
  const options: Omit<PartOptions, 'tell'> = {
    full: values.full,
    seed: Number(values.seed),
    writers: { sqlite: bundled('sqlite-writer'), redis: bundled('redis-writer') },
    seeds: `${ROOT}packages/verification/test/seeds/`,
    root: ROOT,
    previous: values.previous ?? null,
  };
  const partsToRun = values.full || values.only !== undefined ? { ...PARTS, ...FULL_PARTS } : PARTS;
  const explored: Record<Flow, ExploredWorld[]> = { forwarding: [], queues: [] };
  const facts = new Map<string, Facts>();
  const jobs: readonly Job[] = [
    ...worldsOf('forwarding').map((name) => ({
      name: `explore ${name}`,
      run: async () => explored.forwarding.push(await explore(name)),
    })),
    ...worldsOf('queues').map((name) => ({
      name: `explore ${name}`,
      run: async () => explored.queues.push(await explore(name)),
    })),
    ...Object.keys(partsToRun).map((name) => ({
      name,
      run: async () => facts.set(name, await inChild(name, options)),
    })),
  ].filter(({ name }) => values.only === undefined || name.includes(values.only));
  if (jobs.length === 0) {
    console.error(`No part's name contains "${String(values.only)}".`);
    process.exit(2);
  }
  const alone = jobs.filter(({ name }) => ALONE.includes(name));
  const together = jobs.filter(({ name }) => !ALONE.includes(name));
  let done = 0;
  const next = async (queue: Job[]): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const since = performance.now();
      console.log(`    … ${job.name}`);
      await job.run();
      done += 1;
      const found = facts.get(job.name);
      const figures = Object.entries(found?.figures ?? {}).map(([name, value]) => `${name} ${visit(value)}`);
      const shown = found === undefined ? '' : `: ${figures.join(', ')}`;
      console.log(`  ${String(done)}/${String(jobs.length)} ${job.name}${shown} · ${seconds(since)} s`);
      if (found?.leftOut !== undefined) console.log(`      LEFT OUT: ${found.leftOut}`);
      for (const problem of (found?.problems ?? []).slice(0, 5)) console.log(`      ${problem.slice(0, 600)}`);
    }
  };
  const first = alone.length === 0 ? '' : '; first what measures real time, by itself';
  console.log(
    `${String(jobs.length)} parts, ${values.jobs} at a time${first}. Each is named when it begins and when it is done.`,
  );
  await next(alone);
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, () => next(together)));
  if (values.only !== undefined) {
    const bad =
      [...facts.values()].reduce((sum, { problems }) => sum + problems.length, 0) +
      [...explored.forwarding, ...explored.queues].filter(({ ok }) => !ok).length;
    const out = [...facts.values()].filter(({ leftOut }) => leftOut !== undefined).length;
    const left = out === 0 ? '' : `, ${String(out)} left out`;
    console.log(`\n${String(done)} parts, ${String(bad)} problems${left} · ${seconds(began)} s`);
    process.exit(bad === 0 ? 0 : 1);
  }
  process.exit(
    report(facts, { forwarding: total(explored.forwarding), queues: total(explored.queues) }, began) ? 0 : 1,
  );
}

/** Prints a line for each promise; returns whether all are kept. */
function report(facts: ReadonlyMap<string, Facts>, explored: Readonly<Record<Flow, Explored>>, began: number): boolean {
  const results = {
    full: values.full,
    part: (name: string) => facts.get(name) ?? { figures: {}, problems: [`"${name}" did not run`] },
    explored: (flow: Flow) => explored[flow],
  };
  console.log(`\n${machine()}${values.full ? ', full sizes' : ''}, seed ${values.seed}\n`);
  const verdicts = PROMISES.filter((one) => values.full || one.full !== true).map(({ keeps, what, judge }) => ({
    keeps,
    what,
    ...judge(results),
  }));
  for (const { keeps, what, figure, bar, ok, leftOut } of verdicts) {
    const kept = leftOut === true ? 'LEFT OUT   ' : ok ? 'ok         ' : 'falls short';
    console.log(`${kept} ${keeps.padEnd(6)} ${what}: ${figure} (bar: ${bar})`);
  }
  console.log('\nThe other promises are checked elsewhere:');
  for (const [promises, command] of ELSEWHERE) console.log(`  ${command.padEnd(24)} ${promises}`);
  const out = verdicts.filter(({ leftOut }) => leftOut === true).length;
  const short = verdicts.filter(({ ok }) => !ok).length - out;
  const left = out === 0 ? '' : `, ${String(out)} left out: they were not tried`;
  console.log(
    `\n${String(verdicts.length - short - out)} ok, ${String(short)} fall short${left} · ${seconds(began)} s`,
  );
  if (values.json) {
    console.log(JSON.stringify({ at: new Date().toISOString(), machine: machine(), full: values.full, verdicts }));
  }
  return short === 0;
}

function worldsOf(flow: Flow): readonly string[] {
  if (!values.full) return PROVED_WORLDS[flow];
  return Object.keys(readRecorded()).filter((name) => /\blegs?\b/.test(name) === (flow === 'forwarding'));
}

function inChild(name: string, options: Omit<PartOptions, 'tell'>): Promise<Facts> {
  return new Promise((resolve) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, ['--max-old-space-size=6000', self, '--child', name], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, PROVE_OPTIONS: JSON.stringify(options) },
    });
    let facts: Facts = { figures: {}, problems: ['it ended before it was done'] };
    let shown = performance.now();
    child.on('message', (message: Message) => {
      if (message.facts !== undefined) facts = message.facts;
      if (message.progress !== undefined && performance.now() - shown > 30_000) {
        shown = performance.now();
        console.log(`    … ${name}: ${message.progress}`);
      }
    });
    child.on('close', () => {
      resolve(facts);
    });
  });
}

/** Explores one world, by the explorer's own program, which also compares with what was recorded. */
function explore(name: string): Promise<ExploredWorld> {
  return new Promise((resolve) => {
    const args = ['scripts/run.mjs', 'explore', '--only', name, '--exact', '--jobs', '1'];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    child.on('close', (code) => {
      const [, states = '0', transitions = '0', orders = '0'] =
        / · ([\d,]+) states · ([\d,]+) transitions · ([\d.e+]+) orders/.exec(said) ?? [];
      if (code !== 0) console.log(said);
      resolve({ states: numberOf(states), transitions: numberOf(transitions), orders: Number(orders), ok: code === 0 });
    });
  });
}

function total(worlds: readonly ExploredWorld[]): Explored {
  const sum = (of: (world: ExploredWorld) => number): number => worlds.reduce((all, one) => all + of(one), 0);
  return {
    worlds: worlds.length,
    states: sum(({ states }) => states),
    transitions: sum(({ transitions }) => transitions),
    orders: Math.max(0, ...worlds.map(({ orders }) => orders)),
    failed: worlds.filter(({ ok }) => !ok).length,
  };
}

/** Returns the URL of a program that is bundled with this one. */
function bundled(name: string): string {
  return new URL(`./${name}.mjs`, import.meta.url).href;
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${String(availableParallelism())} processors (${cpus()[0]?.model.trim() ?? 'unknown'}), ${String(memory)} GiB, Node ${process.version}`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

function visit(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(1);
}
