// Runs a command in the folder of every published package: each-package.mjs publint --strict
import { spawnSync } from 'node:child_process';
import { workspaces } from './workspaces.mjs';

const HELP = `npm run check:publint, npm run check:attw

Runs a command in the folder of every package that is published, after npm run build; exits with 1 if it fails in one of them.
By itself: node scripts/each-package.mjs COMMAND [arguments]

  --help   show this`;

const [command, ...args] = process.argv.slice(2);
if (command === undefined || [command, args.at(-1)].includes('--help')) {
  console.log(HELP);
  process.exit(command === undefined ? 2 : 0);
}
let failed = 0;
for (const { folder, manifest } of workspaces()) {
  if (manifest.private === true) continue;
  console.log(`\n${manifest.name}: ${[command, ...args].join(' ')}`);
  if (spawnSync(command, args, { cwd: folder, stdio: 'inherit' }).status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
