import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lockedTree, manifestsIn, placesOf, readJson, type Locked, type Manifest } from '../helpers/manifests.js';
import { ROOT } from '../helpers/sources.js';

const packages = manifestsIn('packages').map((found) => ({ ...found, name: found.manifest.name }));
const published = packages.filter(({ manifest }) => manifest.private !== true);
const examples = manifestsIn('examples').map((found) => ({ ...found, name: found.manifest.name }));
const root = readJson('package.json') as Manifest & { readonly devDependencies: Readonly<Record<string, string>> };

/** Maps `../../../../test` to the entry index, and `./http` to http. */
const entryOf = (subpath: string): string => (subpath === '.' ? 'index' : subpath.slice(2));
const subpathsOf = ({ exports = {} }: Manifest): readonly string[] =>
  Object.keys(exports).filter((subpath) => subpath !== './package.json');

describe.each(published)('$name', ({ folder, manifest }) => {
  it('a package is named after its folder, and has a description', () => {
    const name = folder.slice('packages/'.length);
    // `npm create amd` looks for this name.
    expect(manifest.name).toBe(name === 'create-amd' ? name : `@amd/${name}`);
    expect(manifest.description).toMatch(/^[A-Z].{20,150}\.$/);
  });

  it('a package is free to use, on every Node version we test', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: root.engines,
    });
  });

  it('a package names its repository, and is published with provenance', () => {
    const { repository } = root;
    const address = repository?.url?.replace(/^git\+(.*)\.git$/, '$1') ?? '';
    expect(address).toMatch(/^https:\/\/github\.com\/[\w-]+\/[\w-]+$/);
    expect(manifest).toMatchObject({
      repository: { ...repository, directory: folder },
      homepage: `${address}/tree/main/${folder}#readme`,
      bugs: { url: `${address}/issues` },
      publishConfig: { access: 'public', provenance: true },
    });
    expect(manifest.keywords).toContain('twilio');
    expect(manifest.keywords?.length).toBeGreaterThan(3);
  });

  it('a package accepts a range of each dependency', () => {
    const { dependencies = {}, peerDependencies = {}, version } = manifest;
    for (const [name, range] of Object.entries(dependencies)) {
      expect(range, name).toMatch(name.startsWith('@amd/') ? `^${version}` : /^\^\d+\.\d+\.\d+$/);
    }
    // Wider than what is published (scripts/release.mjs): changesets calls it a major change when a peer leaves its range.
    for (const [name, range] of Object.entries(peerDependencies)) {
      expect(range, name).toMatch(name.startsWith('@amd/') ? '>=0.0.0 <1.0.0' : /^\^\d+\.\d+\.\d+/);
    }
  });

  it('a package contains its licence, a description, and only what is built', () => {
    expect(manifest.files).toEqual(['dist', 'README.md', 'LICENSE']);
    expect(existsSync(`${ROOT}${folder}/README.md`), `${folder}/README.md`).toBe(true);
    expect(readFileSync(`${ROOT}${folder}/LICENSE`, 'utf8')).toBe(readFileSync(`${ROOT}LICENSE`, 'utf8'));
  });

  it.each(subpathsOf(manifest))('a package exports %s as an ES module and as CommonJS, types first', (subpath) => {
    const entry = entryOf(subpath);
    const conditions = manifest.exports?.[subpath];
    expect(conditions).toEqual({
      import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
      require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
    });
    // toEqual ignores the order, and the first matching condition wins.
    expect(JSON.stringify(conditions)).toMatch(/^\{"import":\{"types":.*"require":\{"types":/);
    expect(readFileSync(`${ROOT}${folder}/tsup.config.ts`, 'utf8')).toMatch(new RegExp(`\\b${entry}: 'src/`));
  });

  it('a package is found by compilers that do not read exports', () => {
    expect(manifest).toMatchObject({ main: './dist/index.cjs', types: './dist/index.d.ts' });
    const others = subpathsOf(manifest).filter((subpath) => subpath !== '.');
    expect(manifest.typesVersions ?? { '*': {} }).toEqual({
      '*': Object.fromEntries(others.map((subpath) => [entryOf(subpath), [`./dist/${entryOf(subpath)}.d.ts`]])),
    });
    expect(manifest.exports).toHaveProperty(['./package.json'], './package.json');
  });

  it.each(subpathsOf(manifest))('types and tests of the workspace find the source of %s', (subpath) => {
    const specifier = manifest.name + subpath.slice(1);
    const { compilerOptions } = readJson('tsconfig.json') as { compilerOptions: { paths: Record<string, string[]> } };
    const source = compilerOptions.paths[specifier]?.[0] ?? '';
    expect(existsSync(ROOT + source) && source !== '', `paths in tsconfig.json: ${specifier}`).toBe(true);
    expect(readFileSync(`${ROOT}vitest.config.ts`, 'utf8'), `alias of ${specifier}`).toContain(source);
  });

  it('a package runs nothing on installation, and neither do its dependencies', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    expect(hooks.filter((hook) => hook in (manifest.scripts ?? {}))).toEqual([]);
    const tree = lockedTree(folder);
    for (const needed of Object.keys(manifest.dependencies ?? {})) {
      expect([...tree.keys()].some((place) => place.endsWith(needed.replace('@amd/', 'packages/')))).toBe(true);
    }
    expect([...tree].filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([place]) => place)).toEqual(
      [],
    );
  });
});

