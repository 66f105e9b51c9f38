// Bundles one entry of the sources into a file that Node can import, without a build before.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Bundled CommonJS packages require Node's own modules. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Native, or CommonJS that does not work in a module. */
const LEFT_OUT = [
  ...['libsql', 'better-sqlite3', 'ioredis', 'redis', 'esbuild', 'twilio', 'xmlbuilder2', 'saxes', 'vitest'],
  ...['express', 'helmet', 'pino', 'prom-client', 'socket.io'],
];

/**
 * Returns the URL of the bundle; `entry` is relative to the root of the repository. `native`: the bundle is placed where it finds
 * the packages that cannot be bundled.
 */
export async function bundle(entry, root = fileURLToPath(new URL('..', import.meta.url)), { native = false } = {}) {
  const near = join(root, 'node_modules', '.cache');
  if (native) mkdirSync(near, { recursive: true });
  const outfile = join(mkdtempSync(join(native ? near : tmpdir(), 'amd-')), 'bundle.mjs');
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    ...(native ? { external: LEFT_OUT, banner: { js: REQUIRE } } : {}),
  });
  return pathToFileURL(outfile).href;
}
