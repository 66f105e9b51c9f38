// npm run check:release: a release, tried against a registry on this machine.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../../../../scripts/options.mjs';
import { publishedManifest } from '../../../../scripts/published-manifest.mjs';
import { cachedInstall, npm } from '../install/cached-install.js';
import { firstCallIn, freePort, HUMAN, installedVersion, until } from '../install/first-call.js';
import { demandBuilds, publishedPackages } from '../install/packed-packages.js';
import { ROOT } from '../root.js';

/** The last that runs on Node 20. */
const VERDACCIO = '6.8.0';

readOptions(`npm run check:release

Publishes every package to a registry on this machine (verdaccio ${VERDACCIO}), without provenance, which only GitHub and GitLab can give;
installs them from there in an empty project, loads each, and plays the first call of README.md with @amd/simulator. After npm run
build. Exits with 1 when one of these fails.

  --help   show this`);

/** Loads each package in both module systems, and demands that both have the same names. */
const LOAD = `
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/x.js');
for (const name of process.argv.slice(1)) {
  const [one, other] = [await import(name), require(name)].map((all) => Object.keys(all).filter((key) => key !== 'default' && key !== 'module.exports' && key !== '__esModule').sort().join());
  if (one !== other || one === '') throw new Error(name + ': ' + one + ' | ' + other);
}
console.log(process.argv.length - 1);
`;

const began = performance.now();
const packages = publishedPackages();
demandBuilds(packages);
const folder = mkdtempSync(join(tmpdir(), 'amd-release-'));
const registry = await startRegistry();
let failed = 0;
try {
  publishAll(registry);
  await useThem(registry);
} catch (error) {
  failed = 1;
  console.error(error instanceof Error ? error.message : error);
} finally {
  registry.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${failed === 0 ? 'ok' : 'FAIL'}, in ${String(Math.round((performance.now() - began) / 1000))} s`);
process.exit(failed);

interface Registry {
  readonly url: string;
  readonly token: string;
  stop(): void;
}

async function startRegistry(): Promise<Registry> {
  // It asks for node-fetch by the tag `cjs`, which not every mirror of the registry has.
  const installed = cachedInstall('release', { verdaccio: VERDACCIO }, { 'node-fetch': '2.7.0' });
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}/`;
  // What is not ours comes from where it always comes from. JSON is YAML.
  const config = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    packages: {
      '@amd/*': { access: '$all', publish: '$authenticated' },
      'create-amd': { access: '$all', publish: '$authenticated' },
    },
    max_body_size: '20mb',
    log: { type: 'stdout', format: 'pretty', level: 'error' },
  };
  writeFileSync(join(folder, 'verdaccio.yaml'), JSON.stringify(config));
  const child = spawn(
    process.execPath,
    [
      `${installed}/node_modules/verdaccio/bin/verdaccio`,
      ...['--config', join(folder, 'verdaccio.yaml'), '--listen', `127.0.0.1:${port}`],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  await until(() => fetch(`${url}-/ping`).catch(() => null));
  const user = { name: 'release', password: randomUUID() };
  const answer = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  });
  const { token } = (await answer.json()) as { token: string };
  console.log(`verdaccio ${VERDACCIO} listens on ${url}`);
  return { url, token, stop: () => void child.kill() };
}

/** As scripts/release.mjs has changesets do it, in copies of the packages. */
function publishAll({ url, token }: Registry): void {
  const { host } = new URL(url);
  for (const { folder: from, manifest } of packages) {
    const copy = join(folder, from);
    mkdirSync(copy, { recursive: true });
    for (const name of ['dist', 'README.md', 'LICENSE']) {
      cpSync(`${ROOT}${from}/${name}`, join(copy, name), { recursive: true });
    }
    const read = JSON.parse(readFileSync(`${ROOT}${from}/package.json`, 'utf8')) as object;
    writeFileSync(join(copy, 'package.json'), JSON.stringify(publishedManifest(read), null, 2));
    writeFileSync(join(copy, '.npmrc'), `//${host}/:_authToken=${token}\n`);
    npm(copy, 'publish', '--ignore-scripts', '--provenance=false', '--registry', url);
    console.log(`  published ${manifest.name}@${manifest.version}`);
  }
}

async function useThem({ url }: Registry): Promise<void> {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "version": "1.0.0", "private": true }\n');
  writeFileSync(join(project, '.npmrc'), `@amd:registry=${url}\n`);
  const names = packages.map(({ manifest }) => manifest.name);
  // The line above is for the scope alone.
  const wanted = packages.map(({ manifest: { name, version } }) =>
    name.startsWith('@amd/') ? name : `${url}${name}/-/${name}-${version}.tgz`,
  );
  npm(project, 'install', '--prefer-offline', '--ignore-scripts', 'twilio', 'express', ...wanted);
  for (const name of names) {
    const { peerDependencies = {} } = JSON.parse(
      readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8'),
    ) as { peerDependencies?: Record<string, string> };
    const core = peerDependencies['@amd/core'];
    console.log(
      `  installed ${name}@${installedVersion(project, name)}${core === undefined ? '' : `, which needs @amd/core ${core}`}`,
    );
  }
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', LOAD, ...names], {
    cwd: project,
    encoding: 'utf8',
  });
  console.log(`  loaded by import and by require: ${loaded.trim()}`);
  const version = execFileSync('npx', ['--no', '-p', '@amd/cli', '--', 'amd', '--version'], {
    cwd: project,
    encoding: 'utf8',
  });
  console.log(`  npx -p @amd/cli amd --version: ${version.trim()}`);
  const { talkedWith, lines, seconds } = await firstCallIn(project);
  for (const line of lines.filter((one) => /^\S+ +CA\S+ +(call|person|detection|verb) /.test(one)))
    console.log(`    ${line}`);
  console.log(
    `  the first call of README.md, with twilio ${installedVersion(project, 'twilio')}: ${talkedWith === HUMAN ? 'the caller talked with the human' : 'the caller talked with nobody'}, in ${seconds.toFixed(1)} s`,
  );
  if (talkedWith !== HUMAN) throw new Error('the first call was not connected');
}
