// npm run mutate: thousands of small changes to the code, one folder after the other; each must fail a test.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { allFolders, fingerprint, GROUPS, type Folder } from './groups.js';
import { readOptions } from '../../../../scripts/options.mjs';
import { draw, keyOf, marginOf, type Mutant } from './sample.js';
import { ROOT } from '../root.js';

const HELP = `npm run mutate -- [options]

Makes one small change after the other to a folder and runs the tests of its own area that reach it; a change that no test notices
has survived. Ends with the score of each folder and group, and with 1 if a group is below its bar or not all measured:
${GROUPS.map(({ name, bar }) => `${name} ${String(bar)} %`).join(', ')}.

It can be stopped at any time and goes on with the folder it was at: results are in reports/mutation/, and a folder is measured again
only when its package, its tests or what they reach have changed; then only what has changed. It is no part of .ci/run.

Left out: testing/ of core, which tests are made of (npm run planted-bugs says whether they bite), and the page in the browser, whose
tests need a browser for each change.

  --only TEXT     only folders whose name contains TEXT, such as cli, core/flows or store-redis; ^cli$ is cli without what is in it
  --list          the folders, and which are measured
  --sample N      only N percent of the changes of each folder, drawn by chance, without emptied blocks: the score
                  of the whole, give or take what is printed, in about as much of the time
  --seed TEXT     draws others
  --jobs N        at once (default 2)
  --survivors     also shows each change that survived
  --scores        only the scores of what has been measured
  --afresh        forgets what was measured before
  --help          show this`;

const RESULTS = `${ROOT}reports/mutation`;

const values = readOptions(HELP, {
  only: { type: 'string', default: '' },
  list: { type: 'boolean', default: false },
  sample: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '2' },
  survivors: { type: 'boolean', default: false },
  scores: { type: 'boolean', default: false },
  afresh: { type: 'boolean', default: false },
});
const percent = Number(values.sample);
if (!(percent > 0 && percent <= 100)) {
  console.error(`--sample must be a number of percent, more than 0 and at most 100, and not "${values.sample}"`);
  process.exit(2);
}

await main();

async function main(): Promise<void> {
  mkdirSync(RESULTS, { recursive: true });
  const folders = allFolders().filter(({ name }) => new RegExp(values.only).test(name));
  if (folders.length === 0) {
    const names = allFolders().map(({ name }) => name);
    console.error(`No folder's name contains "${values.only}": there are ${names.join(', ')}`);
    process.exit(2);
  }
  if (values.list) {
    for (const folder of folders) console.log(`${folder.name.padEnd(24)} ${stateOf(folder)}`);
    return;
  }
  if (!values.scores) {
    for (const [index, folder] of folders.entries()) await measure(folder, index + 1, folders.length);
  }
  process.exit(report(folders) ? 0 : 1);
}

async function measure(folder: Folder, number: number, of: number): Promise<void> {
  console.log(`\n${String(number)}/${String(of)} ${folder.name}`);
  const file = fileOf(folder);
  if (values.afresh) for (const path of [file, `${file}.of`, `${file}.keys`]) rmSync(path, { force: true });
  if (stateOf(folder) === 'measured') {
    console.log('nothing has changed since it was measured');
    return;
  }
  const before = fingerprint(folder.group);
  let places: readonly string[] = [folder.files];
  if (percent < 100) {
    const sample = await draw(folder, percent, values.seed);
    writeFileSync(`${file}.keys`, JSON.stringify(sample.keys));
    places = sample.places;
  }
  if (places.length === 0) {
    console.log('none of its changes was drawn');
    return;
  }
  const { status } = spawnSync(
    process.execPath,
    [
      `${ROOT}node_modules/@stryker-mutator/core/bin/stryker.js`,
      'run',
      'packages/verification/src/mutate/stryker.config.mjs',
      '--concurrency',
      values.jobs,
      '--incrementalFile',
      file,
    ],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        PROPERTY_RUNS: '20',
        MUTATE_TESTS: folder.tests.join('\n'),
        MUTATE_PLACES: places.join('\n'),
      },
    },
  );
  if (status !== 0 || !existsSync(file)) {
    console.error(`${folder.name} could not be measured. Do its tests pass? ${folder.tests.join(' ')}`);
    process.exit(1);
  }
  writeFileSync(`${file}.of`, before);
}

