// Runs a command in the folder of every package that is published: each-package.mjs publint --strict
import { spawnSync } from 'node:child_process';
import { workspaces } from './workspaces.mjs';

const [command, ...args] = process.argv.slice(2);
let failed = 0;
for (const { folder, manifest } of workspaces()) {
  if (manifest.private === true) continue;
  console.log(`\n${manifest.name}: ${[command, ...args].join(' ')}`);
  if (spawnSync(command, args, { cwd: folder, stdio: 'inherit' }).status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