describe('@amd/core', () => {
  const core = packages.find(({ name }) => name === '@amd/core')?.manifest;

  it('@amd/core brings xmlbuilder2 and eventemitter3 and nothing else', () => {
    expect(Object.keys(core?.dependencies ?? {}).sort()).toEqual(['eventemitter3', 'xmlbuilder2']);
  });

  it('@amd/core leaves the official client to its users, except for versions that refuse items of lists', () => {
    expect(core?.peerDependencies).toEqual({ twilio: '^5.13.1 || ~6.0.0 || ^6.3.1' });
    expect(core?.peerDependenciesMeta).toEqual({ twilio: { optional: true } });
  });
});

it.each(['@amd/store-sqlite', '@amd/store-redis', '@amd/dashboard'])(
  "%s works with its user's @amd/core and brings none",
  (name) => {
    const manifest = packages.find((one) => one.name === name)?.manifest;
    expect(manifest?.peerDependencies).toHaveProperty(['@amd/core']);
    expect(manifest?.peerDependenciesMeta ?? {}).not.toHaveProperty(['@amd/core']);
    expect(manifest?.devDependencies).toHaveProperty(['@amd/core'], `^${manifest?.version ?? ''}`);
    expect(manifest?.dependencies ?? {}).not.toHaveProperty(['@amd/core']);
    const readme = readFileSync(`${ROOT}packages/${name.slice('@amd/'.length)}/README.md`, 'utf8');
    expect(readme).toMatch(new RegExp(`^npm install @amd/core ${name}\\b`, 'm'));
  },
);

it('@amd/simulator does not need @amd/core', () => {
  const simulator = packages.find(({ name }) => name === '@amd/simulator')?.manifest;
  expect(JSON.stringify([simulator?.dependencies, simulator?.peerDependencies])).not.toContain('@amd/core');
});

it.each(examples)('$name is an example: private, and named so', ({ folder, manifest }) => {
  expect(manifest).toMatchObject({
    private: true,
    type: 'module',
    name: `example-${folder.slice('examples/'.length)}`,
  });
});

it('all packages are released together, and examples never', () => {
  expect(readJson('.changeset/config.json')).toMatchObject({
    fixed: [['@amd/*', 'create-amd']],
    ignore: ['example-*'],
    access: 'public',
    updateInternalDependencies: 'patch',
    privatePackages: { version: false, tag: false },
  });
  expect(new Set(published.map(({ manifest }) => manifest.version)).size).toBe(1);
});

it('every changeset names existing packages, and tells users what changed', () => {
  for (const name of readdirSync(`${ROOT}.changeset`).filter((file) => file.endsWith('.md') && file !== 'README.md')) {
    const text = readFileSync(`${ROOT}.changeset/${name}`, 'utf8');
    const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
    const named = [...head.matchAll(/^['"]([^'"]+)['"]: (?:major|minor|patch)$/gm)].map(([, one]) => one);
    expect(named.length, name).toBeGreaterThan(0);
    expect(
      named.filter((one) => !published.some((known) => known.name === one)),
      name,
    ).toEqual([]);
    expect(body.trim(), name).not.toBe('');
  }
});

describe('the workspace', () => {
  it('the workspace pins its tools, so that checks give the same result tomorrow', () => {
    const loose = Object.entries(root.devDependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it('the workspace asks for the Node in .nvmrc, or newer', () => {
    expect(root.engines).toEqual({ node: `>=${readFileSync(`${ROOT}.nvmrc`, 'utf8').trim()}.19` });
  });

  it('the README promises what is run from a fresh clone', () => {
    const command = 'npm ci && npm test';
    expect(readFileSync(`${ROOT}.ci/run`, 'utf8')).toContain(`'${command}'`);
    expect(readFileSync(`${ROOT}README.md`, 'utf8')).toContain(command);
  });

  it('the lock file knows every workspace', () => {
    const { packages: locked } = readJson('package-lock.json') as { packages: Record<string, Manifest> };
    for (const { folder, manifest } of [...packages, ...examples]) {
      for (const list of ['dependencies', 'devDependencies', 'peerDependencies'] as const) {
        expect(locked[folder]?.[list], `${folder}: npm install`).toEqual(manifest[list]);
      }
    }
  });

  it('the lock file lists what other platforms need, without which npm ci refuses it', () => {
    const { packages: locked } = readJson('package-lock.json') as { packages: Record<string, Locked> };
    const missing = Object.entries(locked).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !placesOf(place, name).some((one) => one in locked)),
    );
    expect(missing).toEqual([]);
  });
});
