import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../helpers/manifests.js';
import { ROOT } from '../helpers/sources.js';

/** A checkout of its own, in which nothing is built: what is started here builds here. */
let house: string;
const START = 'examples/forwarding/src/start.ts';
const DIST = 'examples/forwarding/dist';
/** No personal settings reach what is started. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|TWILIO_|FORWARD_TO|PORT$|NODE_OPTIONS)/.test(name)),
);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

async function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(command, args, {
    cwd: house,
    env: { ...ENV, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, said };
}
const node = (args: readonly string[], env?: Record<string, string>): Promise<Ended> =>
  run(process.execPath, args, env);
const build = (env?: Record<string, string>, nodeArgs: readonly string[] = []): Promise<Ended> =>
  node([...nodeArgs, 'scripts/build-start.mjs', START], env);

const helper = (name: string): string => pathToFileURL(`${ROOT}packages/verification/test/helpers/${name}.mjs`).href;

/** Returns every file that a start may read, with its content, except files that a build was writing when it died. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of (await readdir(join(house, folder), { recursive: true })).sort()) {
    if (path.startsWith('.building-') || !/\.\w+$/.test(path)) continue;
    files[path] = await readFile(join(house, folder, path), 'utf8');
  }
  return files;
}

beforeAll(async () => {
  house = await realpath(await mkdtemp(join(tmpdir(), 'amd-starts-')));
  for (const path of ['scripts', 'packages', 'examples', 'package.json', 'tsconfig.json']) {
    await cp(ROOT + path, join(house, path), {
      recursive: true,
      filter: (source) => !/[\\/](dist|test|node_modules)$/.test(source),
    });
  }
  await symlink(`${ROOT}node_modules`, join(house, 'node_modules'));
});
afterAll(() => rm(house, { recursive: true, force: true }));

describe('npm start', () => {
  it('npm start builds what it needs, says so, and names the missing settings', async () => {
    const { code, said } = await run('npm', ['start', '-w', 'examples/forwarding']);
    expect(said).toMatch(
      /Building examples\/forwarding … done in [\d.]+ s, with @amd\/core, @amd\/dashboard, @amd\/store-redis, @amd\/store-sqlite\./,
    );
    expect(said).toContain('TWILIO_ACCOUNT_SID');
    expect(code).toBe(1);
    expect(Object.keys(await filesOf(DIST))).toEqual([
      ...['page/calls.css', 'page/calls.js', 'page/index.html', 'page/workers.css', 'page/workers.js'],
      ...['start.js', 'start.js.map'],
    ]);
  });

  it('npm start leaves the folders of published builds alone, and ignores what it finds there', async () => {
    const core = join(house, 'packages/core/dist');
    const half = "export { forwarding } from './chunk-that-never-came.js';\n";
    await mkdir(core);
    await writeFile(join(core, 'index.js'), half);
    await mkdir(join(house, DIST), { recursive: true });
    await writeFile(join(house, DIST, 'start.js'), half);
    const { said } = await run('npm', ['start', '-w', 'examples/forwarding']);
    expect(said).toContain('TWILIO_ACCOUNT_SID');
    expect(said).not.toContain('ERR_MODULE_NOT_FOUND');
    expect(await readdir(core)).toEqual(['index.js']);
    await rm(core, { recursive: true });
  });

  it('a build that is killed while it changes files leaves every file whole, and the next start works', async () => {
    const source = join(house, START);
    const text = await readFile(source, 'utf8');
    await build();
    const before = await filesOf(DIST);
    await writeFile(source, text.replace('The forwarding example', 'The new forwarding example'));
    // What a dying build would leave, for every change that it makes: one build shows all of them.
    const seen = join(house, 'seen');
    await build({ SEEN: seen, SEEN_OF: join(house, DIST) }, ['--import', helper('seen-in-between')]);
    const after = await filesOf(DIST);
    expect(after['start.js']).not.toBe(before['start.js']);
    const expectWhole = (left: Record<string, string>): void => {
      expect(Object.keys(left)).toEqual(Object.keys(before));
      for (const [path, content] of Object.entries(left)) expect([before[path], after[path]]).toContain(content);
    };
    // Two files of code and index.html are written; these and the four of the pages are moved.
    const places = await readdir(seen);
    expect(places).toHaveLength(10);
    for (const place of places) expectWhole(await filesOf(join('seen', place)));

    // And one does die, between two of its moves.
    await rm(join(house, DIST), { recursive: true });
    for (const [path, content] of Object.entries(before)) {
      await mkdir(dirname(join(house, DIST, path)), { recursive: true });
      await writeFile(join(house, DIST, path), content);
    }
    const { signal } = await build({ DIES_AT: '7' }, ['--import', helper('dies-in-between')]);
    expect(signal).toBe('SIGKILL');
    expectWhole(await filesOf(DIST));

    const { said } = await run('npm', ['start', '-w', 'examples/forwarding']);
    expect(said).toContain('The new forwarding example needs a Twilio account');
    await writeFile(source, text);
  });

  it('npm start in two terminals at once starts twice', async () => {
    const both = await Promise.all([1, 2].map(() => run('npm', ['start', '-w', 'examples/forwarding'])));
    for (const { code, said } of both) {
      expect(said).toContain('TWILIO_ACCOUNT_SID');
      expect(code).toBe(1);
    }
  });

  it('npm start in the example finds what its packages depend on', async () => {
    const { dependencies } = JSON.parse(await readFile(`${ROOT}examples/forwarding/package.json`, 'utf8')) as Manifest;
    const ours = Object.keys(dependencies ?? {}).flatMap((name) => /^@amd\/(.+)/.exec(name)?.[1] ?? []);
    expect(ours).toContain('dashboard');
    for (const name of ours) {
      const text = await readFile(`${ROOT}packages/${name}/package.json`, 'utf8');
      for (const needed of Object.keys((JSON.parse(text) as Manifest).dependencies ?? {})) {
        // It has a different version there than at the root of the repository, which is where the example looks.
        expect(existsSync(`${ROOT}packages/${name}/node_modules/${needed}`), `${needed} of ${name}`).toBe(false);
      }
    }
  });

  it('npm start of the cluster builds the app that it starts, too', async () => {
    const { said } = await run('npm', ['start', '-w', 'examples/cluster']);
    expect(said).toMatch(/Building examples\/cluster … done in [\d.]+ s\.\nBuilding examples\/forwarding … done/);
    expect(said).toContain('set REDIS_URL');
  });

  it('npm start of the TaskRouter example names the missing settings', async () => {
    const { code, said } = await run('npm', ['start', '-w', 'examples/taskrouter']);
    expect(said).toContain('npm run demo -- taskrouter');
    expect(code).toBe(1);
  });
});

describe('npm run amd', () => {
  it('npm run amd runs the command line from the sources, with its dependencies', async () => {
    await symlinkOf('packages/cli/node_modules/commander');
    expect(await node(['scripts/amd.mjs', '--version'])).toMatchObject({ code: 0, said: '0.0.0\n' });
    expect((await node(['scripts/amd.mjs', '--help'])).said).toContain('doctor');
  });

  /** npm puts it there when another package has another version of it. */
  async function symlinkOf(path: string): Promise<void> {
    await mkdir(dirname(join(house, path)), { recursive: true });
    await symlink(ROOT + path, join(house, path)).catch(() => undefined);
  }
});

