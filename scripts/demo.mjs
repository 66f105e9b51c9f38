// npm run demo: builds what the example needs, then plays the tour.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

try {
  // As in examples/forwarding/src/demo/main.ts, which reads them: a wrong one is told before the build.
  const flag = { type: 'boolean' };
  const text = { type: 'string' };
  parseArgs({ options: { once: flag, 'no-tour': flag, only: text, port: text, help: flag } });
} catch (error) {
  console.error(`${error.message.split(/\. |\n/)[0]}. Try npm run demo -- --help`);
  process.exit(2);
}

const demo = fileURLToPath(new URL('../examples/forwarding/dist/demo.js', import.meta.url));
if (!process.argv.includes('--help') || !existsSync(demo)) {
  process.stdout.write('Building … ');
  await import('./build-js.mjs');
  console.log('done.');
}
const { status } = spawnSync(process.execPath, [demo, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
