import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedManifest } from '../../../../scripts/published-manifest.mjs';
import { appOfReadme } from '../../src/install/first-call.js';
import { manifestsIn, readJson, type Manifest } from '../helpers/manifests.js';
import { ROOT } from '../helpers/sources.js';

const published = manifestsIn('packages').filter(({ manifest }) => manifest.private !== true);

describe('the release workflow', () => {
  const workflow = readFileSync(`${ROOT}.github/workflows/release.yml`, 'utf8');
  const at = (line: RegExp): number => {
    const found = workflow.search(line);
    expect(found, String(line)).toBeGreaterThan(-1);
    return found;
  };

  it('may ask for an identity token and tells npm to publish with provenance', () => {
    at(/^permissions: \{\}$/m);
    const job = at(/^ {4}permissions:$/m);
    expect(at(/^ {6}id-token: write\b/m)).toBeGreaterThan(job);
    at(/^ {10}NPM_CONFIG_PROVENANCE: 'true'$/m);
    for (const { folder, manifest } of published)
      expect(manifest.publishConfig, folder).toMatchObject({ provenance: true });
  });

  it('publishes by changesets on Node 24, after all checks', () => {
    const publishes = at(/^ {6}- uses: changesets\/action@/m);
    at(/^ {10}publish: npm run release$/m);
    at(/^ {10}version: npm run version$/m);
    at(/^ {10}node-version: 24$/m);
    const { scripts = {} } = readJson('package.json') as Manifest;
    const steps = [...workflow.matchAll(/^ {6}- run: npm (?:run )?([\w:]+)$/gm)].map(([, name = '']) => name);
    expect(steps).toEqual(
      expect.arrayContaining(['ci', 'test', 'build', 'check:pack', 'check:types', 'check:release']),
    );
    expect(steps.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
    expect(publishes).toBeGreaterThan(at(/npm run check:release/));
  });

  it('publishes nothing when package.json names another repository', () => {
    const env = { ...process.env, GITHUB_REPOSITORY: 'somebody/else' };
    expect(() => execFileSync(process.execPath, ['scripts/release.mjs'], { cwd: ROOT, env, stdio: 'pipe' })).toThrow(
      'this runs in somebody/else',
    );
  });
});

it('a published package needs the @amd/core of its own release', () => {
  const manifest = { version: '1.2.3', peerDependencies: { '@amd/core': '>=0.0.0 <1.0.0', libsql: '^0.5.29' } };
  expect(publishedManifest(manifest).peerDependencies).toEqual({ '@amd/core': '^1.2.3', libsql: '^0.5.29' });
  expect(publishedManifest({ version: '1.2.3', dependencies: {} })).toEqual({ version: '1.2.3', dependencies: {} });
});

it('the program of README.md has what npm run check:release and npm run test:clients change', () => {
  const app = appOfReadme('4321');
  expect(app).toContain('listen(4321');
  expect(app).toContain('{ httpClient })');
});

describe('changeset version', () => {
  let copy: string;
  const read = (folder: string): Manifest =>
    JSON.parse(readFileSync(join(copy, folder, 'package.json'), 'utf8')) as Manifest;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'amd-version-'));
    const manifests = [...manifestsIn('packages'), ...manifestsIn('examples')].map(({ folder }) => folder);
    for (const folder of ['.', ...manifests]) {
      mkdirSync(join(copy, folder), { recursive: true });
      cpSync(`${ROOT}${folder}/package.json`, join(copy, folder, 'package.json'));
    }
    cpSync(`${ROOT}.changeset`, join(copy, '.changeset'), { recursive: true });
    writeFileSync(join(copy, '.changeset/one-more.md'), "---\n'@amd/core': minor\n---\n\nSomething is new.\n");
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: copy });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '-m', 'all');
    execFileSync(process.execPath, [`${ROOT}node_modules/@changesets/cli/bin.js`, 'version'], {
      cwd: copy,
      stdio: 'pipe',
    });
  });
  afterAll(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  it('makes a new feature of core a minor version of every package', () => {
    const versions = new Set(published.map(({ folder }) => read(folder).version));
    const [major = '', minor = ''] = published[0]?.manifest.version.split('.') ?? [];
    expect([...versions]).toEqual([`${major}.${String(Number(minor) + 1)}.0`]);
  });

  it('updates the ranges between packages', () => {
    const { version } = read('packages/core');
    expect(read('packages/cli').dependencies).toMatchObject({
      '@amd/core': `^${version}`,
      '@amd/dashboard': `^${version}`,
    });
    for (const name of ['store-sqlite', 'store-redis', 'dashboard']) {
      const manifest = read(`packages/${name}`);
      expect(manifest.devDependencies).toMatchObject({ '@amd/core': `^${version}` });
      expect(manifest.peerDependencies).toMatchObject({ '@amd/core': '>=0.0.0 <1.0.0' });
    }
  });

  it('writes the changelogs', () => {
    const changelog = readFileSync(join(copy, 'packages/core/CHANGELOG.md'), 'utf8');
    expect(changelog).toContain(`## ${read('packages/core').version}\n`);
    expect(changelog).toContain('Something is new.');
  });

  it('does not change examples and private packages', () => {
    for (const { folder, manifest } of [...manifestsIn('examples'), ...manifestsIn('packages')]) {
      if (manifest.private === true) expect(read(folder)).toEqual(manifest);
    }
  });
});
