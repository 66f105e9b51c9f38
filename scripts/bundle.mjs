// Bundles one entry of the sources into a file that Node can import, with no build before.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The URL of the bundle; `entry` is relative to the root of the repository. */
export async function bundle(entry, root = fileURLToPath(new URL('..', import.meta.url))) {
  const outfile = join(mkdtempSync(join(tmpdir(), 'amd-')), 'bundle.mjs');
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return pathToFileURL(outfile).href;
}
