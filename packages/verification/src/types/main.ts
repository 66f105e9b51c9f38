// npm run check:types: what the pages show, compiled as users compile it, with the packages as they are published.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { readOptions } from '../../../../scripts/options.mjs';
import { cachedInstall, newestOf } from '../install/cached-install.js';
import { demandBuilds, packPackages, publishedPackages, unpack } from '../install/packed-packages.js';
import { ROOT } from '../root.js';
import { writeBlocks, type WrittenBlock } from './blocks.js';
import { cellsOf, type Program, type Versions } from './cells.js';

const { only } = readOptions(
  `npm run check:types

Compiles every block of TypeScript on every page, strictly, with the packages as npm packs them (after npm run build): with
TypeScript 5.7, 5.9, 6.0 and the newest, with @types/node 20, 22, 24 and the newest, with the official client 5.13.1, 6.0 and 6.3.1, as
ES modules, CommonJS and for bundlers. Every pair of these is in one of the programs. Exits with 1 if one of them has an error.

  --only 7.0   cells whose name has this
  --help       show this`,
  { only: { type: 'string', default: '' } },
);

/** What blocks import and types need, as this checkout has it. */
const TOOLS = [
  ...['express', '@types/express', 'vitest', 'ioredis', 'luxon', '@types/luxon', '@opentelemetry/api'],
  ...['fastify', 'hono', '@hono/node-server', 'koa', '@types/koa', '@nestjs/common', '@nestjs/core'],
  ...['@nestjs/platform-express', 'reflect-metadata', 'rxjs'],
];

const began = performance.now();
const packages = publishedPackages();
demandBuilds(packages);
const versions: Versions = {
  typescript: ['5.7.3', '5.9.3', '6.0.3', newestOf('typescript')],
  node: ['20.19.43', '22.20.7', '24.19.4', newestOf('@types/node')],
  twilio: ['5.13.1', '6.0.2', '6.3.1'],
};
console.log(
  `TypeScript ${versions.typescript.join(', ')}; @types/node ${versions.node.join(', ')}; twilio ${versions.twilio.join(', ')}`,
);

const pinnedIn = (path: string): Record<string, string> =>
  (JSON.parse(readFileSync(`${ROOT}${path}`, 'utf8')) as { devDependencies: Record<string, string> }).devDependencies;
const pinned = { ...pinnedIn('packages/verification/package.json'), ...pinnedIn('package.json') };
const project = cachedInstall('types', {
  ...Object.fromEntries(TOOLS.map((name) => [name, pinned[name] ?? ''])),
  ...Object.fromEntries(
    packages
      .flatMap(({ manifest }) => Object.entries(manifest.dependencies ?? {}))
      .filter(([name]) => !name.startsWith('@amd/')),
  ),
  ...aliases('typescript', versions.typescript),
  ...aliases('@types/node', versions.node),
  ...aliases('twilio', versions.twilio),
});
const archives = packPackages(packages, `${project}/packed`);
packages.forEach(({ manifest }, index) => {
  unpack(archives[index] ?? '', manifest.name, `${project}/node_modules`);
});
for (const version of versions.node) {
  const types = `${project}/types/${version}`;
  rmSync(types, { recursive: true, force: true });
  mkdirSync(types, { recursive: true });
  symlinkSync(`../../node_modules/${aliasOf('@types/node', version)}`, `${types}/node`);
}
const blocks = writeBlocks(`${project}/blocks`);
console.log(
  `${String(blocks.esm.length)} blocks as ES modules, ${String(blocks.cjs.length)} of them as CommonJS too: the others await at their top level`,
);

/** By the path that the compiler names a block by, where it stands on its page. */
const places = new Map(
  [...blocks.esm, ...blocks.cjs].map(({ path, where }: WrittenBlock) => [relative(project, path), where]),
);
const inTurn = queueOf(availableParallelism());
const cells = cellsOf(versions)
  .filter(({ name }) => name.includes(only))
  .map(({ name, programs }) => ({
    name,
    results: Promise.all(
      programs.map((program) => inTurn(async () => ({ program, complaints: await complaintsOf(program) }))),
    ),
  }));
let failed = 0;
for (const { name, results } of cells) {
  const all = await results;
  const complaints = all.flatMap((one) => one.complaints);
  if (complaints.length > 0) failed += 1;
  const brought = all.map(({ program }) => `@types/node ${program.node} with twilio ${program.twilio}`);
  console.log(`${complaints.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${brought.join(', ')}`);
  for (const line of complaints) console.log(`       ${line}`);
}
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`${String(cells.length - failed)} passed, ${String(failed)} failed, in ${String(seconds)} s`);
process.exit(failed === 0 && cells.length > 0 ? 0 : 1);

/** What the compiler says, but for what it says of the types of others. */
async function complaintsOf({
  typescript,
  resolution,
  node,
  twilio,
  declarations,
}: Program): Promise<readonly string[]> {
  const name = `tsconfig.${typescript}.${resolution}.${node}.json`;
  const bundled = resolution === 'bundler';
  const client = `./node_modules/${aliasOf('twilio', twilio)}`;
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2022',
    lib: ['es2022'],
    module: bundled ? 'esnext' : 'nodenext',
    moduleResolution: resolution,
    noEmit: true,
    skipLibCheck: !declarations,
    types: ['node'],
    typeRoots: [`./types/${node}`],
    paths: { twilio: [client], 'twilio/*': [`${client}/*`] },
  };
  const files = [...blocks.esm, ...(bundled ? [] : blocks.cjs)].map(({ path }) => relative(project, path));
  writeFileSync(`${project}/${name}`, JSON.stringify({ compilerOptions, files }));
  const compiler = `${project}/node_modules/${aliasOf('typescript', typescript)}/bin/tsc`;
  const { code, out } = await run(compiler, ['-p', name, '--pretty', 'false']);
  const lines = out.split('\n').filter((line) => /^\S.*error TS/.test(line) && !/^node_modules\/(?!@amd\/)/.test(line));
  // An error of the settings, or none that can be read, is one all the same.
  if (code !== 0 && out.trim() !== '' && !/^\S.*error TS/m.test(out)) lines.push(out.trim());
  return lines.map((line) => `@types/node ${node}, twilio ${twilio}: ${shown(line)}`);
}

function shown(line: string): string {
  const [, path = '', at = '', rest = ''] = /^(.*?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
  const where = places.get(path);
  if (where === undefined) return line;
  return `${where} + ${at} (${path.startsWith('blocks/cjs') ? 'CommonJS' : 'ES module'}): ${rest}`;
}

function run(script: string, args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: project, maxBuffer: 67_108_864 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, out: stdout + stderr });
    });
  });
}

/** Returns what runs at most so many at once, in the order in which they were given. */
function queueOf(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Several versions of one package stand beside each other under names of their own. */
function aliases(name: string, list: readonly string[]): Record<string, string> {
  return Object.fromEntries(list.map((version) => [aliasOf(name, version), `npm:${name}@${version}`]));
}

function aliasOf(name: string, version: string): string {
  return `${name.replace(/^@|\//g, '')}-${version}`;
}
