// npm run explore: every order of the events of small calls. Exits with 1 on a violation, or when a world has become smaller
// than docs/explored.json says (after a change that is meant to change it: npm run explore -- --record).
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { PROVED_WORLDS } from './proved-worlds.mjs';

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

/** Events of two reservations that race each other. */
const RACING = ['accepted', 'rescinded', 'canceled', 'task.canceled', 'final'];

/** Two who hear who is calling, and a caller who stays. */
const TWO_IN_ASYNC = { legs: 2, ring: 'atOnce', amd: 'async', faults: 0, patient: true };

/** Requests for TwiML that come twice, and a room that ends under both. */
const ASKED_TWICE = { legs: 1, faults: 0, repeats: 1, roomEnds: 1 };

/** The longest first of each flow, so that two processors are busy to the end. */
const WORLDS = [
  { ...TWO_IN_ASYNC, answers: ['human'], from: 'greeted' },
  { ...TWO_IN_ASYNC, answers: ['human'], from: 'ringing', only: ['verdict'] },
  { legs: 2, ring: 'atOnce', faults: 0 },
  { legs: 2, ring: 'inOrder', faults: 1, deaf: true },
  { legs: 2, ring: 'inOrder', faults: 0 },
  { legs: 2, ring: 'atOnce', faults: 0, deaf: true },
  { legs: 1, faults: 0, slowRest: true },
  { legs: 2, ring: 'staggered', faults: 0 },
  { legs: 2, ring: 'staggered', faults: 0, deaf: true },
  { legs: 2, ring: 'inOrder', faults: 0, deaf: true },
  { legs: 1, faults: 1 },
  { ...ASKED_TWICE, answers: ['human'] },
  { ...ASKED_TWICE, amd: 'async', patient: true, answers: ['human', 'machine_start'] },
  { legs: 1, faults: 0, repeats: 1, fallback: 'voicemail', answers: ['machine_start'] },
  { legs: 1, amd: 'async', faults: 1 },
  { legs: 1, faults: 0 },
  { legs: 1, amd: 'async', faults: 0 },
  { legs: 1, amd: 'async', faults: 0, patient: true },
  { legs: 2, ring: 'atOnce', faults: 0, deaf: true, patient: true, answers: ['human'] },
  { legs: 2, ring: 'inOrder', faults: 0, deaf: true, patient: true, answers: ['human', 'machine_start'] },
  { ...TWO_IN_ASYNC, answers: ['human', 'machine_start'], from: 'greeted', only: ['verdict'], late: 'none' },
  { legs: 3, ring: 'atOnce', amd: 'async', faults: 0, answers: ['human', 'machine_start'] },
  { legs: 3, ring: 'atOnce', amd: 'async', faults: 0, answers: ['human'], patient: true },
  { reservations: 2, hears: RACING, answers: ['machine_start', 'human'], quietHeartbeats: true },
  { reservations: 2, atOnce: true, hears: RACING, answers: ['human'], quietHeartbeats: true },
  { reservations: 1, faults: 1 },
  { reservations: 2, hears: RACING, answers: ['human'], quietHeartbeats: true },
  { reservations: 1, amd: 'async' },
  { reservations: 1, amd: 'async', answers: ['human'] },
  { reservations: 1, amd: 'async', answers: ['human'], hears: RACING, quietHeartbeats: true },
  { reservations: 1 },
  { reservations: 1, quietHeartbeats: true },
  { rejections: 1, timeouts: 1, people: 1, faults: 1 },
  { rejections: 1, timeouts: 0, people: 0, switches: 2, faults: 1 },
  { rejections: 2, timeouts: 0, people: 0, switches: 1, faults: 0 },
  { rejections: 1, timeouts: 1, people: 0, switches: 1, faults: 1 },
  { rejections: 1, timeouts: 0, people: 0, switches: 1, faults: 1 },
  { rejections: 1, timeouts: 1, people: 1, faults: 0 },
];

/** By what it has in it: legs, reservations, or one worker. */
function modelOf({ forwardingWorld, tasksWorld, workerWorld }, options) {
  if ('legs' in options) return forwardingWorld(options);
  return 'reservations' in options ? tasksWorld(options) : workerWorld(options);
}

