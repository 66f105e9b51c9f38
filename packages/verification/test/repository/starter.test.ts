import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LANGUAGES, SERVERS, writeApp } from 'create-amd';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/install/first-call.js';
import { type LocalRegistry, serveRegistry } from '../../src/install/local-registry.js';
import { readJson, type Manifest } from '../helpers/manifests.js';
import { pack, type Packed, run } from '../helpers/packed.js';
import { blocksOf } from '../helpers/pages.js';
import { ROOT } from '../helpers/sources.js';

const TEMPLATES = `${ROOT}packages/create-amd/templates`;
const APPS = LANGUAGES.flatMap((language) => SERVERS.map((server) => ({ language, server })));

let folder: string;
let starter: Packed;
let registry: LocalRegistry;
/** A project that has create-amd, so that npm finds it. */
let maker: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'amd-starter-')));
  const [core, simulator, packed] = await Promise.all([
    pack(folder, 'core'),
    pack(folder, 'simulator'),
    pack(folder, 'create-amd'),
  ]);
  starter = packed;
  registry = await serveRegistry([core.tarball, simulator.tarball]);
  maker = join(folder, 'maker');
  await mkdir(maker);
  await writeFile(join(maker, 'package.json'), '{ "name": "maker", "version": "1.0.0", "private": true }\n');
  await run(maker, 'npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', starter.tarball]);
});

afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs `npm create amd`, without a terminal. */
function create(...args: readonly string[]): Promise<Ended> {
  return ended(maker, 'npm', ['create', 'amd', ...args]);
}

async function ended(cwd: string, command: string, args: readonly string[], env: object = {}): Promise<Ended> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', npm_config_loglevel: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out };
}

describe.each(APPS)('an app in $language with $server', ({ language, server }) => {
  const name = `${language}-${server}`;
  let app: string;
  let said: string;

  beforeAll(async () => {
    const { code, out } = await create(name, '--', '--server', server, '--language', language);
    expect(code, out).toBe(0);
    said = out;
    app = join(maker, name);
    await writeFile(join(app, '.npmrc'), `@amd:registry=${registry.url}\n`);
    await run(app, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']);
  });

  it('is written with what to do next', async () => {
    for (const line of [`cd ${name}`, 'npm install', 'npm run dev', 'npm test']) expect(said).toContain(line);
    const files = await readdir(app, { recursive: true });
    const written = files.filter((path) => !path.startsWith('node_modules') && path !== '.npmrc').sort();
    const sources = ['app', 'call.test', 'dev', 'server'].map((one) => `src/${one}.${language}`);
    expect(written.filter((path) => path !== 'package-lock.json')).toEqual(
      [
        ...['.env', '.env.example', '.gitignore', 'README.md', 'package.json', 'src', ...sources],
        ...(language === 'ts' ? ['tsconfig.json'] : []),
      ].sort(),
    );
    expect(await readFile(join(app, 'README.md'), 'utf8')).toMatch(new RegExp(`^# ${name}\n`));
  });

  it('plays its first call in npm run dev: a voicemail answers, then a human has the caller', async () => {
    const began = performance.now();
    const { code, out } = await ended(app, 'npm', ['run', 'dev'], { PORT: await freePort() });
    console.log(`npm run dev of ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    expect(code, out).toBe(0);
    expect(out).toMatch(
      /calls[^]*Ann: ringing[^]*Ann: answered by machine_start[^]*Ben: ringing[^]*Ben talks with the caller, who waited \d+ s[^]*The call is over. They talked for \d+ s\.\n$/,
    );
    expect(out).not.toContain('Twilio complains');
  });

  it('says that a port is in use, and what to do', async () => {
    const program = language === 'ts' ? 'dist/dev.js' : 'src/dev.js';
    const { code, out } = await ended(app, process.execPath, [program], { PORT: new URL(registry.url).port });
    expect(code).toBe(1);
    expect(out).toMatch(/Port \d+ cannot be used .* PORT=3001 npm run dev/);
  });

  it('passes its own test', async () => {
    const { code, out } = await ended(app, 'npm', ['test']);
    expect(code, out).toBe(0);
    expect(out).toMatch(/^(# |ℹ )pass 1$/m);
    expect(out).toMatch(/^(# |ℹ )fail 0$/m);
  });

  it('says what npm start needs, and starts when it has it', async () => {
    const without = await ended(app, 'npm', ['start']);
    expect(without.code).toBe(1);
    expect(without.out).toContain(
      'Fill in TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, FORWARD_TO, PUBLIC_BASE_URL in .env',
    );
    const port = await freePort();
    const filled = (await readFile(join(app, '.env'), 'utf8'))
      .replace('ACCOUNT_SID=', `ACCOUNT_SID=AC${'1'.repeat(32)}`)
      .replace('AUTH_TOKEN=', `AUTH_TOKEN=${'2'.repeat(32)}`)
      .replace('PHONE_NUMBER=', 'PHONE_NUMBER=+14155550199')
      .replace('FORWARD_TO=', 'FORWARD_TO=+14155550142, +14155550143')
      .replace('BASE_URL=', 'BASE_URL=https://calls.example.com')
      .replace('PORT=3000', `PORT=${port}`);
    await writeFile(join(app, '.env'), filled);
    const program = language === 'ts' ? 'dist/server.js' : 'src/server.js';
    // Twilio cannot be asked: nothing listens there.
    const env = { ...process.env, HTTP_PROXY: 'http://127.0.0.1:9' };
    const child = spawn(process.execPath, ['--env-file=.env', program], {
      cwd: app,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    try {
      await expect.poll(() => out).toContain('https://calls.example.com/inbound/status');
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('Waiting for calls.');
      const body = new URLSearchParams({ CallSid: `CA${'1'.repeat(32)}` });
      expect((await fetch(`http://127.0.0.1:${port}/inbound`, { method: 'POST', body })).status).toBe(403);
    } finally {
      const code = new Promise((resolve) => child.on('close', resolve));
      child.kill('SIGTERM');
      expect(await code).toBe(0);
    }
  });
});

describe('npm create amd', () => {
  it('asks nothing with --yes', async () => {
    const { code, out } = await create('default-app', '--', '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('Wrote default-app: TypeScript, Express.')]);
  });

  it.each([
    ['a folder that is not empty', ['full', '--', '--yes'], /"full" is not empty: it has "mine.txt".* another folder/],
    ['a file', ['full/mine.txt', '--', '--yes'], /"full\/mine.txt" is a file\. Choose another name/],
    ['a server it does not know', ['new', '--', '--server', 'koa'], /"koa"\. Say --server express or --server fastify/],
    ['a language it does not know', ['new', '--', '--language', 'elm'], /"elm"\. Say --language ts or --language js/],
    ['an option it does not know', ['new', '--', '--fast'], /Unknown option '--fast'\. Run "npm create amd -- --help"/],
    ['two folders', ['new', 'newer', '--', '--yes'], /Name one folder, not 2/],
    ['to ask without a terminal', ['new'], /no terminal to ask in.*--server express --language ts.* --yes/],
  ])('refuses %s, says what to do, and writes nothing', async (_, args, sentence) => {
    await mkdir(join(maker, 'full'), { recursive: true });
    await writeFile(join(maker, 'full/mine.txt'), 'mine\n');
    const { code, out } = await create(...args);
    expect(code).toBe(2);
    expect(out).toMatch(sentence);
    expect(out).not.toContain('    at ');
    expect(existsSync(join(maker, 'new'))).toBe(false);
    expect(readdirSync(join(maker, 'full'))).toEqual(['mine.txt']);
  });

  it('shows its options', async () => {
    const { code, out } = await create('--', '--help');
    expect(code).toBe(0);
    for (const option of ['--server', '--language', '--yes', '--help']) expect(out).toContain(option);
  });
});

describe('the package', () => {
  it('has the program, the templates and nothing that is not built', () => {
    const paths = starter.files.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    const templates = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).replace(TEMPLATES, 'dist/templates'));
    expect(paths).toEqual(expect.arrayContaining(['dist/bin.js', 'dist/index.js', 'dist/index.cjs', ...templates]));
  });

  it('can be used by a program, from either module system', async () => {
    const load = `Promise.all([import('create-amd'), require('create-amd')]).then(async ([one, other]) => {
      await one.writeApp({ folder: 'by-import', server: 'express', language: 'js' });
      await other.writeApp({ folder: 'by-require', server: 'express', language: 'js' });
    })`;
    await run(maker, process.execPath, ['-e', load]);
    for (const name of ['by-import', 'by-require']) expect(existsSync(join(maker, name, 'src/app.js'))).toBe(true);
  });

  it('brings nothing', () => {
    const manifest = readJson('packages/create-amd/package.json') as Manifest;
    expect(manifest.dependencies ?? manifest.peerDependencies ?? {}).toEqual({});
    expect(manifest.bin).toEqual({ 'create-amd': './dist/bin.js' });
  });
});

