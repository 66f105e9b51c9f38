import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../helpers/manifests.js';
import { install, pack, run } from '../helpers/packed.js';
import { ROOT } from '../helpers/sources.js';

/** What a user gets: the package is built and packed in a copy, and installed alone in an empty project. */
let folder: string;
let project: string;
let packed: readonly { readonly path: string }[];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'amd-packed-')));
  project = join(folder, 'project');
  await mkdir(project);
  const core = await pack(folder, 'core');
  packed = core.files;
  await writeFile(join(project, 'package.json'), '{ "name": "project", "version": "1.0.0", "private": true }\n');
  await install(project, [core.tarball]);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A server as a user starts it, which is asked once. */
const STARTS = `
const calls = createCallForwarding({
  accountSid: 'AC${'1'.repeat(32)}',
  authToken: 'secret',
  publicBaseUrl: 'https://calls.example.com',
  ownNumber: '+14155550199',
  forwardTo: ['+14155550142'],
});
const server = createServer(calls.listener).listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const { status } = await fetch('http://127.0.0.1:' + port + '/inbound', { method: 'POST' });
  console.log('answered', status);
  server.close();
  server.closeAllConnections();
  await calls.stop();
});
`;

/** Returns every installed package, however deep. */
async function installed(): Promise<readonly Manifest[]> {
  const files = await readdir(join(project, 'node_modules'), { recursive: true });
  const manifests = files.filter((path) =>
    /(^|node_modules[\\/])(@[^\\/]+[\\/])?[^@\\/][^\\/]*[\\/]package\.json$/.test(path),
  );
  return Promise.all(
    manifests.map(async (path) => JSON.parse(await readFile(join(project, 'node_modules', path), 'utf8')) as Manifest),
  );
}

