import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CALLER_PHASES, callSettings, DEFAULT_FORWARDING_CONFIG, DEFAULT_POLICY, DEFAULT_TEXTS } from '@amd/core';
import { blocksOf, PAGES, textOf, type Block } from '../helpers/pages.js';
import { ROOT, sourcePaths } from '../helpers/sources.js';

const TYPESCRIPT = /^(ts|mts|tsx|typescript)\b/;

/** TypeScript blocks that are not compiled, by page and first line, with the reason. */
const LEFT_OUT: readonly { readonly page: string; readonly begins: string; readonly why: string }[] = [];

const leftOut = ({ page, code }: Block): boolean =>
  LEFT_OUT.some((one) => one.page === page && code.startsWith(`${one.begins}\n`));

/** Returns the compiler's errors about the blocks, each of them a module beside its page. */
function complaints(blocks: readonly Block[]): string[] {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const modules = new Map(
    blocks.map((block, index) => [join(ROOT, dirname(block.page), `block-${String(index)}.ts`), block]),
  );
  const host = ts.createCompilerHost(options);
  // Comments of other packages are not needed, and are many.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeErrors;
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const block = modules.get(path);
    // A block without imports is a module as well.
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
  it('every block of TypeScript on every page compiles', () => {
    const blocks = PAGES.flatMap(blocksOf).filter(({ language }) => TYPESCRIPT.test(language));
    for (const page of ['README.md', 'packages/store-redis/README.md', 'docs/recipes/README.md', 'docs/answers.md']) {
      expect(blocks.map((block) => block.page)).toContain(page);
    }
    for (const { page, begins } of LEFT_OUT) {
      expect(
        blocks.filter((block) => block.page === page && block.code.startsWith(`${begins}\n`)),
        begins,
      ).toHaveLength(1);
    }
    expect(complaints(blocks.filter((block) => !leftOut(block)))).toEqual([]);
  });

  it('the test of a call flow on the pages is one that runs: packages/core/test/flow/quick-start.test.ts', () => {
    const run = readFileSync(`${ROOT}packages/core/test/flow/quick-start.test.ts`, 'utf8');
    const tests = [...blocksOf('README.md'), ...blocksOf('packages/core/README.md')]
      .filter(({ language, code }) => language === 'ts' && code.includes('it('))
      .map(({ code }) => code.slice(code.indexOf('it(')));
    expect(tests.length).toBeGreaterThan(0);
    for (const test of tests) expect(run).toContain(test);
  });
});

describe('the tables of docs/options.md', () => {
  const options = textOf('docs/options.md');
  const row = (name: string): string => options.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';

  it.each(Object.entries(DEFAULT_POLICY))('docs/options.md has the policy: %s: %s', (answer, action) => {
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
  ])('docs/options.md has the range and the default of %s as in callSettings', (name) => {
    const [, , , range = '', standard = ''] = cells(name);
    const [low = Number.NaN, high = Number.NaN] = range.split('–').map(Number);
    for (const value of [low, high]) expect(() => settingsWith(name, value)).not.toThrow();
    for (const value of [low - 1, high + 1]) expect(() => settingsWith(name, value)).toThrow(RangeError);
    const { detection, ...settings } = callSettings({ forwardTo: [] });
    const defaults: Record<string, unknown> = { ...settings, 'detection.timeoutSeconds': detection.timeoutSeconds };
    if (!standard.endsWith("(Twilio's)")) expect(standard).toBe(String(defaults[name]));
  });

  it('docs/options.md has every text', () => {
    for (const name of Object.keys(DEFAULT_TEXTS)) expect(row('texts')).toContain(`\`${name}\``);
  });
});

it('docs/how-it-works.md names every phase of the caller, and the times of the machinery', () => {
  const guide = textOf('docs/how-it-works.md');
  for (const phase of CALLER_PHASES) expect(guide).toContain(`\`${phase}\``);
  const words = (name: string, value: unknown): string => {
    if (!name.endsWith('Ms')) return String(value);
    return [value]
      .flat()
      .map((ms) => (ms === 86_400_000 ? '1 day' : `${String(Number(ms) / 1000)} s`))
      .join(', ');
  };
  const rows = new Map(
    [...guide.matchAll(/^\| `(\w+)` +\| ([^|]*?) +\|/gm)].map(([, name = '', value]) => [name, value]),
  );
  for (const [name, value] of Object.entries(DEFAULT_FORWARDING_CONFIG)) {
    expect(rows.get(name), name).toBe(words(name, value));
  }
});

it('docs/operating.md has only log codes that are written', () => {
  const table = textOf('docs/operating.md').split('## Log')[1]?.split('## ')[0] ?? '';
  const codes = [...table.matchAll(/^\| ((?:`[\w.]+`(?:, )?)+)/gm)].flatMap(
    ([, cell = '']) => cell.match(/[\w.]+/g) ?? [],
  );
  expect(codes.length).toBeGreaterThan(10);
  const written = ['packages', 'examples']
    .flatMap(sourcePaths)
    .map((path) => readFileSync(ROOT + path, 'utf8'))
    .join('\n');
  expect(codes.filter((code) => !new RegExp(`(code: |log\\(|')'?${code.replace('.', '\\.')}'`).test(written))).toEqual(
    [],
  );
});

it('.env.example and the pages have exactly the variables that the examples read', () => {
  const read = ['shared', 'forwarding', 'taskrouter'].flatMap((name) => [
    ...readFileSync(`${ROOT}examples/${name}/src/environment.ts`, 'utf8').matchAll(/^ {2,4}([A-Z][A-Z_]+):/gm),
  ]);
  const known = new Set(read.map(([, name = '']) => name));
  const offered = [...readFileSync(`${ROOT}.env.example`, 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(
    ([, name = '']) => name,
  );
  expect([...offered].sort()).toEqual([...known].sort());
  const elsewhere = new Set(['TWILIO_API_URL', 'PROCESSES', 'TEMP_UNAVAILABLE_TIMER']);
  for (const page of [
    'docs/operating.md',
    'docs/set-up.md',
    'docs/from-python.md',
    'examples/forwarding/README.md',
    'examples/taskrouter/README.md',
  ]) {
    const rows = [...textOf(page).matchAll(/^\|.*/gm)].flatMap(
      ([row]) => row.match(/(?<=`)[A-Z]+_[A-Z_]+(?=[`=])/g) ?? [],
    );
    expect(rows.length, page).toBeGreaterThan(3);
    expect(
      rows.filter((name) => !known.has(name) && !elsewhere.has(name)),
      page,
    ).toEqual([]);
  }
});

it('links between pages lead somewhere', () => {
  const dead = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(dirname(ROOT + page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});
