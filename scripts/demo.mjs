// npm run demo: builds what an example needs, then plays its tour. `npm run demo -- taskrouter` plays the other example,
// `npm run demo -- race` races through the first one, `npm run demo -- chaos` kills it in the middle of calls.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { showBuildStart } from './build-start.mjs';

/** What each of them starts; its own entry first. */
const TOURS = {
  forwarding: ['examples/forwarding/src/demo/demo.ts'],
  race: ['examples/forwarding/src/demo/race.ts'],
  chaos: ['examples/forwarding/src/demo/chaos.ts', 'examples/forwarding/src/demo/chaos-app.ts'],
  taskrouter: ['examples/taskrouter/src/demo/demo.ts'],
};
const EXAMPLES = Object.keys(TOURS);
const given = process.argv.slice(2);
const [first] = given;
const example = first !== undefined && !first.startsWith('-') ? first : 'forwarding';
const options = example === first ? given.slice(1) : given;
try {
  if (!EXAMPLES.includes(example)) throw new Error(`There is no example "${example}", only ${EXAMPLES.join(', ')}`);
  // As in examples/shared/src/demo/run.ts, which reads them: a wrong one is told before the build.
  const flag = { type: 'boolean' };
  const text = { type: 'string' };
  parseArgs({ args: options, options: { once: flag, 'no-tour': flag, only: text, port: text, help: flag } });
} catch (error) {
  console.error(`${error.message.split(/\. |\n/)[0]}. Try npm run demo -- --help`);
  process.exit(2);
}

await showBuildStart(TOURS[example]);
const built = TOURS[example][0].replace(/src\/demo\/(.*)\.ts$/, 'dist/$1.js');
const demo = fileURLToPath(new URL(`../${built}`, import.meta.url));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', demo, ...options], { stdio: 'inherit' });
process.exit(status ?? 1);
