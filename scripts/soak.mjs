// npm run soak: bundles bench/ as it is now, then keeps the example busy for minutes. `--help` says how.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Beneath node_modules, so that what stays outside of the bundles is found.
const outdir = `${root}node_modules/.soak`;

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['soak', 'soak-server', 'soak-load'].map((name) => `bench/${name}.ts`),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  external: [
    'xmlbuilder2',
    'express',
    'twilio',
    'libsql',
    'better-sqlite3',
    'ioredis',
    'pino',
    'socket.io',
    'prom-client',
    'helmet',
  ],
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'error',
  // Packages of CommonJS that are bundled ask for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
const { status } = spawnSync(process.execPath, [`${outdir}/soak.mjs`, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: 'production' },
});
process.exit(status ?? 1);
