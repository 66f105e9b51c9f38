import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './sources.js';

/** Every page for readers, relative to the root. */
export const PAGES: readonly string[] = [
  ...pagesIn('', 1),
  ...pagesIn('docs/', 3),
  ...pagesIn('packages/', 2),
  ...pagesIn('examples/', 2),
];

function pagesIn(folder: string, depth: number): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name.endsWith('.md') ? [folder + entry.name] : [];
    const isOurs = entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name);
    return isOurs && depth > 1 ? pagesIn(`${folder}${entry.name}/`, depth - 1) : [];
  });
}

export function textOf(page: string): string {
  return readFileSync(ROOT + page, 'utf8');
}

export interface Block {
  /** As in `README.md:42`, the first line of its code. */
  readonly where: string;
  readonly page: string;
  /** The word behind the fence. */
  readonly language: string;
  readonly code: string;
}

/** Returns the fenced blocks of a page, including those within lists. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: {
    readonly indent: string;
    readonly language: string;
    readonly at: number;
    readonly lines: string[];
  } | null = null;
  for (const [index, line] of textOf(page).split('\n').entries()) {
    const [, indent = '', language] = /^( *)```(.*)$/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line.slice(open.indent.length));
    else if (open === null) open = { indent, language: language.trim(), at: index + 2, lines: [] };
    else {
      const { at, lines } = open;
      blocks.push({ where: `${page}:${String(at)}`, page, language: open.language, code: `${lines.join('\n')}\n` });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${page}:${String(open.at)}: a block is not closed`);
  return blocks;
}

/** Returns the code in a page: the lines of its shell blocks, and text between backticks. */
export function commandLinesOf(page: string): string[] {
  const shell = blocksOf(page).filter(({ language }) => ['', 'sh', 'text'].includes(language));
  const prose = textOf(page).replace(/^ *```[^]*?^ *```/gm, '');
  return [
    ...shell.flatMap(({ code }) => code.split('\n')),
    ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ];
}
