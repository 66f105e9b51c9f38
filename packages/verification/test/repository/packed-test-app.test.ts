import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { install, pack, run } from '../helpers/packed.js';
import { ROOT } from '../helpers/sources.js';
import { CASES } from '../own-app/cases.js';

/** Tests of an app of one's own, as a user has them: with packed packages, compiled against their types, in other test runners. */
let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'amd-test-app-')));
  const [core, simulator] = await Promise.all([pack(folder, 'core'), pack(folder, 'simulator')]);
  await Promise.all([
    project('app', [core.tarball, simulator.tarball, 'twilio@6.3.1', 'jest@30']),
    project('bare', [simulator.tarball]),
  ]);
  await Promise.all([ownApp('esm', 'module'), ownApp('cjs', 'commonjs')]);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('an own app is tested in Jest as it comes: CommonJS, no flags', async () => {
  const target = join(folder, 'app/cjs');
  await cp(`${ROOT}packages/verification/test/own-app/own-app.jest.cjs`, join(target, 'own-app.test.js'));
  const said = await run(target, process.execPath, [join(folder, 'app/node_modules/jest/bin/jest.js'), '--json']);
  const { success, numPassedTests } = JSON.parse(said) as { success: boolean; numPassedTests: number };
  expect({ success, numPassedTests }).toEqual({ success: true, numPassedTests: CASES.length });
});

it('an own app is tested in node:test, as an ES module', async () => {
  const target = join(folder, 'app/esm');
  await cp(`${ROOT}packages/verification/test/own-app/own-app.node.mjs`, join(target, 'own-app.test.js'));
  const said = await run(target, process.execPath, ['--test', '--test-reporter=tap', 'own-app.test.js']);
  expect(said).toMatch(new RegExp(`^# pass ${String(CASES.length)}$`, 'm'));
  expect(said).toMatch(/^# fail 0$/m);
});

it('without the package twilio the types are whole, an app runs, and a client says what to install', async () => {
  const target = join(folder, 'bare');
  await cp(`${ROOT}packages/verification/test/fixtures/consumer/test-app.mts`, join(target, 'test-app.mts'));
  await compile(target, ['test-app.mts'], { skipLibCheck: false });
  const script = `import('./test-app.mjs').then(async ({ tell, tellWithClient }) => {
    console.log(JSON.stringify([await tell(), await tellWithClient()]));
  })`;
  const [story, message] = JSON.parse(await run(target, process.execPath, ['-e', script])) as [object, string];
  expect(story).toMatchObject({ talkedWith: '+14155550142', talkedSeconds: 30 });
  expect(message).toContain('"client" needs the package "twilio": run "npm install twilio"');
});

/** Makes an empty project with these packages. */
async function project(name: string, packages: readonly string[]): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'package.json'), '{ "name": "project", "version": "1.0.0", "private": true }\n');
  await install(join(folder, name), packages);
}

/** Puts the app and its tests into a folder of the project, compiled for a module system. */
async function ownApp(name: string, type: string): Promise<void> {
  const target = join(folder, 'app', name);
  await mkdir(target);
  await writeFile(join(target, 'package.json'), JSON.stringify({ private: true, type }));
  for (const file of ['app.ts', 'cases.ts']) {
    await cp(`${ROOT}packages/verification/test/own-app/${file}`, join(target, file));
  }
  await compile(target, ['cases.ts'], { skipLibCheck: true });
}

/** Compiles files of a project, strictly; the nearest package.json decides about their module system. */
async function compile(target: string, files: readonly string[], options: object): Promise<void> {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'ES2022',
    module: 'NodeNext',
    types: ['node'],
    typeRoots: [`${ROOT}node_modules/@types`],
    ...options,
  };
  await writeFile(join(target, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(target, process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, '-p', '.']);
}
