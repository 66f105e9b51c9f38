// What a start needs: each entry in one file, built from the sources of every workspace that it imports. Every start builds anew,
// in half a second, and ignores what it finds there. Published builds are made by tsup (npm run build); the dist folders of
// packages belong to it and are not touched here.
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = 'packages/dashboard/src/server/assets.ts';
const UNFINISHED = '.building-';
const HOUR_MS = 3_600_000;

/**
 * Bundles entries of one workspace, such as `examples/forwarding/src/start.ts`, as `start.js` into `folder`, by default the
 * `dist` of the workspace. Returns the packages that were included. Throws esbuild's error, which has been printed.
 */
export async function buildStart(entries, folder = join(workspaceOf(entries[0]), 'dist')) {
  const outdir = join(ROOT, folder);
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: entries.map((entry) => ({ in: entry, out: basename(entry, '.ts') })),
    outdir,
    write: false,
    metafile: true,
    bundle: true,
    // Except for our own, which tsconfig.json finds in their sources.
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
  );

  await mkdir(outdir, { recursive: true });
  await removeUnfinished(outdir);
  const unfinished = await mkdtemp(join(outdir, UNFINISHED));
  try {
    for (const { path, contents } of outputFiles) await writeFile(join(unfinished, relative(outdir, path)), contents);
    if (used.includes(PAGE)) {
      const { buildPage } = await import('../packages/dashboard/build-page.mjs');
      await buildPage(join(unfinished, 'page'));
    }
    // One complete file at a time: a build that dies here, or starts meanwhile, neither leaves nor finds half a file.
    for (const file of await readdir(unfinished, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const from = join(file.parentPath ?? file.path, file.name);
      const to = join(outdir, relative(unfinished, from));
      await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const packages = used.flatMap((path) => /^packages\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(packages)].sort().map((name) => `@amd/${name}`);
}

/** Does the same with a message; ends the process on failure. */
export async function showBuildStart(entries) {
  const began = performance.now();
  process.stdout.write(`Building ${workspaceOf(entries[0])} … `);
  let packages;
  try {
    packages = await buildStart(entries);
  } catch (error) {
    // esbuild has printed the error with its place.
    console.error(error.errors === undefined ? error : 'It could not be built: see above.');
    process.exit(1);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`done in ${seconds} s${packages.length === 0 ? '' : `, with ${packages.join(', ')}`}.`);
}

function workspaceOf(entry) {
  return entry.split('/').slice(0, 2).join('/');
}

/** Removes what killed builds have left; a build in progress is younger. */
async function removeUnfinished(outdir) {
  for (const name of await readdir(outdir)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const path = join(outdir, name);
    const made = await stat(path).catch(() => null);
    if (made !== null && made.mtimeMs < Date.now() - HOUR_MS) await rm(path, { recursive: true, force: true });
  }
}

// node scripts/build-start.mjs examples/forwarding/src/start.ts: one entry, or several that are built one after the other.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const entry of process.argv.slice(2)) await showBuildStart([entry]);
}
