import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { run } from '@amd/cli';
import { describe, expect, it } from 'vitest';
import { commandLinesOf, PAGES } from '../helpers/pages.js';
import { ROOT, sourcePaths } from '../helpers/sources.js';

const scriptsOf = (folder: string): Readonly<Record<string, string>> =>
  (JSON.parse(readFileSync(`${ROOT}${folder}package.json`, 'utf8')) as { scripts: Record<string, string> }).scripts;

/** The npm scripts that start scripts/, by name. */
const OFFERED = Object.entries(scriptsOf('')).filter(([, command]) => command.startsWith('node scripts/'));

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

async function runOf(command: string, ...more: string[]): Promise<Ended> {
  const [, ...args] = command.split(' ');
  const child = spawn(process.execPath, [...args, ...more], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out };
}

const helps = new Map(OFFERED.map(([name, command]) => [name, runOf(command, '--help')]));

describe('scripts', () => {
  it.each(OFFERED)('npm run %s -- --help prints its help and does nothing else', async (name) => {
    const { code, out } = (await helps.get(name)) ?? {};
    expect(code).toBe(0);
    // A script that has begun prints something else first.
    expect(out).toMatch(name === 'amd' ? /^Usage: amd / : new RegExp(`^npm run ([\\w:]+, npm run )*${name}\\b`));
    expect(out).toContain('--help');
  });
});

/** No other test starts them. Whether the figures are good is for a quiet machine to say. */
describe('measurements, in small', () => {
  const { bench = '', soak = '' } = scriptsOf('');
  it('bench builds the package and measures it', { timeout: 0 }, async () => {
    const { out } = await runOf(bench, '--quick', '--only', 'import of');
    expect(out).toMatch(/1 ok, 0 below goal|0 ok, 1 below goal/);
  });

  it('soak starts its server and its load, and loses nothing', { timeout: 0 }, async () => {
    const { out } = await runOf(soak, '--minutes', '0.02', '--only', 'memory');
    expect(out).toMatch(/memory +[\d,]+ webhooks .* 0 wrong answers/);
  });
});

/** Returns `[page, command, rest of the line]` of every match in the code of the pages. */
function shown(pattern: RegExp): (readonly [page: string, command: string, rest: string])[] {
  return PAGES.flatMap((page) =>
    commandLinesOf(page).flatMap((line) =>
      [...line.matchAll(pattern)].map(([, command = '', rest = '']) => [page, command, rest] as const),
    ),
  );
}

/** Returns every `--name` option before a comment, a pipe or the next command. */
const optionsIn = (rest: string): string[] => (/^[^#|;&]*/.exec(rest)?.[0] ?? '').match(/(?<= )--[a-z][\w-]+/g) ?? [];

describe('commands on the pages', () => {
  it('npm commands on the pages are in the right package.json', () => {
    const found = shown(/\bnpm (?:run (?:-s |--silent )?)?([a-z][\w:-]*)([^\n]*)/g);
    expect(found.length).toBeGreaterThan(50);
    const own = new Set(['ci', 'create', 'init', 'install', 'pack', 'pkg', 'run', 'registry', 'i']);
    const missing = found.filter(([, name, rest]) => {
      if (own.has(name)) return false;
      const [, workspace = ''] = / -w (?:example-|examples\/|@amd\/)([\w-]+)/.exec(rest) ?? [];
      const folder = ['', `examples/${workspace}/`, `packages/${workspace}/`].find(
        (path) => (path === '') === (workspace === '') && existsSync(`${ROOT}${path}package.json`),
      );
      // `npm start` belongs to either example.
      return (
        folder === undefined ||
        !(name in scriptsOf(folder === '' && name === 'start' ? 'examples/forwarding/' : folder))
      );
    });
    expect(missing).toEqual([]);
  });

  it('scripts on the pages get only options that their help names', async () => {
    const unknown: string[] = [];
    for (const [page, name, rest] of shown(/\bnpm run ([a-z][\w:-]*) -- ([^\n]*)/g)) {
      if (name === 'amd') continue;
      const { out = '' } = (await helps.get(name)) ?? {};
      for (const option of optionsIn(` ${rest}`)) if (!out.includes(option)) unknown.push(`${page}: ${name} ${option}`);
    }
    expect(unknown).toEqual([]);
  });

  it('amd commands on the pages exist, with every option', async () => {
    // A line of the log begins with `amd` as well: its code has a dot, or a path after it.
    const found = shown(/(?:^|\s|npm run amd -- )(?:amd |(?<=amd -- ))(?!\w+\.|\w+ \/)([a-z]+(?: [a-z]+)?)([^\n]*)/g);
    expect(found.length).toBeGreaterThan(15);
    const unknown: string[] = [];
    for (const [page, command, rest] of found) {
      const path = command.startsWith('taskrouter ') ? command.split(' ') : [command.split(' ')[0] ?? ''];
      let help = '';
      const terminal = { out: (text: string) => (help += text), stderr: () => undefined, progress: () => undefined };
      const context = { terminal: { ...terminal, confirm: null, paint: String }, environment: {}, version: '0' };
      await run([...path, '--help'], context);
      if (!help.startsWith(`Usage: amd ${path.join(' ')}`)) unknown.push(`${page}: amd ${command}`);
      for (const option of optionsIn(rest))
        if (!help.includes(option)) unknown.push(`${page}: amd ${command} ${option}`);
    }
    expect(unknown).toEqual([]);
  });

  it('pages and programs never say plain npx amd, which runs the package of somebody else', () => {
    const folders = ['packages', 'examples'].flatMap((folder) => sourcePaths(folder));
    const texts = [
      ...PAGES,
      ...folders.filter((path) => !path.endsWith('repository/commands.test.ts')),
      ...readdirSync(`${ROOT}.changeset`).map((name) => `.changeset/${name}`),
    ];
    expect(texts.filter((path) => /\bnpx (?:-y |--yes )?@?amd\b/.test(readFileSync(ROOT + path, 'utf8')))).toEqual([]);
    expect(shown(/\bnpx -p @amd\/(\w+) (amd[\w-]*)/g).length).toBeGreaterThan(10);
  });

  it('files named by commands on the pages exist', () => {
    const found = shown(
      /(?:^|[\s(])((?:packages|examples|scripts|docs|proof|bench|test)\/(?![\w./-]*dist\b)[\w./-]*\w)([^\n]*)/g,
    );
    const missing = found.filter(([, path]) => !existsSync(ROOT + path) && !existsSync(`${ROOT}${path}.test.ts`));
    expect(missing.map(([page, path]) => `${page}: ${path}`)).toEqual([]);
  });
});
