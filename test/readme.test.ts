import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from './helpers/sources.js';

/** Every TypeScript block of a page is a program of its own. */
function blocksOf(page: string): readonly string[] {
  return [...readFileSync(ROOT + page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

it('every TypeScript block of a README compiles', { timeout: 120_000 }, () => {
  const pages = ['README.md', 'packages/core/README.md'];
  const blocks = new Map<string, string>(
    pages.flatMap((page) =>
      blocksOf(page).map(
        (block, index) => [`${ROOT}${page.replace(/\.md$/, '')}.${String(index + 1)}.ts`, block] as const,
      ),
    ),
  );
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const onDisk = {
    fileExists: host.fileExists.bind(host),
    readFile: host.readFile.bind(host),
    getSourceFile: host.getSourceFile.bind(host),
  };
  host.fileExists = (path) => blocks.has(path) || onDisk.fileExists(path);
  host.readFile = (path) => blocks.get(path) ?? onDisk.readFile(path);
  host.getSourceFile = (path, version) => {
    const block = blocks.get(path);
    return block === undefined ? onDisk.getSourceFile(path, version) : ts.createSourceFile(path, block, version, true);
  };
  const program = ts.createProgram([...blocks.keys()], { ...options, noUnusedLocals: false }, host);
  const problems = [...blocks.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  expect(
    ts.formatDiagnostics(problems, {
      getCanonicalFileName: (path) => path,
      getCurrentDirectory: () => ROOT,
      getNewLine: () => '\n',
    }),
  ).toBe('');
});
