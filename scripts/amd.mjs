// npm run amd -- …: the command line of @amd/cli, from this checkout as it is.
import { spawnSync } from 'node:child_process';
import { copyFile, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildStart } from './build-start.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Not into its dist, which is for publishing; below packages/cli its dependencies are found.
const folder = 'packages/cli/node_modules/.cache/amd/dist';
try {
  await buildStart(['packages/cli/src/bin.ts'], folder);
} catch (error) {
  console.error(error.errors === undefined ? error : 'The command line could not be built: see above.');
  process.exit(1);
}
// It reads its version there. Another start may read it meanwhile: the file is moved into place.
const manifest = `${root}${folder}/../package.json`;
await copyFile(`${root}packages/cli/package.json`, `${manifest}.${process.pid}`);
await rename(`${manifest}.${process.pid}`, manifest);
// The directory npm was called from: files are looked for there.
const cwd = process.env.INIT_CWD ?? process.cwd();
const args = ['--enable-source-maps', `${root}${folder}/bin.js`, ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit', cwd }).status ?? 1);