const MOST_WHEN_QUICK = 15_000_000;
/** Minutes more than another world of the same kind. */
const LARGE_OF_A_KIND = [
  '1 leg, 0 faults, async, a patient caller, 1 asked twice, a room that ends, human or machine_start',
];
const RECORD = fileURLToPath(new URL('../docs/explored.json', import.meta.url));
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    exact: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    equal: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    child: { type: 'string' },
    bundle: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else if (values.child !== undefined) await explorer(JSON.parse(values.child), values.bundle);
else await all();

async function explorer(options, from) {
  const testing = await import(from);
  const model = modelOf(testing, options);
  const onProgress = (states, transitions) => process.send({ progress: { states, transitions } });
  const result = testing.explore(model, { onProgress });
  process.send({ result });
}

async function all() {
  const from = await bundle('packages/explorer/src/index.ts');
  const testing = await import(from);
  const known = JSON.parse(readFileSync(RECORD, 'utf8'));
  const queue = WORLDS.map((options) => ({ options, name: modelOf(testing, options).name })).filter(
    ({ name }) =>
      (values.exact ? name === values.only : name.includes(values.only)) && !(values.quick && isLeftOut(known, name)),
  );
  if (queue.length === 0) {
    console.error(`No world's name contains "${values.only}".`);
    process.exit(2);
  }
  console.log(`${String(queue.length)} worlds, ${values.jobs} at a time; every 15 s each says how far it is.`);
  const counts = {};
  let failed = 0;
  const next = async () => {
    for (let world = queue.shift(); world !== undefined; world = queue.shift()) {
      const { result, seconds } = await run(world, from);
      const bad = wrong(result, known[world.name]);
      if (bad !== undefined) failed += 1;
      if (result !== undefined)
        counts[world.name] = { states: result.states, transitions: result.transitions, orders: result.orders };
      console.log(line(world.name, result, seconds, bad));
      if (result?.violation) console.log(`\n${result.violation.trace.join('\n')}\n\n${result.violation.test}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, next));
  if (values.record && failed === 0) {
    writeFileSync(RECORD, `${JSON.stringify({ ...known, ...counts }, undefined, 2)}\n`);
    console.log('written to docs/explored.json');
  }
  console.log(`${String(Object.keys(counts).length - failed)} passed, ${String(failed)} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

function isLeftOut(known, name) {
  const isLarge = known[name]?.transitions > MOST_WHEN_QUICK;
  return isLarge || Object.values(PROVED_WORLDS).flat().includes(name) || LARGE_OF_A_KIND.includes(name);
}

function run({ options, name }, from) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--max-old-space-size=12000',
        fileURLToPath(import.meta.url),
        '--child',
        JSON.stringify(options),
        '--bundle',
        from,
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    let result;
    let shown = 0;
    child.on('message', (message) => {
      if (message.result !== undefined) result = message.result;
      const now = performance.now();
      if (message.progress !== undefined && now - shown > 15_000) {
        shown = now;
        console.log(`  … ${name}: ${message.progress.states.toLocaleString('en')} states so far`);
      }
    });
    child.on('close', () => resolve({ result, seconds: (performance.now() - began) / 1000 }));
  });
}

function wrong(result, known) {
  if (result === undefined) return 'it crashed';
  if (result.violation !== null) return result.violation.what;
  if (!result.complete) return 'too many states: not explored to the end';
  if (values.record) return undefined;
  if (known === undefined) return values.equal ? 'not recorded in docs/explored.json' : undefined;
  const was = `${String(known.states)} states and ${String(known.transitions)} transitions`;
  if (result.states < known.states || result.transitions < known.transitions) return `smaller than it was: ${was}`;
  const isEqual = ['states', 'transitions', 'orders'].every((count) => result[count] === known[count]);
  return values.equal && !isEqual ? `not equal to what it was: ${was}` : undefined;
}

function line(name, result, seconds, bad) {
  const counts =
    result === undefined
      ? ''
      : ` · ${result.states.toLocaleString('en')} states · ${result.transitions.toLocaleString('en')} transitions · ${result.orders.toExponential(1)} orders`;
  return `${bad === undefined ? 'PASS' : 'FAIL'} ${name}${counts} · ${seconds.toFixed(0)} s${bad === undefined ? '' : ` · ${bad}`}`;
}
