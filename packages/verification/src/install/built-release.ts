import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { ROOT } from '../root.js';
import { cachedInstall, npm } from './cached-install.js';
import { unpack, type PublishedManifest } from './packed-packages.js';

/** What a process of an app needs, whatever it keeps its calls in. */
const PACKAGES = ['core', 'store-redis', 'store-sqlite'];

/** What the app brings itself; versions are those of the release's own checkout. */
const BROUGHT = ['twilio', 'ioredis', 'libsql'];

/** What of a package its build needs, and what npm adds to it. */
const PARTS = ['src', 'package.json', 'tsup.config.ts', 'README.md', 'LICENSE'];

const CACHE = `${ROOT}node_modules/.cache/amd-releases`;

/** Builds and packs the packages of a commit, once, and installs them in a folder of their own, which it returns. */
export function releaseOf(commit: string): string {
  const source = `${CACHE}/${commit.slice(0, 12)}`;
  if (!existsSync(`${source}/built`)) {
    console.log(`  … building ${commit.slice(0, 12)}`);
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source, { recursive: true });
    const paths = ['package.json', 'tsconfig.json', ...PACKAGES.map((name) => `packages/${name}`)];
    const archive = execFileSync('git', ['archive', commit, ...paths], { cwd: ROOT, maxBuffer: 268_435_456 });
    execFileSync('tar', ['-x', '-C', source], { input: archive });
    build(source);
    mkdirSync(`${source}/built`);
  }
  return installed(source, commit.slice(0, 12));
}

/** Does the same with the sources as they are in this checkout. */
export function releaseOfCheckout(): string {
  const source = `${CACHE}/checkout`;
  rmSync(source, { recursive: true, force: true });
  for (const name of ['package.json', 'tsconfig.json']) cpSync(`${ROOT}${name}`, `${source}/${name}`);
  for (const path of PACKAGES.flatMap((name) => PARTS.map((part) => `packages/${name}/${part}`))) {
    cpSync(`${ROOT}${path}`, `${source}/${path}`, { recursive: true });
  }
  build(source);
  return installed(source, 'checkout');
}

/** Without types: only a program runs on it. Tools are this checkout's, which stands above the folder. */
function build(source: string): void {
  mkdirSync(`${source}/node_modules/@amd`, { recursive: true });
  for (const name of PACKAGES) {
    symlinkSync(`../../packages/${name}`, `${source}/node_modules/@amd/${name}`);
    const folder = `${source}/packages/${name}`;
    const tsup = `${ROOT}node_modules/tsup/dist/cli-default.js`;
    execFileSync(process.execPath, [tsup, '--silent', '--no-dts'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    npm(folder, 'pack', '--silent', '--ignore-scripts', '--pack-destination', source);
  }
}

function installed(source: string, name: string): string {
  const manifests = PACKAGES.map((one) => read(`${source}/packages/${one}/package.json`));
  const { devDependencies = {} } = read(`${source}/package.json`);
  const project = cachedInstall(`release-${name}`, {
    ...Object.fromEntries(BROUGHT.map((one) => [one, devDependencies[one] ?? 'latest'])),
    ...Object.fromEntries(
      manifests
        .flatMap(({ dependencies = {} }) => Object.entries(dependencies))
        .filter(([one]) => !one.startsWith('@amd/')),
    ),
  });
  for (const manifest of manifests) {
    const archive = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    unpack(`${source}/${archive}`, manifest.name, `${project}/node_modules`);
  }
  return project;
}

interface Manifest extends PublishedManifest {
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function read(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}
