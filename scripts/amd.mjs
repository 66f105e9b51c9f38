// npm run amd -- …: the command line of @amd/cli, from this checkout. Builds it when that was not done.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));
if (!existsSync(bin)) {
  process.stderr.write('Building … ');
  await import('./build-js.mjs');
  process.stderr.write('done.\n');
}
// From where npm was called: that is where files are looked for.
const cwd = process.env.INIT_CWD ?? process.cwd();
process.exit(spawnSync(process.execPath, [bin, ...process.argv.slice(2)], { stdio: 'inherit', cwd }).status ?? 1);
