// npm run demo: builds what an example needs, then plays its tour. `npm run demo -- taskrouter` plays the other example,
// `npm run demo -- race` races through the first one, `npm run demo -- chaos` kills it in the middle of calls.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TOURS = {
  forwarding: 'forwarding/dist/demo.js',
  race: 'forwarding/dist/race.js',
  chaos: 'forwarding/dist/chaos.js',
  taskrouter: 'taskrouter/dist/demo.js',
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

const demo = fileURLToPath(new URL(`../examples/${TOURS[example]}`, import.meta.url));
if (!options.includes('--help') || !existsSync(demo)) {
  process.stdout.write('Building … ');
  await import('./build-js.mjs');
  console.log('done.');
}
const { status } = spawnSync(process.execPath, [demo, ...options], { stdio: 'inherit' });
process.exit(status ?? 1);
