// npm run prove: the promises, measured. Everything runs in processes of its own, two at a time.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { PROVED_WORLDS } from './proved-worlds.mjs';

const HELP = `npm run prove -- [options]

Measures what is promised: every order of events, a death at every place, a bad network, every fault of Twilio's REST,
processes and databases that are killed, several nodes, timers. One line for each promise; exits with 1 if one falls short.
Needs redis-server and Chromium (apt-get install redis-server chromium). About thirteen minutes on two processors that have nothing else to do.

  --full        more of everything: all worlds of the explorer, 200 and 50 kills, 1,000 seeds, 30,000 calls (half an hour to an hour)
  --only TEXT   only the parts whose name contains TEXT, with their figures and no verdicts
  --seed N      other random calls and moments (default 1)
  --jobs N      processes at once (default 2)
  --json        the results as JSON, last
  --help        show this`;

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    child: { type: 'string' },
    from: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const ROOT = new URL('..', import.meta.url);
const SELF = fileURLToPath(import.meta.url);

if (values.help) console.log(HELP);
else if (values.child !== undefined) await part(values.child);
else await prove();

/** One part, in this process. */
async function part(name) {
  const { PARTS } = await import(values.from);
  const options = JSON.parse(process.env.PROVE_OPTIONS);
  let told = 0;
  const tell = (done, of) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    process.send({ progress: `${String(done)} of ${String(of)}` });
  };
  const facts = await PARTS[name]({ ...options, tell });
  process.send({ facts }, () => process.exit(0));
}

async function prove() {
  if (spawnable('redis-server') === false) {
    console.error('npm run prove needs redis-server: apt-get install redis-server');
    process.exit(2);
  }
  const began = performance.now();
  const from = await bundle('proof/index.ts', undefined, { native: true });
  const { PARTS, PROMISES, ELSEWHERE } = await import(from);
  const writers = {
    sqlite: await bundle('proof/sqlite-writer.ts', undefined, { native: true }),
    redis: await bundle('proof/redis-writer.ts', undefined, { native: true }),
  };
  const seeds = fileURLToPath(new URL('test/seeds/', ROOT));
  const options = { full: values.full, seed: Number(values.seed), writers, seeds, root: fileURLToPath(ROOT) };
  const recorded = Object.keys(JSON.parse(readFileSync(new URL('docs/explored.json', ROOT), 'utf8')));
  const worlds = values.full
    ? {
        forwarding: recorded.filter((name) => /\blegs?\b/.test(name)),
        queues: recorded.filter((name) => !/\blegs?\b/.test(name)),
      }
    : PROVED_WORLDS;
  const wanted = (name) => values.only === undefined || name.includes(values.only);
  const explored = { forwarding: [], queues: [] };
  const facts = new Map();
  const jobs = [
    ...Object.entries(worlds).flatMap(([flow, names]) =>
      names.map((name) => ({ name: `explore ${name}`, run: async () => explored[flow].push(await explore(name)) })),
    ),
    ...Object.keys(PARTS).map((name) => ({
      name,
      run: async () => facts.set(name, await inChild(name, from, options)),
    })),
  ].filter(({ name }) => wanted(name));
  if (jobs.length === 0) {
    console.error(`No part's name contains "${values.only}".`);
    process.exit(2);
  }
  // What measures real time runs alone: anything else would make it late.
  const isMeasuring = ({ name }) => ['timers', 'burst', 'storm', 'measured'].includes(name);
  const alone = jobs.filter(isMeasuring);
  const together = jobs.filter((job) => !isMeasuring(job));
  const of = jobs.length;
  let done = 0;
  const next = async (queue) => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const since = performance.now();
      console.log(`    … ${job.name}`);
      await job.run();
      done += 1;
      const found = facts.get(job.name);
      const figures =
        found === undefined
          ? ''
          : `: ${Object.entries(found.figures)
              .map(([name, value]) => `${name} ${round(value)}`)
              .join(', ')}`;
      console.log(`  ${String(done)}/${String(of)} ${job.name}${figures} · ${seconds(since)} s`);
      for (const problem of (found?.problems ?? []).slice(0, 5)) console.log(`      ${problem.slice(0, 600)}`);
    }
  };
  const first = alone.length === 0 ? '' : '; first what measures real time, by itself';
  console.log(
    `${String(of)} parts, ${values.jobs} at a time${first}. Each is named when it begins and when it is done.`,
  );
  await next(alone);
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, () => next(together)));
  if (values.only !== undefined) {
    const bad =
      [...facts.values()].reduce((sum, { problems }) => sum + problems.length, 0) +
      [...explored.forwarding, ...explored.queues].filter(({ ok }) => !ok).length;
    console.log(`\n${String(done)} parts, ${String(bad)} problems · ${seconds(began)} s`);
    process.exit(bad === 0 ? 0 : 1);
  }

  const results = {
    full: values.full,
    part: (name) => facts.get(name) ?? { figures: {}, problems: [`"${name}" did not run`] },
    explored: (flow) => total(explored[flow]),
  };
  console.log(`\n${machine()}${values.full ? ', full sizes' : ''}, seed ${values.seed}\n`);
  const verdicts = PROMISES.map(({ number, what, judge }) => ({ number, what, ...judge(results) }));
  for (const { number, what, figure, bar, ok } of verdicts) {
    console.log(`${ok ? 'ok         ' : 'falls short'} ${String(number).padStart(2)} ${what}: ${figure} (bar: ${bar})`);
  }
  console.log('\nThe other promises are checked elsewhere:');
  for (const [promises, command] of ELSEWHERE) console.log(`  ${command.padEnd(24)} ${promises}`);
  const short = verdicts.filter(({ ok }) => !ok).length;
  console.log(`\n${String(verdicts.length - short)} ok, ${String(short)} fall short · ${seconds(began)} s`);
  if (values.json)
    console.log(JSON.stringify({ at: new Date().toISOString(), machine: machine(), full: values.full, verdicts }));
  process.exit(short === 0 ? 0 : 1);
}