/** Prints the scores; returns whether every group is measured and at its bar. */
function report(folders: readonly Folder[]): boolean {
  console.log(`\n${row('folder', 'changes', 'noticed', 'survived', 'score')}`);
  const judged = GROUPS.map((group) => {
    const scores = folders.filter((folder) => folder.group.name === group.name).map(scoreOf);
    if (scores.length === 0) return true;
    for (const one of scores) {
      printScore(one.folder.name, one, one.total === null ? 'not measured' : '');
      if (values.survivors) for (const line of one.survivors) console.log(`    ${line}`);
    }
    const [total, noticed] = [sum(scores, 'total'), sum(scores, 'noticed')];
    const isWhole = scores.every((one) => one.total !== null);
    printScore(
      `= ${group.name}`,
      { total, noticed },
      `(bar ${String(group.bar)} %${isWhole ? '' : '; not all is measured'})`,
    );
    return isWhole && noticed * 100 >= group.bar * total;
  });
  return judged.every(Boolean);
}

function printScore(name: string, { total, noticed }: Counted, note: string): void {
  if (total === null || noticed === null) {
    console.log(row(name, '', '', '', note));
    return;
  }
  const give = percent === 100 ? '' : ` ± ${marginOf(noticed, total).toFixed(1)}`;
  const score = total === 0 ? '–' : `${((100 * noticed) / total).toFixed(1)}${give} %`;
  console.log(row(name, cell(total), cell(noticed), cell(total - noticed), `${score} ${note}`.trim()));
}

interface Counted {
  readonly total: number | null;
  readonly noticed: number | null;
}

interface Score extends Counted {
  readonly folder: Folder;
  readonly survivors: readonly string[];
}

interface Written {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

function scoreOf(folder: Folder): Score {
  const file = fileOf(folder);
  const keys = drawnFor(file);
  if (keys?.size === 0) return { folder, total: 0, noticed: 0, survivors: [] };
  if (!existsSync(file)) return { folder, total: null, noticed: null, survivors: [] };
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as Written;
  const mutants = Object.entries(files).flatMap(([path, { mutants: all }]) => all.map((one) => ({ path, ...one })));
  const counted = mutants.filter(
    ({ path, ...mutant }) =>
      !['Ignored', 'CompileError', 'RuntimeError'].includes(mutant.status) && keys?.has(keyOf(path, mutant)) !== false,
  );
  const survivors = counted.filter(({ status }) => status !== 'Killed' && status !== 'Timeout');
  return {
    folder,
    total: counted.length,
    noticed: counted.length - survivors.length,
    survivors: survivors.map(sentence),
  };
}

/** Returns the changes that were drawn, or `null` for all. */
function drawnFor(file: string): ReadonlySet<string> | null {
  if (!existsSync(`${file}.keys`)) return null;
  return new Set(JSON.parse(readFileSync(`${file}.keys`, 'utf8')) as readonly string[]);
}

function sentence({ path, location, mutatorName, replacement, status }: Mutant & { readonly path: string }): string {
  const place = `${path}:${String(location.start.line)}:${String(location.start.column)}`;
  return `${place} ${mutatorName} → ${String(replacement).replace(/\s+/g, ' ').slice(0, 80)} (${status})`;
}

function stateOf(folder: Folder): string {
  const stamp = `${fileOf(folder)}.of`;
  if (!existsSync(fileOf(folder)) || !existsSync(stamp)) return 'not measured';
  return readFileSync(stamp, 'utf8') === fingerprint(folder.group) ? 'measured' : 'changed since it was measured';
}

function fileOf({ name }: Folder): string {
  const part = percent === 100 ? '' : `.${values.sample}-percent-${values.seed}`;
  return `${RESULTS}/${name.replaceAll('/', '-')}${part}.json`;
}

function row(name: string, total: string, noticed: string, survived: string, score: string): string {
  return `${name.padEnd(28)} ${total.padStart(7)}  ${noticed.padStart(7)}  ${survived.padStart(8)}  ${score}`.trimEnd();
}

function cell(value: number): string {
  return value.toLocaleString('en');
}

function sum(scores: readonly Score[], key: 'total' | 'noticed'): number {
  return scores.reduce((total, one) => total + (one[key] ?? 0), 0);
}
