import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import ts from 'typescript';
import { blocksOf, PAGES, type Block } from '../../test/helpers/pages.js';
import { ROOT } from '../root.js';

const TYPESCRIPT = /^(ts|mts|tsx|typescript)\b/;

/** What a block may import from beside its page. */
const BESIDE = ['docs/recipes'];

export interface WrittenBlock {
  readonly path: string;
  /** As in `README.md:42`. */
  readonly where: string;
}

export interface WrittenBlocks {
  readonly esm: readonly WrittenBlock[];
  readonly cjs: readonly WrittenBlock[];
}

/** Writes every block of TypeScript of every page below `folder`: into esm/ as ES modules, into cjs/ as CommonJS where it can be that. */
export function writeBlocks(folder: string): WrittenBlocks {
  const blocks = PAGES.flatMap(blocksOf).filter(({ language }) => TYPESCRIPT.test(language));
  return {
    esm: write(`${folder}/esm`, 'module', blocks),
    cjs: write(
      `${folder}/cjs`,
      'commonjs',
      blocks.filter(({ code }) => !awaits(code)),
    ),
  };
}

function write(folder: string, type: string, blocks: readonly Block[]): WrittenBlock[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, type }));
  for (const place of BESIDE) {
    for (const name of readdirSync(ROOT + place).filter((file) => file.endsWith('.ts'))) {
      cpSync(`${ROOT}${place}/${name}`, `${folder}/${place}/${name}`, { recursive: true });
    }
  }
  return blocks.map(({ page, where, code }, index) => {
    const path = `${folder}/${dirname(page)}/block-${String(index)}.ts`;
    mkdirSync(dirname(path), { recursive: true });
    // A block without imports is a module all the same.
    writeFileSync(path, `${code}export {};\n`);
    return { path, where };
  });
}

/** Tells whether a block waits outside of functions, which only an ES module can. */
function awaits(code: string): boolean {
  const found = (node: ts.Node): boolean =>
    ts.isAwaitExpression(node) ||
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
    (!ts.isFunctionLike(node) && (ts.forEachChild(node, found) ?? false));
  return found(ts.createSourceFile('block.ts', code, ts.ScriptTarget.ES2022));
}
