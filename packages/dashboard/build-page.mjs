// Builds the pages: for each one script and one style sheet, and one document for all. Nothing is loaded from elsewhere.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('./src/page/', import.meta.url));

/** Writes index.html, and calls.js, calls.css, workers.js and workers.css, into `folder`. */
export async function buildPage(folder) {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: { calls: join(source, 'calls/main.tsx'), workers: join(source, 'workers/main.tsx') },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfigRaw: '{}',
  });
  await copyFile(join(source, 'index.html'), join(folder, 'index.html'));
}
