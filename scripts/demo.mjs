// npm run demo -- [name] [options]: builds one demo from the sources, then plays it. `--help` names them all.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEMOS, HELP, readName, readOptions } from '../examples/shared/src/demo/arguments.mjs';
import { showBuildStart } from './build-start.mjs';

const given = process.argv.slice(2);
let demo;
try {
  demo = readName(given);
  // The demo reads them again; they are checked here so that a wrong one is reported before the build.
  if (readOptions(demo.rest, process.env).help) {
    console.log(HELP);
    process.exit(0);
  }
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

const { entries } = DEMOS[demo.name];
await showBuildStart(entries);
const main = fileURLToPath(new URL(`../${entries[0].replace(/src\/demo\/(.*)\.ts$/, 'dist/$1.js')}`, import.meta.url));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', main, ...demo.rest], { stdio: 'inherit' });
process.exit(status ?? 1);