describe('npm run demo', () => {
  const DEMOS = ['forwarding', 'race', 'chaos', 'taskrouter'];

  it.each([[['--help']], [['race', '--help']]])(
    'npm run demo -- %j names every demo and option, and builds nothing',
    async (args) => {
      const { code, said } = await node(['scripts/demo.mjs', ...args]);
      for (const name of DEMOS) expect(said).toMatch(new RegExp(`^ {2}${name} +\\w.+`, 'm'));
      for (const option of ['--once', '--no-tour', '--only', '--port']) expect(said).toContain(option);
      expect(said).not.toContain('Building');
      expect(code).toBe(0);
    },
  );

  it.each([
    [['rase'], 'There is no demo "rase", only forwarding, race, chaos, taskrouter.'],
    [['--prot', '1'], "Unknown option '--prot'."],
    [['race', 'chaos'], "Unexpected argument 'chaos'."],
    [['chaos', '--port', '70000'], '--port must be a number from 0 to 65535; got "70000".'],
  ])('npm run demo -- %j is refused before anything is built, with a hint', async (args, sentence) => {
    expect(await node(['scripts/demo.mjs', ...args])).toEqual({
      code: 2,
      signal: null,
      said: `${sentence} Try npm run demo -- --help\n`,
    });
  });

  it.each(DEMOS)('the demo %s says that its port is taken, and which option helps', async (name) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const { code, said } = await node(['scripts/demo.mjs', name, '--once', '--port', port]);
    expect(said.split('\n').slice(1)).toEqual([
      `Port ${port} is taken. Give another one with --port N; --port 0 takes any free one.`,
      '',
    ]);
    expect(code).toBe(1);
    if (name === 'forwarding') {
      const fromEnv = await node(['scripts/demo.mjs', '--once'], { PORT: port });
      expect(fromEnv.said).toContain(`Port ${port} (from PORT) is taken. Set PORT to another one, or give --port N;`);
    }
    other.close();
  });

  it('npm run demo prints first what README.md shows first', async () => {
    const { said } = await node(['scripts/demo.mjs', '--once', '--only', 'busy', '--port', '0']);
    const [building = ''] = /^Building .*$/m.exec(await readFile(`${ROOT}README.md`, 'utf8')) ?? [];
    expect(said.split('\n')[0]?.replace(/[\d.]+ s/, 'N s')).toBe(building.replace(/[\d.]+ s/, 'N s'));
    expect(said).toMatch(/1 passed, 0 failed\n$/);
  });
});
