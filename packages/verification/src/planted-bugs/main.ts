// npm run planted-bugs: plants one bug after the other in a copy of the sources, and shows what catches it.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readOptions } from '../../../../scripts/options.mjs';
import { ROOT } from '../root.js';
import { BUGS, WORLDS, type Bug } from './bugs.js';

/** One for each bug planted at the same time. */
const COPIES = join(ROOT, '.planted');
const CORE = 'packages/core/src/';

const HELP = `npm run planted-bugs -- [options]

Plants one bug after the other in a copy of the sources and runs what should catch it: the explorer, or the tests it names.
Exits with 1 if one goes unnoticed, or if its place in the code has moved.

  --only TEXT   only those whose name contains TEXT
  --list        their names
  --jobs N      at once (default 2)
  --help        show this`;

const { only, list, jobs } = readOptions(HELP, {
  only: { type: 'string', default: '' },
  jobs: { type: 'string', default: '2' },
  list: { type: 'boolean', default: false },
});
const chosen = [...BUGS.entries()].filter(([, { name }]) => name.includes(only));
if (chosen.length === 0) {
  console.error(`No planted bug's name contains "${only}": --list shows them.`);
  process.exit(2);
}
if (list) {
  for (const [index, { name }] of chosen) console.log(`${String(index + 1)} ${name}`);
  process.exit(0);
}
let unnoticed = 0;
const left = [...chosen];
await Promise.all(Array.from({ length: Math.max(1, Number(jobs)) }, (_, copy) => work(join(COPIES, String(copy + 1)))));
rmSync(COPIES, { recursive: true, force: true });
console.log(`${String(chosen.length - unnoticed)} passed, ${String(unnoticed)} failed`);
process.exit(unnoticed === 0 ? 0 : 1);

/** Plants the remaining bugs, one after the other, in a copy of its own. */
async function work(copy: string): Promise<void> {
  makeCopy(copy);
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    const [index, bug] = one;
    const caught = await tryOut(copy, bug);
    if (caught === null) unnoticed += 1;
    console.log(`${caught === null ? 'FAIL' : 'PASS'} ${String(index + 1)} ${bug.name} → ${caught ?? 'not noticed'}`);
  }
}

function makeCopy(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(join(copy, 'packages'), { recursive: true });
  for (const path of ['packages', 'examples', 'scripts', 'docs', 'vitest.config.ts', 'tsconfig.json', 'package.json']) {
    cpSync(join(ROOT, path), join(copy, path), {
      recursive: true,
      filter: (source) => !/node_modules|dist$/.test(source),
    });
  }
}

/** Returns what caught the bug, or `null`. */
async function tryOut(copy: string, { at = CORE, file, from, to, also, by }: Bug): Promise<string | null> {
  const path = join(copy, at, file);
  const original = readFileSync(path, 'utf8');
  let text = original;
  const changes: readonly (readonly [from: string, to: string])[] = [[from, to], ...(also === undefined ? [] : [also])];
  for (const [old, planted] of changes) {
    if (!text.includes(old)) {
      console.log(`  ${file} no longer has: ${old}`);
      return null;
    }
    text = text.replace(old, () => planted);
  }
  writeFileSync(path, text);
  try {
    return await (typeof by === 'string' ? explorer(copy, WORLDS[by]) : tests(copy, by));
  } finally {
    writeFileSync(path, original);
  }
}

async function explorer(copy: string, world: string): Promise<string | null> {
  const { stdout, status } = await run(copy, ['scripts/run.mjs', 'explore', '--only', world, '--exact', '--jobs', '1']);
  const found = /^FAIL .* · (P\d.*)$/m.exec(stdout);
  return status === 0 || found === null ? null : `the explorer: ${found[1] ?? ''}`;
}

/**
 * Returns which tests fail. `options`: stopping at the first failure saves time, but a stopped run may not report that failure.
 */
async function tests(
  copy: string,
  paths: readonly string[],
  options: readonly string[] = ['--bail', '1'],
): Promise<string | null> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { stdout, stderr, status } = await run(copy, [vitest, 'run', ...options, '--reporter', 'json', ...paths]);
  if (status === 0) return null;
  const begin = stdout.indexOf('{"num');
  if (begin === -1) throw new Error(`the tests could not be run:\n${stdout}\n${stderr}`);
  const { testResults } = JSON.parse(stdout.slice(begin)) as Report;
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(isFailed);
  if (failed !== undefined) return `the test "${failed.fullName}"`;
  const file = testResults.find(isFailed);
  if (file === undefined && options.length > 0) return tests(copy, paths, []);
  if (file === undefined) throw new Error(`the tests failed, and none of them says why:\n${stdout}\n${stderr}`);
  return `the file ${relative(copy, file.name)}: ${file.message}`;
}

function isFailed({ status }: { readonly status: string }): boolean {
  return status === 'failed';
}

/** The part of Vitest's JSON report that is read. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs Node in a copy. `status`: its exit code, or `null` when five minutes were not enough. */
function run(copy: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd: copy, timeout: 300_000, maxBuffer: 1 << 28 };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ stdout, stderr, status: child.exitCode });
    });
  });
}