function inChild(name, from, options) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--max-old-space-size=6000', SELF, '--child', name, '--from', from], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, PROVE_OPTIONS: JSON.stringify(options) },
    });
    let facts = { figures: {}, problems: ['it ended before it was done'] };
    let shown = performance.now();
    child.on('message', (message) => {
      if (message.facts !== undefined) facts = message.facts;
      if (message.progress !== undefined && performance.now() - shown > 30_000) {
        shown = performance.now();
        console.log(`    … ${name}: ${message.progress}`);
      }
    });
    child.on('close', () => resolve(facts));
  });
}

/** One world, by the explorer's own program: it also compares with what was recorded. */
function explore(name) {
  return new Promise((resolve) => {
    const args = ['scripts/explore.mjs', '--only', name, '--exact', '--jobs', '1'];
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

function total(worlds) {
  const sum = (of) => worlds.reduce((all, one) => all + of(one), 0);
  return {
    worlds: worlds.length,
    states: sum(({ states }) => states),
    transitions: sum(({ transitions }) => transitions),
    orders: Math.max(0, ...worlds.map(({ orders }) => orders)),
    failed: worlds.filter(({ ok }) => !ok).length,
  };
}

function spawnable(program) {
  return process.env.PATH.split(':').some((folder) => {
    try {
      readFileSync(`${folder}/${program}`);
      return true;
    } catch {
      return false;
    }
  });
}

function machine() {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${String(availableParallelism())} processors (${cpus()[0]?.model.trim() ?? 'unknown'}), ${String(memory)} GiB, Node ${process.version}`;
}

function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(0);
}

function numberOf(text) {
  return Number(text.replaceAll(',', ''));
}

function round(value) {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(1);
}
