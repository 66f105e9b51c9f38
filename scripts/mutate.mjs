// npm run mutate: thousands of small changes to what decides, one folder after the other; each must fail a test.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `npm run mutate -- [options]

Makes one small change after the other to packages/core/src/{kernel,wire,flows} and runs the tests that reach it; a change that
no test notices has survived. Ends with the score of each folder, and with 1 if it is below 85 % over all that has been measured.
What has not changed since the last run is taken from reports/mutation/. A first run takes about half an hour, folder by
folder: it can be stopped and goes on where it was.

  --only TEXT     only folders whose name contains TEXT
  --jobs N        at once (default 2)
  --survivors     also shows each change that survived
  --scores        only the scores of what has been measured
  --help          show this`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = 'packages/core/src';
const RESULTS = `${ROOT}reports/mutation`;
const BAR = 85;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    survivors: { type: 'boolean', default: false },
    scores: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else main();

function main() {
  mkdirSync(RESULTS, { recursive: true });
  const folders = allFolders().filter((folder) => folder.includes(values.only));
  if (folders.length === 0) {
    console.error(`No folder's name contains "${values.only}": there are ${allFolders().join(', ')}`);
    process.exit(2);
  }
  if (!values.scores) for (const [index, folder] of folders.entries()) mutate(folder, index + 1, folders.length);
  const scores = folders.map((folder) => ({ folder, ...scoreOf(folder) }));
  console.log('\nfolder               changes  noticed  survived   score');
  for (const { folder, total, noticed, survivors } of scores) {
    const score = total === 0 ? 'not measured' : percent(noticed, total);
    console.log(`${folder.padEnd(20)} ${cell(total, 7)}  ${cell(noticed, 7)}  ${cell(survivors.length, 8)}  ${score}`);
    if (values.survivors) for (const line of survivors) console.log(`    ${line}`);
  }
  const total = scores.reduce((sum, one) => sum + one.total, 0);
  const noticed = scores.reduce((sum, one) => sum + one.noticed, 0);
  const left = scores.filter((one) => one.total === 0).length;
  console.log(
    `${'all'.padEnd(20)} ${cell(total, 7)}  ${cell(noticed, 7)}  ${cell(total - noticed, 8)}  ${percent(noticed, total)} (bar ${String(BAR)} %)`,
  );
  if (left > 0) console.log(`${String(left)} folders have not been measured.`);
  process.exit(left === 0 && noticed / total >= BAR / 100 ? 0 : 1);
}

/** Kernel, wire, and each flow by itself, the smallest first; files right in `flows` are a folder of their own. */
function allFolders() {
  const flows = readdirSync(`${ROOT}${SOURCES}/flows`).filter((name) =>
    statSync(`${ROOT}${SOURCES}/flows/${name}`).isDirectory(),
  );
  return ['kernel', 'flows', ...flows.map((name) => `flows/${name}`), 'wire'];
}

function mutate(folder, number, of) {
  console.log(`\n${String(number)}/${String(of)} ${folder}`);
  const file = fileOf(folder);
  const files = `${SOURCES}/${folder}/${folder === 'flows' ? '*' : '**/*'}.ts`;
  const { status } = spawnSync(
    process.execPath,
    [
      `${ROOT}node_modules/@stryker-mutator/core/bin/stryker.js`,
      'run',
      '--mutate',
      files,
      '--concurrency',
      values.jobs,
      '--incrementalFile',
      file,
    ],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, PROPERTY_RUNS: '20' } },
  );
  const report = `${ROOT}reports/mutation/mutation.json`;
  if (status !== 0 && !existsSync(file)) {
    console.error(`${folder} could not be measured.`);
    process.exit(1);
  }
  rmSync(report, { force: true });
}

function scoreOf(folder) {
  const file = fileOf(folder);
  if (!existsSync(file)) return { total: 0, noticed: 0, survivors: [] };
  const { files } = JSON.parse(readFileSync(file, 'utf8'));
  let [total, noticed] = [0, 0];
  const survivors = [];
  for (const [path, { mutants }] of Object.entries(files)) {
    for (const { status, location, mutatorName, replacement } of mutants) {
      if (status === 'Ignored' || status === 'CompileError' || status === 'RuntimeError') continue;
      total += 1;
      if (status === 'Killed' || status === 'Timeout') noticed += 1;
      else
        survivors.push(
          `${path}:${String(location.start.line)}:${String(location.start.column)} ${mutatorName} → ${String(replacement).replace(/\s+/g, ' ').slice(0, 80)} (${status})`,
        );
    }
  }
  return { total, noticed, survivors };
}

function fileOf(folder) {
  return `${RESULTS}/${folder.replaceAll('/', '-')}.json`;
}

function cell(value, width) {
  return value.toLocaleString('en').padStart(width);
}

function percent(part, whole) {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}
