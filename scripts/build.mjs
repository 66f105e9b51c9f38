// Builds every workspace that has something to build: types are made from the built types of what a package depends on.
import { spawnSync } from 'node:child_process';
import { workspaces } from './workspaces.mjs';

for (const { folder, manifest } of workspaces()) {
  if (manifest.scripts?.build === undefined) continue;
  console.log(`\n${manifest.name}`);
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