describe('@amd/core, packed and installed alone', () => {
  it('the package contains what is built without source maps, its licence and a description', () => {
    const others = packed
      .map(({ path }) => path)
      .filter((path) => !/^dist\/[\w.-]+\.(js|cjs|d\.ts|d\.cts)$/.test(path));
    expect(others.filter((path) => path !== 'README.md').sort()).toEqual(['LICENSE', 'package.json']);
  });

  it('the package reveals nothing about the machine it was built on', async () => {
    for (const { path } of packed) {
      const text = await readFile(join(project, 'node_modules/@amd/core', path), 'utf8');
      expect(
        [ROOT, folder].filter((place) => text.includes(place)),
        path,
      ).toEqual([]);
    }
  });

  it('the package brings no twilio, and nothing that runs on installation', async () => {
    const packages = await installed();
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@amd/core', 'eventemitter3', 'xmlbuilder2']),
    );
    expect(packages.filter(({ name }) => name === 'twilio')).toEqual([]);
    const hooks = ['preinstall', 'install', 'postinstall'];
    expect(
      packages.filter(({ scripts = {} }) => hooks.some((hook) => hook in scripts)).map(({ name }) => name),
    ).toEqual([]);
    const lock = await readFile(join(project, 'package-lock.json'), 'utf8');
    expect(lock).not.toContain('hasInstallScript');
  });

  it('the package loads every subpath by import and by require, with the same names', async () => {
    const { exports = {} } = JSON.parse(
      await readFile(join(project, 'node_modules/@amd/core/package.json'), 'utf8'),
    ) as Manifest;
    const specifiers = Object.keys(exports)
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => `@amd/core${subpath.slice(1)}`);
    const list = JSON.stringify(specifiers);
    await writeFile(
      join(project, 'load.mjs'),
      `const names = {}; for (const one of ${list}) names[one] = Object.keys(await import(one)).sort(); console.log(JSON.stringify(names));`,
    );
    await writeFile(
      join(project, 'load.cjs'),
      `const names = {}; for (const one of ${list}) names[one] = Object.keys(require(one)).sort(); console.log(JSON.stringify(names));`,
    );
    const imported = JSON.parse(await run(project, process.execPath, ['load.mjs'])) as Record<string, string[]>;
    expect(JSON.parse(await run(project, process.execPath, ['load.cjs']))).toEqual(imported);
    expect(Object.keys(imported)).toEqual(specifiers);
    for (const [specifier, names] of Object.entries(imported)) expect(names, specifier).not.toEqual([]);
  });

  it.each([
    [
      'an ES module',
      'starts.mjs',
      "import { createServer } from 'node:http';\nimport { createCallForwarding } from '@amd/core/twilio';",
    ],
    [
      'CommonJS',
      'starts.cjs',
      "const { createServer } = require('node:http');\nconst { createCallForwarding } = require('@amd/core/twilio');",
    ],
  ])('a program without twilio, as %s, prints what to install, and answers all the same', async (_, file, imports) => {
    // Given
    const { peerDependencies = {} } = JSON.parse(
      await readFile(join(project, 'node_modules/@amd/core/package.json'), 'utf8'),
    ) as Manifest;
    await writeFile(join(project, file), imports + STARTS);
    // When
    const printed = await run(project, 'sh', ['-c', `"${process.execPath}" ${file} 2>&1`]);
    // Then
    const lines = printed.trim().split('\n');
    const failed = lines.find((line) => line.startsWith('amd start.failed')) ?? '';
    expect(failed).toMatch(/nobody can be rung: .*\(ERR_PEER_MISSING\)$/);
    expect(failed).toContain(`the package "twilio" (${peerDependencies['twilio'] ?? ''}) could not be loaded`);
    expect(failed).toContain('run "npm install twilio@6"');
    expect(failed).toMatch(/Cannot find (package|module) 'twilio'/);
    expect(lines.filter((line) => line !== failed)).toEqual([
      'amd refused /inbound answered 415: the body is not a form',
      'answered 415',
    ]);
  });

  it("the package compiles strictly in both module systems, without Node's types, and answers a call", async () => {
    await compile({ 'esm.mts': 'consumer.mts', 'cjs.cts': 'consumer.mts' }, { lib: ['ES2022', 'DOM', 'DOM.Iterable'] });
    for (const file of ['esm.mjs', 'cjs.cjs']) {
      const script = `import('./out/${file}').then(async ({ wholeCall, firstReply, functions }) => {
        console.log(JSON.stringify([wholeCall(), await firstReply(), functions.map((one) => typeof one)]));
      })`;
      const [call, reply, functions] = JSON.parse(await run(project, process.execPath, ['-e', script])) as unknown[];
      expect(call, file).toEqual({ talking: [2], result: 'connected' });
      expect(reply, file).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<Response>/);
      expect(reply, file).toMatch(/<Conference [^>]*>amd-CA\w{32}<\/Conference>/);
      expect(functions, file).toEqual(['function', 'function', 'function', 'function']);
    }
  });

  it("the package needs neither Node's nor the DOM's types", async () => {
    await compile({ 'bare.mts': 'bare.mts' }, { lib: ['ES2022'] });
  });

  it('the package has types for compilers that do not read exports', async () => {
    await compile(
      { 'bare.mts': 'bare.mts' },
      {
        lib: ['ES2022'],
        module: 'CommonJS',
        moduleResolution: 'node10',
        ignoreDeprecations: '6.0',
      },
    );
  });
});

/** Compiles files of the project; a file's name decides its module system. */
async function compile(files: Readonly<Record<string, string>>, options: object): Promise<void> {
  for (const [file, fixture] of Object.entries(files)) {
    await cp(`${ROOT}packages/verification/test/fixtures/consumer/${fixture}`, join(project, file));
  }
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    target: 'ES2022',
    module: 'NodeNext',
    types: [],
    rootDir: '.',
    outDir: 'out',
    ...options,
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  await run(project, process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, '-p', '.']);
}
