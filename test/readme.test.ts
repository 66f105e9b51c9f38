import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CALLER_PHASES, callSettings, DEFAULT_FORWARDING_CONFIG, DEFAULT_POLICY, DEFAULT_TEXTS } from '@amd/core';
import { ROOT } from './helpers/sources.js';

const GUIDES = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.md'));
const PAGES = [
  'README.md',
  'packages/core/README.md',
  'packages/cli/README.md',
  'packages/dashboard/README.md',
  'packages/store-sqlite/README.md',
  'examples/forwarding/README.md',
  'examples/taskrouter/README.md',
  ...GUIDES.map((name) => `docs/${name}`),
];

interface Block {
  /** As in `README.md:42`. */
  readonly where: string;
  readonly code: string;
}

/** The ```ts blocks of a page, but those marked ```ts ignore. */
function blocksOf(page: string): Block[] {
  const text = readFileSync(ROOT + page, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    where: `${page}:${String(text.slice(0, match.index).split('\n').length)}`,
    code: match[1] ?? '',
  }));
}

/** What the compiler says about the blocks, each of them a module at the root of the repository. */
function complaints(blocks: readonly Block[]): string[] {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const modules = new Map(blocks.map((block, index) => [join(ROOT, 'test', `block-${String(index)}.ts`), block]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const block = modules.get(path);
    // A block without imports is a module all the same.
    return block === undefined
      ? getSourceFile(path, settings, ...rest)
      : ts.createSourceFile(path, `${block.code}\nexport {};\n`, settings);
  };
  const program = ts.createProgram([...modules.keys()], { ...options, noUnusedLocals: false }, host);
  return [...modules].flatMap(([path, { where }]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ messageText, start, file }) => {
      const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${where} + ${String(line + 1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    }),
  );
}

describe('what the pages show', () => {
  it('compiles', () => {
    const blocks = PAGES.flatMap(blocksOf);
    expect(blocks.length).toBeGreaterThan(4);
    expect(complaints(blocks)).toEqual([]);
  });

  it('as a test of a call flow is one that runs: packages/core/test/flow/ten-lines.test.ts', () => {
    const run = readFileSync(`${ROOT}packages/core/test/flow/ten-lines.test.ts`, 'utf8');
    const tests = [...blocksOf('README.md'), ...blocksOf('packages/core/README.md')]
      .filter(({ code }) => code.includes('it('))
      .map(({ code }) => code.slice(code.indexOf('it(')));
    expect(tests.length).toBeGreaterThan(0);
    for (const test of tests) expect(run).toContain(test);
  });

  it('as commands is in package.json', () => {
    const root = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };
    const example = JSON.parse(readFileSync(`${ROOT}examples/forwarding/package.json`, 'utf8')) as typeof root;
    for (const page of PAGES) {
      for (const [, name = '', rest = ''] of readFileSync(ROOT + page, 'utf8').matchAll(
        /npm (?:run )?(?:-s )?(demo|explore|diagram|verify|start)\b([^\n`]*)/g,
      )) {
        const { scripts } = rest.includes('-w examples/forwarding') ? example : root;
        expect(Object.keys(name === 'start' ? example.scripts : scripts), `${page}: npm run ${name}`).toContain(name);
      }
    }
  });
});

describe('the tables of README.md', () => {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  const row = (name: string): string => readme.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';

  it.each(Object.entries(DEFAULT_POLICY))('%s: %s', (answer, action) => {
    expect(row(answer)).toContain(action);
  });

  const cells = (name: string): string[] =>
    row(name)
      .split('|')
      .map((cell) => cell.trim());
  const settingsWith = (name: string, value: number): unknown =>
    callSettings({
      forwardTo: [],
      ...(name.startsWith('detection.')
        ? { detection: { [name.slice('detection.'.length)]: value } }
        : { [name]: value }),
    });

  it.each([
    ...['ringSeconds', 'confirmSeconds', 'deadlineSeconds', 'timeLimitSeconds', 'detection.timeoutSeconds'],
    ...['detection.speechThresholdMs', 'detection.speechEndThresholdMs', 'detection.silenceTimeoutMs'],
  ])('%s: the range and the default are those of callSettings', (name) => {
    const [, , , range = '', standard = ''] = cells(name);
    const [low = Number.NaN, high = Number.NaN] = range.split('–').map(Number);
    for (const value of [low, high]) expect(() => settingsWith(name, value)).not.toThrow();
    for (const value of [low - 1, high + 1]) expect(() => settingsWith(name, value)).toThrow(RangeError);
    const { detection, ...settings } = callSettings({ forwardTo: [] });
    const defaults: Record<string, unknown> = { ...settings, 'detection.timeoutSeconds': detection.timeoutSeconds };
    if (!standard.endsWith("(Twilio's)")) expect(standard).toBe(String(defaults[name]));
  });

  it('has every text', () => {
    for (const name of Object.keys(DEFAULT_TEXTS)) expect(row('texts')).toContain(`\`${name}\``);
  });
});

it('docs/how-it-works.md names every phase of the caller, and the times of the machinery', () => {
  const guide = readFileSync(`${ROOT}docs/how-it-works.md`, 'utf8');
  for (const phase of CALLER_PHASES) expect(guide).toContain(`\`${phase}\``);
  for (const time of Object.keys(DEFAULT_FORWARDING_CONFIG)) expect(guide).toContain(`\`${time}\``);
});

it('links between pages lead somewhere', () => {
  const dead = PAGES.flatMap((page) =>
    [...readFileSync(ROOT + page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(dirname(ROOT + page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});
