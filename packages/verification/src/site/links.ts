import { posix } from 'node:path';

/** Where a link of a source file leads. */
export type Target =
  /** A page of the site, or a file beside the pages. */
  | { readonly kind: 'site'; readonly path: string }
  /** Something else of the repository. */
  | { readonly kind: 'repository'; readonly path: string; readonly folder: boolean }
  | { readonly kind: 'nothing' };

export interface LinkContext {
  /** The file of the repository that the text is from, such as `docs/set-up.md`. */
  readonly source: string;
  /** Its page, such as `set-up.md`. */
  readonly page: string;
  /** Says what a path of the repository is. */
  readonly find: (path: string) => Target;
  /** `https://github.com/OWNER/amd` */
  readonly repository: string;
}

export interface Rewritten {
  readonly text: string;
  /** Links that lead nowhere, as written. */
  readonly dead: readonly string[];
  /** Files beside the pages that the text shows or links to. */
  readonly files: readonly string[];
}

/**
 * Makes links between files of the repository links between pages; what has no page becomes an address of the repository. Leaves
 * code alone.
 */
export function rewriteLinks(text: string, { source, page, find, repository }: LinkContext): Rewritten {
  const dead: string[] = [];
  const files: string[] = [];
  const rewrite = (target: string): string => {
    if (target === '' || /^([a-z][a-z0-9+.-]*:|\/\/|\/|#)/i.test(target)) return target;
    const [path = '', hash] = target.split('#', 2);
    const full = posix.join(posix.dirname(source), decodeURI(path)).replace(/\/$/, '');
    const found = full.startsWith('..') ? ({ kind: 'nothing' } as const) : find(full);
    const anchor = hash === undefined ? '' : `#${hash}`;
    if (found.kind === 'nothing') dead.push(target);
    if (found.kind !== 'site') {
      const what = found.kind === 'repository' && found.folder ? 'tree' : 'blob';
      return `${repository}/${what}/main/${full}${anchor}`;
    }
    if (!found.path.endsWith('.md')) files.push(full);
    const relative = posix.relative(posix.dirname(page), found.path);
    return `${relative.startsWith('.') ? '' : './'}${relative}${anchor}`;
  };
  const rewritten = outsideCode(text, (prose) =>
    prose
      .replace(/(\]\()([^()\s]+)((?:\s+"[^"]*")?\))/g, (_, open: string, target: string, close: string) => {
        return `${open}${rewrite(target)}${close}`;
      })
      .replace(/^(\[[^\]\n]+\]:\s+)(\S+)/gm, (_, open: string, target: string) => `${open}${rewrite(target)}`),
  );
  return { text: rewritten, dead, files };
}

/** Applies `change` to what is neither a block of code nor code within a line; a link may have code in its text. */
export function outsideCode(text: string, change: (prose: string) => string): string {
  const code: string[] = [];
  const marked = text.replace(
    /^ *```[^\n]*\n[^]*?^ *```[^\n]*$|(?<!`)`[^`\n]+`(?!`)/gm,
    (part) => `\0${String(code.push(part) - 1)}\0`,
  );
  return change(marked).replace(/\0(\d+)\0/g, (_, index: string) => code[Number(index)] ?? '');
}

/** The anchor that GitHub gives a heading, so that a link works there and here. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
