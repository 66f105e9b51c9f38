import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './sources.js';

type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly homepage?: string;
  readonly bugs?: Versions;
  readonly repository?: Versions;
  readonly license?: string;
  readonly type?: string;
  readonly private?: boolean;
  readonly sideEffects?: unknown;
  readonly engines?: Versions;
  readonly files?: readonly string[];
  readonly bin?: Versions;
  readonly main?: string;
  readonly types?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly typesVersions?: Readonly<Record<string, unknown>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly scripts?: Versions;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(ROOT + path, 'utf8'));
}

/** Returns the workspaces in a folder. */
export function manifestsIn(parent: string): readonly { readonly folder: string; readonly manifest: Manifest }[] {
  return readdirSync(ROOT + parent)
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(`${ROOT}${folder}/package.json`))
    .map((folder) => ({ folder, manifest: readJson(`${folder}/package.json`) as Manifest }));
}

export interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Returns everything that installing a workspace brings, by its place in the lock file, without optional peers. */
export function lockedTree(folder: string): ReadonlyMap<string, Locked> {
  const { packages } = readJson('package-lock.json') as { packages: Readonly<Record<string, Locked>> };
  const tree = new Map<string, Locked>();
  const visit = (place: string): void => {
    const entry = packages[place];
    if (entry === undefined || tree.has(place)) return;
    tree.set(place, entry);
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
    );
    for (const name of [...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), ...peers]) {
      const found = placesOf(place, name).find((candidate) => candidate in packages);
      if (found === undefined) throw new Error(`package-lock.json does not know ${name}, which ${place} needs`);
      visit(packages[found]?.link === true ? (packages[found].resolved ?? found) : found);
    }
  };
  visit(folder);
  return tree;
}

/** Returns where a needed package may be, nearest first, as Node looks for it. */
export function placesOf(from: string, name: string): readonly string[] {
  const parts = from.split('/node_modules/');
  const nested = parts.map(
    (_, index) => `${parts.slice(0, parts.length - index).join('/node_modules/')}/node_modules/${name}`,
  );
  return [...nested, `node_modules/${name}`];
}
