// npm run bench: bundles bench/ and core's sources as they are now, then measures them. `--help` says what.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Beneath node_modules, so that what stays outside of the bundles is found.
const outdir = `${root}node_modules/.bench`;

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['main', 'server', 'load', 'bytes', 'sqlite-calls', 'page-server', 'live-calls'].map(
    (name) => `bench/${name}.ts`,
  ),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'error',
});
if (!process.argv.includes('--help')) buildCore();
const { status } = spawnSync(process.execPath, ['--expose-gc', `${outdir}/main.mjs`, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: 'production' },
});
process.exit(status ?? 1);

/** What users import: core as it is published. */
function buildCore() {
  const tsup = `${root}node_modules/tsup/dist/cli-default.js`;
  const args = ['--silent', '--no-dts', '--format', 'esm', '--out-dir', `${outdir}/core`];
  const built = spawnSync(process.execPath, [tsup, ...args], { cwd: `${root}packages/core`, encoding: 'utf8' });
  if (built.status === 0) return;
  console.error(`packages/core could not be built:\n${built.stdout}${built.stderr}`);
  process.exit(1);
}
