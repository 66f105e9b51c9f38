import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { ROOT } from '../root.js';

export interface PublishedManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly main?: string;
  readonly types?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface PublishedPackage {
  /** From the root, such as `packages/core`. */
  readonly folder: string;
  readonly manifest: PublishedManifest;
}

/** Returns the packages that are published. */
export function publishedPackages(): readonly PublishedPackage[] {
  return readdirSync(`${ROOT}packages`)
    .map((name) => `packages/${name}`)
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, 'utf8')) as PublishedManifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** Ends the process when a package is not built, types included. */
export function demandBuilds(packages: readonly PublishedPackage[]): void {
  const missing = packages
    .flatMap(({ folder, manifest }) => [manifest.main, manifest.types].map((file) => `${folder}/${file ?? ''}`))
    .filter((file) => !existsSync(ROOT + file));
  if (missing.length === 0) return;
  console.error(`Not built: ${missing.join(', ')}. Run npm run build first.`);
  process.exit(2);
}

/** Packs what stands in the dist folders; returns the path of each archive, in the order of the packages. */
export function packPackages(packages: readonly PublishedPackage[], destination: string): readonly string[] {
  mkdirSync(destination, { recursive: true });
  const out = execFileSync(
    'npm',
    [
      ...['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
      ...packages.map(({ folder }) => `./${folder}`),
    ],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 16_777_216 },
  );
  const packed = JSON.parse(out) as Readonly<Record<string, { filename: string }>> | readonly { filename: string }[];
  return Object.values(packed).map(({ filename }) => `${destination}/${filename}`);
}

/** Puts a packed package into a folder of modules, as npm would, but for what it depends on. */
export function unpack(archive: string, name: string, modules: string): void {
  const place = `${modules}/${name}`;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', place, '--strip-components=1']);
}
