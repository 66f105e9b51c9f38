// npm run demo: builds what the example needs, then plays the tour.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const demo = fileURLToPath(new URL('../examples/forwarding/dist/demo.js', import.meta.url));
if (!process.argv.includes('--help') || !existsSync(demo)) {
  process.stdout.write('Building … ');
  await import('./build-js.mjs');
  console.log('done.');
}
const { status } = spawnSync(process.execPath, [demo, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
