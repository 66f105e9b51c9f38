// npm run planted-bugs: plants one bug after the other in a copy of the sources, and shows what catches it.
// Exits with 1 if one goes unnoticed, or if its place in the code has moved.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPY = join(ROOT, '.planted');
const SRC = 'packages/core/src/';

/** `by`: `explorer`, or the tests to run. */
const BUGS = [
  {
    name: 'hang up a leg in detection with `canceled`',
    file: 'executor/twilio-executor.ts',
    from: "update({ status: 'completed' })",
    to: "update({ status: 'canceled' as 'completed' })",
    by: ['packages/core/test/executor'],
  },
  {
    name: 'claim without compare-and-set',
    file: 'store/memory.ts',
    from: 'if (actual !== expected)',
    to: 'if (actual < 0)',
    by: ['packages/core/test/store'],
  },
  {
    name: 're-send a create whose first try may have reached Twilio',
    file: 'runtime/performer.ts',
    from: "effect.type === 'call.create' && claim.attempt > 1",
    to: "effect.type === 'call.create' && claim.attempt > 9",
    by: ['packages/core/test/runtime'],
  },
  {
    name: 'forget the outbox after a crash',
    file: 'store/memory.ts',
    from: 'task.claimableAt = now + leaseMs;',
    to: 'task.claimableAt = Number.MAX_SAFE_INTEGER;',
    by: ['packages/core/test/runtime', 'packages/core/test/store'],
  },
  {
    name: 'redirect after a key',
    file: 'flows/leg/requests.ts',
    from: "event.digits !== '') accept(w, leg);",
    to: "event.digits !== '') { accept(w, leg); fetchNotice(w, leg); }",
    also: ['import { adopt, appeared,', 'import { adopt, appeared, fetchNotice,'],
    by: 'explorer',
  },
  {
    name: 'end a loser in detection',
    file: 'flows/forwarding/legs.ts',
    from: 'if (isUnanswered(other.phase)) endLeg(w, other);',
    to: "if (isUnanswered(other.phase) || other.phase === 'detecting') endLeg(w, other);",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'ignore `completed` before TwiML',
    file: 'flows/leg/requests.ts',
    from: '      legEnded(w, leg, resultOf(status, event.answeredBy, event.sipCode));',
    to: "      if (leg.phase !== 'detecting') legEnded(w, leg, resultOf(status, event.answeredBy, event.sipCode));",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'drop a timer',
    file: 'flows/timers.ts',
    from: "    if (before[timer] !== dueAt) effects.push({ type: 'timer.start'",
    to: "    if (before[timer] !== dueAt && !timer.startsWith('leg')) effects.push({ type: 'timer.start'",
    by: 'explorer',
  },
  {
    name: 'trust `in-progress` as human',
    file: 'flows/leg/requests.ts',
    from: "    case 'in-progress':\n      pickedUp(w, leg);",
    to: "    case 'in-progress':\n      pickedUp(w, leg);\n      if (leg.phase === 'detecting') accept(w, leg);",
    by: 'explorer',
  },
  {
    name: 'take `machine_start` for a human',
    file: 'flows/leg/policy.ts',
    from: "machine_start: 'hang up',",
    to: "machine_start: 'bridge',",
    by: 'explorer',
  },
  {
    name: 'forget a leg whose caller left',
    file: 'flows/forwarding/legs.ts',
    from: "if (isUnanswered(leg.phase) || leg.phase === 'detecting') endLeg(w, leg);\n    else if (leg.phase === 'confirming') tell(w, leg, 'callerGone');",
    to: "if (leg.phase === 'detecting') endLeg(w, leg);\n    else if (leg.phase === 'confirming') tell(w, leg, 'callerGone');",
    by: 'explorer',
  },
];

let unnoticed = 0;
for (const [index, bug] of BUGS.entries()) {
  const caught = tryOut(bug);
  if (caught === undefined) unnoticed += 1;
  console.log(
    `${caught === undefined ? 'FAIL' : 'PASS'} ${String(index + 1)} ${bug.name} → ${caught ?? 'not noticed'}`,
  );
}
rmSync(COPY, { recursive: true, force: true });
console.log(`${String(BUGS.length - unnoticed)} passed, ${String(unnoticed)} failed`);
process.exit(unnoticed === 0 ? 0 : 1);

function tryOut({ file, from, to, also, by }) {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(join(COPY, 'packages'), { recursive: true });
  for (const path of [
    'packages/core',
    'packages/simulator',
    'scripts',
    'docs',
    'vitest.config.ts',
    'tsconfig.json',
    'package.json',
  ]) {
    cpSync(join(ROOT, path), join(COPY, path), {
      recursive: true,
      filter: (source) => !/node_modules|dist$/.test(source),
    });
  }
  const path = join(COPY, SRC, file);
  let text = readFileSync(path, 'utf8');
  for (const [old, planted] of [[from, to], ...(also === undefined ? [] : [also])]) {
    if (!text.includes(old)) return void console.log(`  ${file} no longer has: ${old}`);
    text = text.replace(old, () => planted);
  }
  writeFileSync(path, text);
  return by === 'explorer' ? explorer() : tests(by);
}

function explorer() {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['scripts/explore.mjs', '--only', '1 leg, 0 faults', '--jobs', '1'],
    {
      cwd: COPY,
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  const found = /^FAIL .* · (P\d.*)$/m.exec(stdout);
  return status === 0 || found === null ? undefined : `the explorer: ${found[1]}`;
}

function tests(paths) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--reporter', 'json', ...paths], {
    cwd: COPY,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 1 << 28,
  });
  if (status === 0) return undefined;
  const report = JSON.parse(stdout.slice(stdout.indexOf('{"num')));
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find((test) => test.status === 'failed');
  return failed === undefined ? undefined : `the test "${failed.fullName}"`;
}
