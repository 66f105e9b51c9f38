// node scripts/run.mjs NAME …: bundles packages/verification/src/NAME/main.ts as it is now, and runs it in the root of the
// checkout. Files in processes/ beside it are programs that it starts: they are bundled with it, as NAME.mjs.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = 'packages/verification/src';
/** Beneath node_modules, so that packages are found. */
const CACHE = join(ROOT, 'node_modules/.cache/amd-run');
const DAY_MS = 86_400_000;

/** What is measured runs as it would in production, and collects its garbage when told to. */
const MEASURED = { flags: ['--expose-gc'], env: { NODE_ENV: 'production' } };
const SETTINGS = { bench: MEASURED, soak: MEASURED };

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !existsSync(join(ROOT, SOURCES, name, 'main.ts'))) {
  const names = readdirSync(join(ROOT, SOURCES)).filter((one) => existsSync(join(ROOT, SOURCES, one, 'main.ts')));
  console.error(`node scripts/run.mjs NAME [options]: NAME is one of ${names.join(', ')}`);
  process.exit(2);
}

mkdirSync(CACHE, { recursive: true });
removeForgotten();
const outdir = mkdtempSync(join(CACHE, `${name}-`));
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
await build({
  absWorkingDir: ROOT,
  entryPoints: ['main.ts', ...processesOf(name)].map((file) => ({
    in: join(SOURCES, name, file),
    out: basename(file, '.ts'),
  })),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  // But for our own, which tsconfig.json finds in their sources.
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'error',
});

const { flags = [], env = {} } = SETTINGS[name] ?? {};
const child = spawn(process.execPath, [...flags, join(outdir, 'main.mjs'), ...args], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, ...env },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => process.exit(code ?? 1));

function processesOf(folder) {
  const path = join(ROOT, SOURCES, folder, 'processes');
  return existsSync(path) ? readdirSync(path).map((file) => join('processes', file)) : [];
}

/** What runs have left that were killed. */
function removeForgotten() {
  for (const folder of readdirSync(CACHE)) {
    const path = join(CACHE, folder);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}
