// npm run demo: builds what the example needs (without type declarations), then plays the tour.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;
const tsup = fileURLToPath(new URL('../node_modules/tsup/dist/cli-default.js', import.meta.url));

if (!process.argv.includes('--help')) {
  process.stdout.write('Building … ');
  for (const folder of ['packages/core', 'packages/simulator', 'examples/forwarding']) {
    const build = spawnSync(node, [tsup, '--silent', '--no-dts'], { cwd: `${root}${folder}`, encoding: 'utf8' });
    if (build.status !== 0) {
      console.error(`\n${folder} could not be built:\n${build.stdout}${build.stderr}`);
      process.exit(1);
    }
  }
  console.log('done.');
}
const demo = spawnSync(node, [`${root}examples/forwarding/dist/demo.js`, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(demo.status ?? 1);