describe('templates', () => {
  it.each(APPS)('the app in $language with $server needs the packages of its release', async ({ language, server }) => {
    const target = join(folder, `ranges-${language}-${server}`);
    await writeApp({ folder: target, server, language });
    const read = async (path: string): Promise<Manifest> => JSON.parse(await readFile(path, 'utf8')) as Manifest;
    const { name, dependencies, devDependencies } = await read(join(target, 'package.json'));
    const { version } = readJson('packages/core/package.json') as Manifest;
    expect(name).toBe(`ranges-${language}-${server}`);
    expect({ ...dependencies, ...devDependencies }).toMatchObject({
      '@amd/core': `^${version}`,
      '@amd/simulator': `^${version}`,
    });
    const pinned = (readJson('package.json') as Manifest).devDependencies ?? {};
    for (const [one, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (!one.startsWith('@amd/'))
        expect(range, `${one}: what the workspace tests with`).toBe(`^${pinned[one] ?? ''}`);
    }
  });

  it.each([
    ['ts/src', 'js/src'],
    ['ts-fastify/src', 'js-fastify/src'],
  ])('%s and %s are the same program', (typed, plain) => {
    for (const file of readdirSync(join(TEMPLATES, typed))) {
      const js = readFileSync(join(TEMPLATES, plain, file.replace(/\.ts$/, '.js')), 'utf8');
      expect(tokensOf(js), file).toEqual(tokensOf(readFileSync(join(TEMPLATES, typed, file), 'utf8')));
    }
  });

  it('the README is short', () => {
    expect(readFileSync(join(TEMPLATES, 'both/README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(23);
  });

  it.each(['docs/start.md', 'packages/create-amd/README.md', 'packages/create-amd/templates/both/README.md'])(
    '%s shows only commands that the apps have',
    (page) => {
      const shown = blocksOf(page).flatMap(({ code }) => [...code.matchAll(/npm (?:run )?([a-z]+)/g)]);
      expect(shown.length).toBeGreaterThan(2);
      for (const language of LANGUAGES) {
        const { scripts = {} } = readJson(`packages/create-amd/templates/${language}/package.json`) as Manifest;
        const known = [...Object.keys(scripts), 'create', 'install'];
        expect(shown.map(([, name = '']) => name).filter((name) => !known.includes(name))).toEqual([]);
      }
    },
  );
});

/** The program without types, comments and layout. */
function tokensOf(text: string): readonly string[] {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  return outputText.match(/\w+|[^\s\w]/g) ?? [];
}
